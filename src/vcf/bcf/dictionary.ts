import type { Header } from '../header/model.ts';

/** The names that BCF records refer to by number. */
export interface Dictionary {
  /** FILTER, INFO and FORMAT keys share one numbering. */
  readonly keys: readonly (Buffer | undefined)[];
  readonly contigs: readonly (Buffer | undefined)[];
}

const KEYED = new Set(['FILTER', 'INFO', 'FORMAT']);

/** VCF 4.3 §6.2.1: numbered by `IDX`, or in order of first appearance with PASS as 0. */
export function buildDictionary(header: Header): Dictionary {
  const keys = new Numbering();
  const contigs = new Numbering();
  keys.add('PASS', 0);
  for (const { key, fields } of header.lines) {
    const id = fields?.get('ID');
    if (id === undefined) continue;
    const number = parseIndex(fields?.get('IDX'));
    if (KEYED.has(key)) keys.add(id, number);
    else if (key === 'contig') contigs.add(id, number);
  }
  return { keys: keys.names, contigs: contigs.names };
}

/** No real file names more keys; an IDX beyond is nonsense that would make a huge sparse array. */
const MAX_INDEX = 2 ** 24;

function parseIndex(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,8}$/.test(text)) return undefined;
  const index = Number(text);
  return index < MAX_INDEX ? index : undefined;
}

class Numbering {
  readonly names: (Buffer | undefined)[] = [];
  readonly #seen = new Set<string>();

  add(name: string, number: number | undefined): void {
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    this.names[number ?? this.names.length] = Buffer.from(name);
  }
}

/** The header text without the `IDX` fields, which only mean something in BCF. */
export function withoutIndexes(text: string): string {
  return text.replaceAll(/^(##[^\n]*),IDX=\d+(?=>\r?$)/gm, '$1');
}
