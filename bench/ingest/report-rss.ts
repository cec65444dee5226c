// Loaded before the program (NODE_OPTIONS): says at its end how much memory it had at most, for bench/measure.ts. The
// launcher that starts it is left out.
if (process.argv[1]?.endsWith('main.ts')) {
  process.on('exit', () => process.stderr.write(`max rss ${process.resourceUsage().maxRSS} KiB\n`));
}
