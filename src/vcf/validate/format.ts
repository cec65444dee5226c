import type { FieldDefinition } from '../header/model.ts';
import { isFirmlyReserved, reservedDefinition } from '../header/reserved.ts';
import { FORMAT_KEY, FORMAT_KEY_OLD } from './meta-kinds.ts';
import { columnAt, FORMAT, fieldAt, type RecordScope, type RecordView } from './record.ts';
import { quote } from './reporter.ts';
import type { ValueRule } from './value.ts';

/** Reserved keys that are depths, counts and phred qualities, or said to be non-negative (PS). VCF 4.1 §1.4.2. */
const NON_NEGATIVE = new Set('AD ADF ADR DP EC GQ HQ LEN MQ PL PQ PS LAA LAD LADF LADR LPL PSO PSQ'.split(' '));

export interface FormatKey extends ValueRule {
  readonly id: string;
  /** Undefined: neither declared nor reserved; anything goes. */
  readonly definition: FieldDefinition | undefined;
}

/** What one FORMAT text says of the samples under it. */
export interface FormatPlan {
  readonly keys: readonly FormatKey[];
  readonly hasGenotype: boolean;
  /** Place of LAA (4.5), which says how many values local fields have; -1 without it. */
  readonly localAt: number;
  /** Sample texts found right, by number of ALT alleles: in a cohort most are alike. Bounded. */
  readonly known: Map<number, Set<string>>;
  /** What is wrong with the order and number of keys; said for each record. */
  readonly faults: readonly FormatFault[];
}

interface FormatFault {
  readonly code: 'FORMAT_KEY_DUPLICATE' | 'FORMAT_GT_NOT_FIRST';
  readonly at: number;
  readonly message: string;
}

const MAX_PLANS = 64;

/**
 * Plans for FORMAT texts: keys well formed (alphanumeric before 4.3, a name from 4.3 on), GT first where it is, no
 * duplicates from 4.3 on. VCF 4.1 §1.4.2, 4.3 §1.6.2. Reports the faults of a record's FORMAT; a wrong key once a file.
 */
export function formatPlanner(scope: RecordScope): (record: RecordView) => FormatPlan {
  const plans = new Map<string, FormatPlan>();
  return (record) => {
    const text = fieldAt(record, FORMAT);
    let plan = plans.get(text);
    if (plan === undefined) {
      plan = makePlan(scope, record, text);
      if (plans.size < MAX_PLANS) plans.set(text, plan);
    }
    for (const fault of plan.faults) {
      const severity = fault.code === 'FORMAT_KEY_DUPLICATE' && scope.minor < 3 ? 'warning' : 'error';
      scope.report(fault.code, columnAt(record, FORMAT) + fault.at, 'FORMAT', fault.message, severity);
    }
    return plan;
  };
}

function makePlan(scope: RecordScope, record: RecordView, text: string): FormatPlan {
  const ids = text === '.' ? [] : text.split(':');
  const faults: FormatFault[] = [];
  const keys: FormatKey[] = [];
  const seen = new Set<string>();
  const pattern = scope.minor >= 3 ? FORMAT_KEY : FORMAT_KEY_OLD;
  let at = 0;
  for (const [index, id] of ids.entries()) {
    if (!pattern.test(id)) {
      const message = `${quote(id)} cannot be a FORMAT key in VCF ${scope.header.version}`;
      if (scope.first(`FORMAT ${id}`))
        scope.report('FORMAT_KEY_INVALID', columnAt(record, FORMAT) + at, 'FORMAT', message);
    }
    if (seen.has(id)) faults.push({ code: 'FORMAT_KEY_DUPLICATE', at, message: `${quote(id)} stands twice` });
    if (id === 'GT' && index > 0) faults.push({ code: 'FORMAT_GT_NOT_FIRST', at, message: 'GT must be the first key' });
    seen.add(id);
    keys.push(describeKey(scope, id));
    warnUndeclared(scope, record, id, at);
    at += id.length + 1;
  }
  return { keys, hasGenotype: ids[0] === 'GT', localAt: ids.indexOf('LAA'), known: new Map(), faults };
}

function describeKey(scope: RecordScope, id: string): FormatKey {
  const { header, minor } = scope;
  const reserved = isFirmlyReserved(header.version, 'format', id);
  const definition = header.format.get(id) ?? (reserved ? reservedDefinition(header.version, 'format', id) : undefined);
  return { id, definition, type: definition?.type ?? 'String', minor, nonNegative: NON_NEGATIVE.has(id) };
}

function warnUndeclared(scope: RecordScope, record: RecordView, id: string, at: number): void {
  const { header } = scope;
  if (id === '' || header.format.has(id) || reservedDefinition(header.version, 'format', id) !== undefined) return;
  if (!scope.first(`FORMAT ${id}`)) return;
  scope.report(
    'FORMAT_KEY_UNDECLARED',
    columnAt(record, FORMAT) + at,
    `FORMAT/${id}`,
    `${quote(id)} has no ##FORMAT line`,
  );
}
