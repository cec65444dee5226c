import { CommanderError } from 'commander';
import { firstError, VcfAgentError } from '../core/errors.ts';
import type { Context } from './context.ts';
import { EXIT, OUTCOMES } from './exit-codes.ts';
import { printable } from './format.ts';

function reportKnown(error: VcfAgentError, context: Context): number {
  const { exit, advice } = OUTCOMES[error.code];
  if (context.options.json) {
    const { code, message, retryable, context: facts } = error;
    process.stderr.write(`${JSON.stringify({ error: { code, message, retryable, context: facts } })}\n`);
    return exit;
  }
  const { bold, red, dim, cyan } = context.noteStyle;
  const help = advice === undefined ? '' : `\n  ${cyan('help:')} ${advice}`;
  process.stderr.write(`${red(bold(`error[${error.code}]`))}${bold(':')} ${printableLines(error.message)}${help}\n`);
  if (context.options.verbose) process.stderr.write(`${dim(stackOf(error))}\n`);
  return exit;
}

/** A message may quote what a file or a command line holds. */
function printableLines(message: string): string {
  return message.split('\n').map(printable).join('\n');
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

/** What the file system said. */
function isSystemError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { syscall, path } = error as NodeJS.ErrnoException;
  return typeof syscall === 'string' && typeof path === 'string';
}

/** Says what went wrong and what to do, and returns the exit code. A stack is shown only for bugs and with --verbose. */
export function reportError(thrown: unknown, context: Context): number {
  const error = firstError(thrown);
  if (error instanceof CommanderError) {
    // Commander has printed its message (or the help that was asked for) already.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (error instanceof VcfAgentError) return reportKnown(error, context);
  if (context.signal.aborted) {
    return reportKnown(new VcfAgentError('ABORTED', 'interrupted'), context);
  }
  if (isSystemError(error)) {
    // A folder that may not be written, say: of files that are read and written on purpose the code says more.
    return reportKnown(new VcfAgentError('OUTPUT_UNWRITABLE', error.message, { cause: error }), context);
  }
  const { bold, red } = context.noteStyle;
  const detail = error instanceof Error ? stackOf(error) : String(error);
  process.stderr.write(
    `${red(bold('bug:'))} ${detail}\nThis should not happen: please report it with the command line.\n`,
  );
  return EXIT.bug;
}
