import { existsSync, globSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { VcfAgentError } from '../core/errors.ts';
import type { StoredFile } from '../core/ports.ts';

const PATTERN = /[*?[\]{}]/;

/** Paths as given; a pattern that the shell left alone (it was quoted) is expanded here. `-` is standard input. */
export function expandInputs(args: readonly string[]): string[] {
  const paths = args.flatMap((arg) => {
    if (arg === '-' || existsSync(arg) || !PATTERN.test(arg)) return [arg];
    const found = globSync(arg).sort();
    if (found.length === 0)
      throw new VcfAgentError('INPUT_NOT_FOUND', `no file matches ${arg}`, { context: { file: arg } });
    return found;
  });
  if (paths.filter((path) => path === '-').length > 1)
    throw new VcfAgentError('USAGE', 'standard input (-) can be read only once');
  return [...new Set(paths)];
}

/** The stored file that a person means: its number, its name, or the beginning of its digest (8 characters or more). */
export function findStoredFile(files: readonly StoredFile[], wanted: string): StoredFile {
  const name = wanted.replaceAll('\\', '/').split('/').at(-1) ?? wanted;
  const found = files.filter(
    (file) =>
      String(file.fileId) === wanted ||
      file.name === name ||
      (wanted.length >= 8 && [file.contentDigest, file.digest].some((digest) => digest?.startsWith(wanted))),
  );
  const [first, second] = found;
  if (first === undefined) {
    throw new VcfAgentError('NOT_FOUND', `no stored file is called "${wanted}"`, { context: { file: wanted } });
  }
  if (second !== undefined) {
    const ids = found.map((file) => file.fileId).join(', ');
    throw new VcfAgentError('OPTION_CONFLICT', `"${wanted}" could be any of the files ${ids}: give the number`);
  }
  return first;
}

/** Parser for commander: a whole number from `minimum` on. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
    throw new InvalidArgumentError(`It must be a whole number, at least ${minimum}.`);
  };
}

/** Parser for commander: a number from 0 to 1. */
export function fraction(text: string): number {
  const value = Number(text);
  if (/^[\d.]+(e-?\d+)?$/i.test(text) && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}
