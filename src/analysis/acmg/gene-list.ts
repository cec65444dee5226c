import { VcfAgentError } from '../../core/errors.ts';

/**
 * Symbols of a list of genes: the first word of each line, so that a table with sources behind the symbols can be used as it is;
 * `#` begins a comment. Throws INPUT_FORMAT when there is none.
 */
export function parseGeneList(text: string): ReadonlySet<string> {
  const symbols = text
    .split(/\r?\n/)
    .map(
      (line) =>
        line
          .replace(/#.*/, '')
          .trim()
          .split(/[\s,;]+/, 1)[0] ?? '',
    )
    .filter((symbol) => symbol !== '');
  if (symbols.length === 0) throw new VcfAgentError('INPUT_FORMAT', 'the list of genes names none');
  return new Set(symbols);
}
