import type { EvidenceItem } from '../../../core/narratives.ts';

const NUMBER = /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** A number as people write it (`1,234`, `-4`, `1.2e-5`); undefined for what is none. */
export function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text.replaceAll(',', '')) : undefined;
}

/** Without the punctuation around it. A sign before a number stays. */
export function stripped(token: string): string {
  return token.replace(/^[("'[{]+/, '').replace(/(?:'s)?[)"'\]},.;:!?]+$/, '');
}

/** What a statement rests on: the words and numbers of the evidence that it cites. */
export class Grounds {
  /** As they are written: whole values, and their parts between spaces and `,;|&`. */
  readonly exact: ReadonlySet<string>;
  /** In lower case, also of parts between `_` and `/`. */
  readonly words: ReadonlySet<string>;
  readonly numbers: ReadonlySet<number>;
  /** All of it in lower case, `_` as a space. */
  readonly text: string;
  readonly items: readonly EvidenceItem[];

  constructor(items: readonly EvidenceItem[]) {
    this.items = items;
    const texts = items.flatMap(({ id, text, value }) => [id, text, String(value ?? '')]);
    const parts = texts.flatMap((text) => [text, ...text.split(/[\s,;|&]+/)]).map(stripped);
    const pieces = parts.flatMap((part) => [part, ...part.split(/[_/&:=()-]+/)]);
    this.exact = new Set(parts.filter(Boolean));
    this.words = new Set(pieces.map((piece) => piece.toLowerCase()).filter(Boolean));
    const fromTexts = [...parts, ...parts.flatMap((part) => part.split(/[/:=()]+/))].map(numberOf);
    this.numbers = new Set([...fromTexts, ...items.map(({ value }) => value)].filter((one) => typeof one === 'number'));
    this.text = texts.join(' \n ').toLowerCase().replaceAll('_', ' ');
  }

  item(id: string): EvidenceItem | undefined {
    return this.items.find((item) => item.id === id);
  }
}
