import { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';

/** A launcher may pass on a Ctrl-C that the terminal has sent to us as well: both are one wish. */
const SAME_WISH_MS = 500;

/** The first Ctrl-C asks for an orderly stop, the second one ends at once. */
function abortOnSignals(controller: AbortController): void {
  let firstAt: number | undefined;
  const onSignal = (): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      process.stderr.write('\nStopping … (Ctrl-C again: at once)\n');
      controller.abort();
    } else if (now - firstAt > SAME_WISH_MS) process.exit(EXIT.interrupted);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

/** `vcf-agent query | head`: when the reader has seen enough, we stop in order, and that is no error. */
function stopWhenReaderLeaves(controller: AbortController): { left: boolean } {
  const reader = { left: false };
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    reader.left = true;
    controller.abort();
  });
  // Nobody is there to be told.
  process.stderr.on('error', () => {});
  return reader;
}

const controller = new AbortController();
abortOnSignals(controller);
const reader = stopWhenReaderLeaves(controller);
const program = createProgram((globals) => new Context(controller.signal, globals));
const exitCode = await program.run(process.argv.slice(2), (error, context) =>
  reader.left ? EXIT.ok : reportError(error, context),
);
process.exitCode = reader.left ? EXIT.ok : exitCode;
// A pipe that was left before its end would keep the process alive.
process.stdin.destroy();
