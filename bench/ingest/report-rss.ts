// Loaded before the program (NODE_OPTIONS): says at its end how much memory it had at most, for bench/measure.ts. Its
// threads are left out.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('exit', () => process.stderr.write(`max rss ${process.resourceUsage().maxRSS} KiB\n`));
}
