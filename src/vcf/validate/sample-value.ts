import type { FieldNumber } from '../header/model.ts';
import type { FormatKey } from './format.ts';
import type { RecordScope } from './record.ts';
import { countValues, genotypeCount, type ValueFault, valueFault } from './value.ts';

/** One sample of one record. */
export interface Sample {
  /** From 1. */
  readonly number: number;
  /** ALT alleles of the record. */
  readonly alts: number;
  /** Undefined: not known, so lists by genotype are not counted. */
  readonly ploidy: number | undefined;
  /** ALT alleles that LAA names; undefined: not known. */
  readonly local: number | undefined;
}

const FAULTS: Readonly<Record<ValueFault, 'SAMPLE_TYPE' | 'SAMPLE_INTEGER_RANGE' | 'SAMPLE_NEGATIVE'>> = {
  type: 'SAMPLE_TYPE',
  range: 'SAMPLE_INTEGER_RANGE',
  negative: 'SAMPLE_NEGATIVE',
};

/**
 * One value of one sample, which is not `.`: as many as Number says and of the Type (VCF 4.1 §1.4.2). True when nothing was
 * reported.
 * @param at offset of the value in the line.
 */
export function checkSampleValue(
  scope: RecordScope,
  sample: Sample,
  key: FormatKey,
  value: string,
  at: number,
): boolean {
  const field = `FORMAT/${key.id}`;
  if (value === '') {
    if (mayBeEmpty(scope, key)) return true;
    scope.report('SAMPLE_VALUE_EMPTY', at, field, `sample ${sample.number} has nothing where a dot stands for nothing`);
    return false;
  }
  const { definition } = key;
  if (definition === undefined) return true;
  const count = countValues(value);
  const wanted = wantedCount(definition.number, sample.alts, sample);
  if (wanted !== undefined && count !== wanted && !fitsMissingAlt(definition.number, sample, count)) {
    const message = `sample ${sample.number}: ${key.id} has Number=${definition.number}: ${wanted} wanted, ${count} there`;
    scope.report('SAMPLE_NUMBER', at, field, message);
    return false;
  }
  return key.type === 'String' || key.type === 'Flag' || checkTypes(scope, sample, key, value, at);
}

/** Lists over local alleles have no length at a site where a sample has none (4.5 §1.6.2, LAA). */
function mayBeEmpty(scope: RecordScope, key: FormatKey): boolean {
  return scope.minor >= 5 && (key.id === 'LAA' || key.definition?.number === 'LA');
}

/** A record without ALT may speak of the allele that was looked for: one more is accepted then. */
function fitsMissingAlt(number: FieldNumber, sample: Sample, count: number): boolean {
  return sample.alts === 0 && wantedCount(number, 1, sample) === count;
}

function wantedCount(number: FieldNumber, alts: number, { ploidy, local }: Sample): number | undefined {
  switch (number) {
    case 'A':
      return alts;
    case 'R':
      return alts + 1;
    case 'G':
      return ploidy && genotypeCount(alts + 1, ploidy);
    case 'P':
      return ploidy;
    case 'LA':
      return local;
    case 'LR':
      return local === undefined ? undefined : local + 1;
    case 'LG':
      return local === undefined ? undefined : ploidy && genotypeCount(local + 1, ploidy);
    case '.':
    case 'M':
      return undefined;
    default:
      return number;
  }
}

/** The first value that is not of the type, reported; the rest of a list is not said. */
function checkTypes(scope: RecordScope, sample: Sample, key: FormatKey, list: string, start: number): boolean {
  for (let at = 0; at <= list.length; ) {
    const comma = list.indexOf(',', at);
    const end = comma === -1 ? list.length : comma;
    const fault = valueFault(at === 0 && end === list.length ? list : list.slice(at, end), key);
    if (fault !== undefined) {
      const severity = fault === 'range' && scope.minor < 3 ? 'warning' : 'error';
      const message = `sample ${sample.number}: a value of ${key.id} ${describe(fault, key)}`;
      scope.report(FAULTS[fault], start + at, `FORMAT/${key.id}`, message, severity);
      return false;
    }
    at = end + 1;
  }
  return true;
}

function describe(fault: ValueFault, key: FormatKey): string {
  if (fault === 'type') return `is not of Type=${key.type}`;
  return fault === 'range' ? 'is out of range' : 'is negative';
}
