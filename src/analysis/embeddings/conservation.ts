import type { VariantBlock } from '../../core/variant-block.ts';
import type { Header } from '../../vcf/header/model.ts';
import { csqLayout } from '../../vcf/info/csq.ts';
import { type FieldValue, RecordView } from '../../vcf/record.ts';

/**
 * Scores of conservation that annotations carry, the best first, and the value that counts as conserved through and through:
 * phyloP of 100 vertebrates goes to 10.003, GERP++ RS to 6.17, phastCons is a probability.
 */
const SCORES: readonly (readonly [name: RegExp, most: number])[] = [
  [/phylop/i, 10],
  [/gerp|^conservation$/i, 6.17],
  [/phastcons/i, 1],
];

/** Where a file has a score: an INFO key of its own, or a column of CSQ. */
interface Place {
  readonly key: string;
  readonly column: number | undefined;
  readonly most: number;
}

/** Reads how conserved a variant's place is, from 0 (free to change, or faster than chance) to 1. */
export class ConservationReader {
  readonly #place: Place | undefined;
  readonly #view: RecordView;

  constructor(header: Header) {
    this.#place = placeIn(header);
    this.#view = new RecordView(header);
  }

  /** Null when the file has none of the scores, or not for this row. */
  of(block: VariantBlock, row: number): number | null {
    if (this.#place === undefined) return null;
    const { key, column, most } = this.#place;
    const value = this.#view.at(block, row).info(key);
    const score = column === undefined ? firstNumber(value) : firstInColumn(value, column);
    return score === null ? null : Math.min(Math.max(score / most, 0), 1);
  }
}

function placeIn(header: Header): Place | undefined {
  const csq = header.info.get('CSQ');
  const columns = csq === undefined ? [] : (csqLayout(csq.description)?.names ?? []);
  for (const [name, most] of SCORES) {
    const key = [...header.info.keys()].find((candidate) => name.test(candidate));
    if (key !== undefined) return { key, column: undefined, most };
    const column = columns.findIndex((candidate) => name.test(candidate));
    if (column >= 0) return { key: 'CSQ', column, most };
  }
  return undefined;
}

function firstNumber(value: FieldValue | undefined): number | null {
  const [first] = Array.isArray(value) ? value : [value];
  const number = typeof first === 'string' && first !== '' ? Number(first) : first;
  return typeof number === 'number' && !Number.isNaN(number) ? number : null;
}

/** The score is of the place, so that any transcript will do. */
function firstInColumn(value: FieldValue | undefined, column: number): number | null {
  for (const entry of Array.isArray(value) ? value : [value]) {
    const text = typeof entry === 'string' ? (entry.split('|')[column] ?? '') : '';
    const number = text === '' ? Number.NaN : Number(text.split('&')[0]);
    if (!Number.isNaN(number)) return number;
  }
  return null;
}
