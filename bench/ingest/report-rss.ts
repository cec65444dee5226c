// Loaded before the program (NODE_OPTIONS): says at its end how much memory it had at most, for bench/measure.ts. The
// launcher that starts it, and its threads, are left out.
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.argv[1]?.endsWith('main.ts')) {
  process.on('exit', () => process.stderr.write(`max rss ${process.resourceUsage().maxRSS} KiB\n`));
}
