import type { StoredFile } from '../core/ports.ts';

/** Names of samples and files, which no text that leaves this machine may hold. */
export class NamesGuard {
  readonly #names: ReadonlySet<string>;

  constructor(files: readonly Pick<StoredFile, 'name' | 'sampleNames'>[]) {
    this.#names = new Set(
      files.flatMap(({ name, sampleNames }) => [name, ...sampleNames]).map((name) => name.toLowerCase()),
    );
  }

  /** True when no word, and no run of words, of the text is such a name. */
  allows(text: string): boolean {
    const lower = text.toLowerCase();
    for (const name of this.#names) {
      for (let at = lower.indexOf(name); name !== '' && at >= 0; at = lower.indexOf(name, at + 1)) {
        if (!isWord(lower[at - 1]) && !isWord(lower[at + name.length])) return false;
      }
    }
    return true;
  }
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_]/u.test(character);
}
