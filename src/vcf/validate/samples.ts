import { type FormatKey, type FormatPlan, formatPlanner } from './format.ts';
import { genotypeReader } from './genotype.ts';
import { columnAt, FIRST_SAMPLE, FORMAT, type RecordRule, type RecordScope, type RecordView } from './record.ts';
import { countValues, genotypeCount, valueFault } from './value.ts';

/** Texts longer than this are rarely met again. */
const MAX_KNOWN_LENGTH = 64;
const MAX_KNOWN = 4096;

/** One sample of one record. */
interface Sample {
  readonly column: number;
  readonly values: readonly string[];
  /** Undefined: not known, so lists by genotype are not counted. */
  readonly ploidy: number | undefined;
  /** ALT alleles that LAA names; undefined: not known. */
  readonly local: number | undefined;
}

type ReadGenotype = ReturnType<typeof genotypeReader>;

/**
 * FORMAT and the samples under it: no more values than keys, a valid GT whose alleles exist, values as many and of the
 * type that the header says, else the specification. VCF 4.1 §1.4.2, 4.3 §1.6.2, local alleles 4.5 §1.6.2.
 */
export function samplesRule(scope: RecordScope): RecordRule {
  const planOf = formatPlanner(scope);
  const readGenotype = genotypeReader(scope.minor);
  return (record) => {
    if (record.fields.length <= FORMAT) return;
    const plan = planOf(record);
    const alts = record.alts.length;
    let known = plan.known.get(alts);
    if (known === undefined) {
      known = new Set();
      plan.known.set(alts, known);
    }
    for (let column = FIRST_SAMPLE; column < record.fields.length; column++) {
      const text = record.fields[column]!;
      if (known.has(text)) continue;
      const right = checkSample(scope, record, plan, readGenotype, column);
      if (right && text.length <= MAX_KNOWN_LENGTH && known.size < MAX_KNOWN) known.add(text);
    }
  };
}

function checkSample(
  scope: RecordScope,
  record: RecordView,
  plan: FormatPlan,
  readGenotype: ReadGenotype,
  column: number,
): boolean {
  const text = record.fields[column]!;
  const values = text.split(':');
  const { keys } = plan;
  if (values.length > keys.length && !(keys.length === 0 && text === '.')) {
    report(
      scope,
      record,
      'SAMPLE_TOO_MANY_VALUES',
      column,
      0,
      'FORMAT',
      `${values.length} values for ${keys.length} keys`,
    );
    return false;
  }
  let ploidy: number | undefined = 2;
  if (plan.hasGenotype) {
    const genotype = readGenotype(values[0]!);
    if (genotype === undefined) {
      report(scope, record, 'GT_INVALID', column, 0, 'FORMAT/GT', 'this is not a genotype');
      return false;
    }
    if (genotype.highest > record.alts.length) {
      reportAllele(scope, record, column, genotype.highest);
      return false;
    }
    ploidy = genotype.ploidy === 0 ? undefined : genotype.ploidy;
  }
  const sample = { column, values, ploidy, local: localAlleles(plan, values) };
  let right = true;
  for (let index = plan.hasGenotype ? 1 : 0; index < values.length && index < keys.length; index++) {
    right = checkSampleValue(scope, record, sample, keys[index]!, index) && right;
  }
  return right;
}

/** The corpus has 0|1 in a record whose ALT is `.`: the allele that was looked for, so only a warning. */
function reportAllele(scope: RecordScope, record: RecordView, column: number, allele: number): void {
  const alts = record.alts.length;
  const severity = alts === 0 && allele === 1 ? 'warning' : 'error';
  const message = `allele ${allele} of ${alts}`;
  scope.report('GT_ALLELE_UNKNOWN', columnAt(record, column), 'FORMAT/GT', message, severity);
}

/** Number of ALT alleles that LAA names: none when it is there without a value, unknown when it is not in FORMAT. */
function localAlleles(plan: FormatPlan, values: readonly string[]): number | undefined {
  if (plan.localAt === -1) return undefined;
  const text = values[plan.localAt] ?? '.';
  return text === '' || text === '.' ? 0 : countValues(text);
}

function checkSampleValue(
  scope: RecordScope,
  record: RecordView,
  sample: Sample,
  key: FormatKey,
  index: number,
): boolean {
  const value = sample.values[index]!;
  if (value === '.') return true;
  const at = offsetOf(sample.values, index);
  const field = `FORMAT/${key.id}`;
  const who = `sample ${sample.column - FIRST_SAMPLE + 1}`;
  if (value === '') {
    if (mayBeEmpty(scope, key)) return true;
    report(
      scope,
      record,
      'SAMPLE_VALUE_EMPTY',
      sample.column,
      at,
      field,
      `${who} has nothing where a dot stands for nothing`,
    );
    return false;
  }
  const { definition } = key;
  if (definition === undefined) return true;
  const count = countValues(value);
  if (!countFits(definition.number, record.alts.length, sample, count)) {
    const message = `${who}: ${key.id} has Number=${definition.number} and ${count} values are there`;
    report(scope, record, 'SAMPLE_NUMBER', sample.column, at, field, message);
    return false;
  }
  if (key.type === 'String' || key.type === 'Flag') return true;
  return checkTypes(scope, record, sample, key, value, at);
}

/** Lists over local alleles have no length at a site where a sample has none (4.5 §1.6.2, LAA). */
function mayBeEmpty(scope: RecordScope, key: FormatKey): boolean {
  if (scope.minor < 5) return false;
  return key.id === 'LAA' || key.definition?.number === 'LA';
}

/** A record without ALT may speak of the allele that was looked for: one more is accepted then. */
function countFits(number: FormatKeyNumber, alts: number, sample: Sample, count: number): boolean {
  const fits = (alternates: number): boolean => {
    const wanted = wantedCount(number, alternates, sample);
    return wanted === undefined || wanted === count;
  };
  return fits(alts) || (alts === 0 && fits(1));
}

type FormatKeyNumber = NonNullable<FormatKey['definition']>['number'];

function wantedCount(number: FormatKeyNumber, alts: number, sample: Sample): number | undefined {
  const { ploidy, local } = sample;
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

function checkTypes(
  scope: RecordScope,
  record: RecordView,
  sample: Sample,
  key: FormatKey,
  list: string,
  start: number,
): boolean {
  for (let at = 0; at <= list.length; ) {
    const comma = list.indexOf(',', at);
    const end = comma === -1 ? list.length : comma;
    const fault = valueFault(at === 0 && end === list.length ? list : list.slice(at, end), key);
    if (fault !== undefined) {
      const code = ({ type: 'SAMPLE_TYPE', range: 'SAMPLE_INTEGER_RANGE', negative: 'SAMPLE_NEGATIVE' } as const)[
        fault
      ];
      const said =
        fault === 'type' ? `is not of Type=${key.type}` : fault === 'range' ? 'is out of range' : 'is negative';
      const message = `sample ${sample.column - FIRST_SAMPLE + 1}: a value of ${key.id} ${said}`;
      report(scope, record, code, sample.column, start + at, `FORMAT/${key.id}`, message);
      return false;
    }
    at = end + 1;
  }
  return true;
}

function offsetOf(values: readonly string[], index: number): number {
  let at = index;
  for (let before = 0; before < index; before++) at += values[before]!.length;
  return at;
}

type SampleCode =
  | 'SAMPLE_TOO_MANY_VALUES'
  | 'SAMPLE_VALUE_EMPTY'
  | 'SAMPLE_NUMBER'
  | 'SAMPLE_TYPE'
  | 'SAMPLE_INTEGER_RANGE'
  | 'SAMPLE_NEGATIVE'
  | 'GT_INVALID';

function report(
  scope: RecordScope,
  record: RecordView,
  code: SampleCode,
  column: number,
  at: number,
  field: string,
  message: string,
): void {
  const severity = code === 'SAMPLE_INTEGER_RANGE' && scope.minor < 3 ? 'warning' : 'error';
  scope.report(code, columnAt(record, column) + at, field, message, severity);
}
