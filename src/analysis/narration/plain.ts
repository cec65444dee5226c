/** Controls, marks that turn the direction of text, characters without width, and tags: what a reader does not see. */
const UNSEEN = /(?:[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|\p{Variation_Selector})+/gu;

/** Text out of a file as one line of bounded length that steers nobody: no terminal, no browser, no reader. */
export function clean(text: string, maxCharacters: number): string {
  const line = text.normalize('NFC').replace(UNSEEN, ' ').replace(/\s+/gu, ' ').trim();
  const characters = [...line];
  return characters.length <= maxCharacters ? line : `${characters.slice(0, maxCharacters - 1).join('')}…`;
}

const TYPOGRAPHY: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': ' - ',
  '‑': '-',
  '−': '-',
  '…': '...',
  '\u00a0': ' ',
  '\u202f': ' ',
  '\t': ' ',
  '\n': ' ',
  '\r': ' ',
};

/**
 * What a model wrote, in ASCII; undefined when that cannot be done. Letters of other alphabets look like ours and would pass
 * by every check of words.
 */
export function plainEnglish(text: string): string | undefined {
  const mapped = [...text.normalize('NFC')].map((character) => TYPOGRAPHY[character] ?? character).join('');
  const line = mapped.replace(/ +/g, ' ').trim();
  return /^[ -~]*$/.test(line) ? line : undefined;
}
