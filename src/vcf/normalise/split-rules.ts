import type { FieldType, Header } from '../header/model.ts';

const MAX_CACHED_COLUMNS = 1_000;
const MAX_CACHED_LENGTH = 1_000;

/** What happens to a field's values when a record is split: nothing, one value an ALT, one an allele, one a genotype, or GT. */
export type SplitNumber = 'A' | 'R' | 'G' | 'GT';

/** How one INFO or FORMAT key is split. */
export interface SplitRule {
  readonly number: SplitNumber;
  /** Type String or Character: bcftools treats short lists of them differently from numbers. */
  readonly isText: boolean;
}

/** The keys of a header that take part in splitting; every other key is copied to each row. */
export interface SplitRules {
  readonly info: ReadonlyMap<string, SplitRule>;
  /** By the text of the FORMAT column: a rule for each of its keys, undefined where the values are copied. */
  format(column: string): readonly (SplitRule | undefined)[];
}

/**
 * Only declared keys are split, as bcftools does: an undeclared AC is a text of unknown length. GT needs no declaration.
 * Local-allele numbers (LA, LR, LG of VCF 4.5) stay whole, like in bcftools.
 */
export function splitRules(header: Pick<Header, 'info' | 'format'>): SplitRules {
  const info = new Map<string, SplitRule>();
  const format = new Map<string, SplitRule>();
  for (const [from, to] of [
    [header.info, info],
    [header.format, format],
  ] as const) {
    for (const { id, number, type } of from.values()) {
      if (type !== 'Flag' && (number === 'A' || number === 'R' || number === 'G'))
        to.set(id, { number, isText: isText(type) });
    }
  }
  format.set('GT', { number: 'GT', isText: true });
  const columns = new Map<string, readonly (SplitRule | undefined)[]>();
  return {
    info,
    format(column) {
      let rules = columns.get(column);
      if (rules === undefined) {
        rules = column.split(':').map((key) => format.get(key));
        // A hostile file could have a long FORMAT of its own on every line.
        if (columns.size < MAX_CACHED_COLUMNS && column.length < MAX_CACHED_LENGTH) columns.set(column, rules);
      }
      return rules;
    },
  };
}

function isText(type: FieldType): boolean {
  return type === 'String' || type === 'Character';
}
