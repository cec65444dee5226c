// Loaded before the program (NODE_OPTIONS=--import): leaves its peak memory in the file that TEST_RSS_FILE names. The
// launcher that starts it, and its threads, are left out.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.TEST_RSS_FILE;
if (file !== undefined && isMainThread && process.argv[1]?.endsWith('main.ts')) {
  process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS / 1024)));
}
