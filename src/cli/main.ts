import { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';

/** A launcher may pass on a Ctrl-C that the terminal has sent to us as well: both are one wish. */
const SAME_WISH_MS = 500;

/** The first Ctrl-C asks for an orderly stop, the second one ends at once. */
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (): void => {
    const now = performance.now();
    if (!controller.signal.aborted) {
      firstAt = now;
      process.stderr.write('\nStopping … (Ctrl-C again: at once)\n');
      controller.abort();
    } else if (now - firstAt > SAME_WISH_MS) process.exit(EXIT.interrupted);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

/** `vcf-agent query | head`: when the reader has seen enough, that is no error. */
function endWhenReaderLeaves(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(EXIT.ok);
    });
  }
}

endWhenReaderLeaves();
const signal = abortOnSignals();
const program = createProgram((globals) => new Context(signal, globals));
process.exitCode = await program.run(process.argv.slice(2), reportError);
// A pipe that was left before its end would keep the process alive.
process.stdin.destroy();
