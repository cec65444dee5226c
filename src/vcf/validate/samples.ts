import { type FormatPlan, formatPlanner } from './format.ts';
import { type Genotype, genotypeReader } from './genotype.ts';
import { columnAt, FIRST_SAMPLE, FORMAT, type RecordRule, type RecordScope } from './record.ts';
import { checkSampleValue, type Sample } from './sample-value.ts';
import { countValues } from './value.ts';

/** Texts longer than this are rarely met again. */
const MAX_KNOWN_LENGTH = 64;
const MAX_KNOWN = 2048;
const MAX_ALT_COUNTS = 16;

type ReadGenotype = (text: string) => Genotype | undefined;

/** Where a sample stands. */
interface Place {
  /** From 1. */
  readonly number: number;
  /** Offset in the line. */
  readonly at: number;
  /** ALT alleles of the record. */
  readonly alts: number;
}

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
      if (plan.known.size >= MAX_ALT_COUNTS) plan.known.clear();
      plan.known.set(alts, known);
    }
    let next = columnAt(record, FIRST_SAMPLE);
    for (let column = FIRST_SAMPLE; column < record.fields.length && !scope.full(); column++) {
      const text = record.fields[column]!;
      const at = next;
      next += text.length + 1;
      if (known.has(text)) continue;
      const right = checkSample(scope, plan, readGenotype, text, { number: column - FIRST_SAMPLE + 1, at, alts });
      if (right && text.length <= MAX_KNOWN_LENGTH && known.size < MAX_KNOWN) known.add(text);
    }
  };
}

/** True when nothing was reported. */
function checkSample(
  scope: RecordScope,
  plan: FormatPlan,
  readGenotype: ReadGenotype,
  text: string,
  place: Place,
): boolean {
  const { keys } = plan;
  const values = text.split(':');
  if (values.length > keys.length && !(keys.length === 0 && text === '.')) {
    const message = `sample ${place.number} has ${values.length} values for ${keys.length} keys`;
    scope.report('SAMPLE_TOO_MANY_VALUES', place.at, 'FORMAT', message);
    return false;
  }
  const genotype = plan.hasGenotype ? readGenotype(values[0]!) : DIPLOID;
  if (genotype === undefined) {
    scope.report('GT_INVALID', place.at, 'FORMAT/GT', `sample ${place.number}: this is not a genotype`);
    return false;
  }
  if (genotype.highest > place.alts) {
    reportAllele(scope, place, genotype.highest);
    return false;
  }
  const ploidy = genotype.ploidy === 0 ? undefined : genotype.ploidy;
  const sample: Sample = { number: place.number, alts: place.alts, ploidy, local: localAlleles(plan, values) };
  let right = true;
  let at = place.at;
  for (const [index, value] of values.entries()) {
    const isGenotype = index === 0 && plan.hasGenotype;
    if (value !== '.' && !isGenotype) right = checkSampleValue(scope, sample, keys[index]!, value, at) && right;
    at += value.length + 1;
  }
  return right;
}

/** "Without GT field, diploidy is assumed" (4.1 §1.4.2, GL). */
const DIPLOID: Genotype = { ploidy: 2, highest: -1 };

/** The corpus has 0|1 in a record whose ALT is `.`: the allele that was looked for, so only a warning. */
function reportAllele(scope: RecordScope, { number, at, alts }: Place, allele: number): void {
  const severity = alts === 0 && allele === 1 ? 'warning' : 'error';
  const message = `sample ${number} has an allele beyond the ${alts} of ALT`;
  scope.report('GT_ALLELE_UNKNOWN', at, 'FORMAT/GT', message, severity);
}

/** Number of ALT alleles that LAA names: none when it is there without a value, unknown when it is not in FORMAT. */
function localAlleles(plan: FormatPlan, values: readonly string[]): number | undefined {
  if (plan.localAt === -1) return undefined;
  const text = values[plan.localAt] ?? '.';
  return text === '' || text === '.' ? 0 : countValues(text);
}
