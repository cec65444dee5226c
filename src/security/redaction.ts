/** What is told to nobody else unless it is allowed by name. */
export const EGRESS_KINDS = ['sampleNames', 'fileNames', 'genotypes'] as const;

export type EgressKind = (typeof EGRESS_KINDS)[number];

/** What is known to be confidential about a file. */
export interface Confidential {
  readonly sampleNames: readonly string[];
  readonly fileNames: readonly string[];
  /** API keys, passwords: withheld from everybody, whatever is allowed. */
  readonly secrets: readonly string[];
}

/** What stands where something was taken out. */
export const WITHHELD = '(withheld)';

/** Shorter names are looked for as whole words only: the sample `T` is not every T. */
const SHORT = 4;

/** `0/1`, `1|0`, `./.`, with what follows it in a sample's column. */
const GENOTYPE = /(?<![\w/|.])(?:\d{1,2}|\.)(?:[/|](?:\d{1,2}|\.))+(?::[\w.,|/-]+)*(?![\w/|])/g;

interface Needle {
  readonly kind: EgressKind | 'secrets';
  readonly pattern: RegExp;
  /** A short number is no more a name than any other number: it is taken out of texts, and not looked for behind them. */
  readonly isNumber: boolean;
}

/** Takes out of one request what must not leave with it, and counts it. */
export class Redaction {
  readonly #needles: readonly Needle[];
  readonly #kinds: readonly EgressKind[];
  readonly #counts = new Map<string, number>();

  constructor(kinds: readonly EgressKind[], { sampleNames, fileNames, secrets }: Confidential) {
    this.#kinds = kinds;
    const names = { sampleNames, fileNames: fileNames.flatMap(withStem) };
    const kept = (['fileNames', 'sampleNames'] as const).filter((kind) => kinds.includes(kind));
    this.#needles = [
      ...needles('secrets', secrets),
      ...kept.flatMap((kind) => needles(kind, names[kind])),
      ...(kinds.includes('genotypes') ? [{ kind: 'genotypes', pattern: GENOTYPE, isNumber: false } as const] : []),
    ];
  }

  /** How many pieces of each kind were taken out so far. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Whether pieces of this kind have to stay. */
  withholds(kind: EgressKind): boolean {
    return this.#kinds.includes(kind);
  }

  count(kind: EgressKind): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** The text without what must not leave. */
  text(text: string): string {
    let rest = text;
    for (const { kind, pattern } of this.#needles) {
      rest = rest.replace(pattern, () => {
        if (kind !== 'secrets') this.count(kind);
        return WITHHELD;
      });
    }
    return rest;
  }

  /**
   * The kind of something that is in a request all the same, undefined when nothing is. `publicText` stands in every request:
   * a sample that is called like a word of it does not stop everything.
   */
  remainsIn(request: string, publicText: string): EgressKind | 'secrets' | undefined {
    // JSON within JSON: a name with a quote in it is written in another way at each level.
    const plain = unescaped(request);
    const forms = [request, plain, unescaped(plain)];
    const found = this.#needles.find(({ pattern, isNumber, kind }) => {
      if (isNumber) return false;
      const own = kind === 'secrets' ? 0 : occurrences(publicText, pattern);
      return forms.some((form) => occurrences(form, pattern) > own);
    });
    return found?.kind;
  }
}

function occurrences(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function needles(kind: Needle['kind'], names: readonly string[]): readonly Needle[] {
  const known = [...new Set(names)].filter((name) => name !== '' && name !== '.');
  // What contains another is taken out first.
  return known
    .toSorted((a, b) => b.length - a.length)
    .map((name) => {
      const literal = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      const pattern = name.length < SHORT ? `(?<![\\w.])${literal}(?![\\w.])` : literal;
      return { kind, pattern: new RegExp(pattern, 'gi'), isNumber: /^\d+$/.test(name) && name.length < SHORT };
    });
}

/** A file's name, and what is left of it without its endings when that still names something. */
function withStem(name: string): readonly string[] {
  const stem = name.replace(/(?:\.[A-Za-z]{1,4})+$/, '');
  return stem.length >= SHORT ? [name, stem] : [name];
}

function unescaped(text: string): string {
  return text
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\(["\\/])/g, '$1');
}
