import type { FieldDefinition } from '../header/model.ts';
import { isFirmlyReserved, reservedDefinition } from '../header/reserved.ts';
import { INFO_KEY } from './meta-kinds.ts';
import { columnAt, fieldAt, INFO, type RecordRule, type RecordScope, type RecordView } from './record.ts';
import { quote } from './reporter.ts';
import { countValues, type ValueRule, valueFault } from './value.ts';

/** Reserved keys whose meaning (a count, depth, frequency or position) rules out negative values. VCF 4.1 §1.4.1.8. */
const NON_NEGATIVE = new Set(['AC', 'AD', 'ADF', 'ADR', 'AF', 'AN', 'BQ', 'DP', 'END', 'MQ', 'MQ0', 'NS']);
const CIGAR = /^(?:[0-9]+[MIDNSHPX=])+$/;
/** The text knows no quotes in INFO; the corpus has them, around commas and equals signs, in files that are right. */
const QUOTED = /^"[^"]*"$/;
const MAX_KEYS = 100_000;

/** Everything known of one key of this file. */
interface Key extends ValueRule {
  readonly id: string;
  /** Undefined: neither declared nor reserved; anything goes. */
  readonly definition: FieldDefinition | undefined;
  readonly wellFormed: boolean;
  /** Number of the record that had it last. */
  seenIn: number;
}

/**
 * INFO is `.` or `key[=value[,value]]` entries: keys well formed and each once, values as many and of the type that the
 * header says, else the specification. VCF 4.1 §1.4.1.8, 4.3 §1.6.1.8.
 */
export function infoRule(scope: RecordScope): RecordRule {
  const keys = new Map<string, Key>();
  return (record) => {
    const text = fieldAt(record, INFO);
    if (text === '.') return;
    const start = columnAt(record, INFO);
    if (scope.minor < 3 && /\s/.test(text)) {
      scope.report('INFO_WHITESPACE', start + text.search(/\s/), 'INFO', 'no whitespace is allowed in this version');
    }
    for (let at = 0; at <= text.length && !scope.full(); ) {
      const semicolon = text.indexOf(';', at);
      const end = semicolon === -1 ? text.length : semicolon;
      checkEntry(scope, record, keys, text.slice(at, end), start + at);
      at = end + 1;
    }
  };
}

function checkEntry(scope: RecordScope, record: RecordView, keys: Map<string, Key>, entry: string, at: number): void {
  const equals = entry.indexOf('=');
  const id = equals === -1 ? entry : entry.slice(0, equals);
  if (id === '' || id === '.') {
    scope.report('INFO_MALFORMED', at, 'INFO', entry === '' ? 'an empty entry' : 'an entry without a key');
    return;
  }
  let key = keys.get(id);
  if (key === undefined) {
    key = describeKey(scope, id, at);
    if (keys.size < MAX_KEYS) keys.set(id, key);
  }
  if (!key.wellFormed && scope.first(`INFO ${id}`)) {
    scope.report('INFO_KEY_INVALID', at, 'INFO', `${quote(id)} cannot be an INFO key in VCF ${scope.header.version}`);
  }
  if (key.seenIn === record.number) {
    const severity = scope.minor >= 3 ? 'error' : 'warning';
    scope.report('INFO_KEY_DUPLICATE', at, `INFO/${id}`, `${quote(id)} stands twice`, severity);
  }
  key.seenIn = record.number;
  checkValue(scope, record, key, equals === -1 ? undefined : entry.slice(equals + 1), at + id.length + 1);
}

function describeKey(scope: RecordScope, id: string, at: number): Key {
  const { header, minor } = scope;
  const wellFormed = minor >= 3 ? INFO_KEY.test(id) : !/\s/.test(id);
  const reserved = isFirmlyReserved(header.version, 'info', id);
  const declared = header.info.get(id);
  const definition = declared ?? (reserved ? reservedDefinition(header.version, 'info', id) : undefined);
  const isKnown = definition !== undefined || reservedDefinition(header.version, 'info', id) !== undefined;
  if (!isKnown && wellFormed && scope.first(`INFO ${id}`)) {
    scope.report('INFO_KEY_UNDECLARED', at, `INFO/${id}`, `${quote(id)} has no ##INFO line`);
  }
  const type = definition?.type ?? 'String';
  return { id, definition, wellFormed, type, minor, nonNegative: NON_NEGATIVE.has(id), seenIn: 0 };
}

function checkValue(scope: RecordScope, record: RecordView, key: Key, value: string | undefined, at: number): void {
  const field = `INFO/${key.id}`;
  const { definition } = key;
  if (key.type === 'Flag') {
    // "It is not necessary to list all the properties that a site does NOT have, by e.g. H2=0" (4.1): 0 and 1 are used.
    if (value !== undefined && value !== '0' && value !== '1') {
      scope.report('INFO_FLAG_VALUE', at, field, `the flag ${key.id} has the value ${quote(value)}`);
    }
    return;
  }
  if (value === undefined) {
    if (definition === undefined || definition.number === '.' || definition.number === 0) return;
    scope.report('INFO_NUMBER', at - 1, field, `${key.id} has no value`);
    return;
  }
  if (value === '') {
    scope.report('FIELD_EMPTY', at, field, `${key.id}= has nothing behind it`);
    return;
  }
  if (key.type === 'String' && QUOTED.test(value)) {
    if (/[=,]/.test(value)) scope.report('INFO_VALUE_QUOTED', at, field, 'other readers cut this value at its commas');
    return;
  }
  if (value.includes('=')) {
    scope.report('INFO_MALFORMED', at + value.indexOf('='), field, 'a bare "=" inside a value');
  }
  if (definition === undefined) return;
  checkCount(scope, record, definition, value, at);
  if (key.type !== 'String' || key.id === 'CIGAR') checkTypes(scope, key, value, at);
  if (key.id === 'END' && Number(value) < record.pos) {
    scope.report('INFO_END_BEFORE_POS', at, field, 'END is smaller than POS');
  }
}

/** A lone `.` is a missing list of any length. A record without ALT may speak of the allele that was looked for. */
function checkCount(
  scope: RecordScope,
  record: RecordView,
  definition: FieldDefinition,
  value: string,
  at: number,
): void {
  if (value === '.') return;
  const alts = record.alts.length;
  let wanted: number;
  if (definition.number === 'A') wanted = alts;
  else if (definition.number === 'R') wanted = alts + 1;
  else if (typeof definition.number === 'number') wanted = definition.number;
  else return;
  const count = countValues(value);
  if (count === wanted) return;
  const perAllele = typeof definition.number === 'string';
  if (perAllele && alts === 0 && count === wanted + 1) return;
  const message = `${definition.id} has Number=${definition.number}: ${wanted} wanted, ${count} there`;
  scope.report('INFO_NUMBER', at, `INFO/${definition.id}`, message);
}

function checkTypes(scope: RecordScope, key: Key, value: string, start: number): void {
  for (let at = 0; at <= value.length; ) {
    const comma = value.indexOf(',', at);
    const end = comma === -1 ? value.length : comma;
    checkOne(scope, key, at === 0 && end === value.length ? value : value.slice(at, end), start + at);
    at = end + 1;
  }
}

function checkOne(scope: RecordScope, key: Key, value: string, at: number): void {
  const field = `INFO/${key.id}`;
  const { report } = scope;
  if (value === '') {
    report('FIELD_EMPTY', at, field, 'an empty value in a list');
    return;
  }
  if (key.id === 'CIGAR' && key.type === 'String') {
    if (value !== '.' && !CIGAR.test(value)) report('INFO_CIGAR_INVALID', at, field, `${quote(value)} is not a CIGAR`);
    return;
  }
  const fault = valueFault(value, key);
  if (fault === undefined) return;
  if (fault === 'type') report('INFO_TYPE', at, field, `${quote(value)} is not of Type=${key.type}`);
  else if (fault === 'negative') report('INFO_NEGATIVE', at, field, `${quote(value)} is negative`);
  else
    report('INFO_INTEGER_RANGE', at, field, `${quote(value)} is out of range`, scope.minor >= 3 ? 'error' : 'warning');
}
