// Loaded before the program: says at its end how much memory it had at most, for bench/measure.ts.
process.on('exit', () => process.stderr.write(`max rss ${process.resourceUsage().maxRSS} KiB\n`));
