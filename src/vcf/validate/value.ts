import type { FieldType } from '../header/model.ts';

/**
 * VCF 4.3 §1.3, written so that no text makes it try twice. Before 4.3 the text says "Float" and no more: what C's strtod takes
 * is then taken.
 */
const FLOAT = /^[-+]?(?:(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e[-+]?[0-9]+)?|inf|infinity|nan)$/i;
const FLOAT_OLD = /^[-+]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?|inf|infinity|nan)$/i;
const INTEGER = /^[-+]?[0-9]+$/;

const MAX_INTEGER = 2 ** 31 - 1;
/** The eight values below are reserved by BCF and disallowed in text too. VCF 4.3 §1.3. */
const MIN_INTEGER = -(2 ** 31) + 8;

export function isFloat(text: string, minor: number): boolean {
  return (minor >= 3 ? FLOAT : FLOAT_OLD).test(text);
}

export type ValueFault = 'type' | 'range' | 'negative';

export interface ValueRule {
  readonly type: FieldType;
  readonly minor: number;
  readonly nonNegative: boolean;
}

/**
 * Checks one value that is not a list. `.` is missing and always right.
 * Integer: 32 bits, signed. Float: see FLOAT. Character: one character. VCF 4.1 §1.2.2, 4.3 §1.3.
 */
export function valueFault(text: string, rule: ValueRule): ValueFault | undefined {
  if (text === '.') return undefined;
  switch (rule.type) {
    case 'Integer': {
      if (!INTEGER.test(text)) return 'type';
      const value = Number(text);
      if (value > MAX_INTEGER || value < MIN_INTEGER) return 'range';
      return rule.nonNegative && value < 0 ? 'negative' : undefined;
    }
    case 'Float':
      if (!isFloat(text, rule.minor)) return 'type';
      return rule.nonNegative && Number(text) < 0 ? 'negative' : undefined;
    case 'Character':
      // More than one byte may still be one character of UTF-8, or a percent code (4.3 §1.2).
      return text.length === 1 || isOneCharacter(text, rule.minor) ? undefined : 'type';
    default:
      return undefined;
  }
}

function isOneCharacter(latin1: string, minor: number): boolean {
  if (minor >= 3 && /^%[0-9A-Fa-f]{2}$/.test(latin1)) return true;
  return latin1.length > 1 && /^[\xc0-\xff][\x80-\xbf]+$/.test(latin1);
}

/** Values in a comma-separated list. */
export function countValues(text: string): number {
  let count = 1;
  for (let at = text.indexOf(','); at !== -1; at = text.indexOf(',', at + 1)) count++;
  return count;
}

/** Genotypes of `ploidy` out of `alleles` alleles: the multisets. VCF 4.3 §1.6.2 (GL). */
export function genotypeCount(alleles: number, ploidy: number): number {
  let count = 1;
  for (let index = 1; index <= ploidy; index++) count = (count * (alleles + index - 1)) / index;
  return count;
}
