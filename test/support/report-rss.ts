// Loaded before the program (NODE_OPTIONS=--import): leaves its peak memory, MiB, in the file that TEST_RSS_FILE names.
// Its threads are left out.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.TEST_RSS_FILE;
if (file !== undefined && isMainThread) {
  process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS / 1024)));
}
