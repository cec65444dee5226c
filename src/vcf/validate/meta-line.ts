import { minorVersion } from '../header/reserved.ts';
import { type Structured, scanStructured } from '../header/structured.ts';
import { META_CHECKS, META_KINDS, type MetaLine } from './meta-kinds.ts';
import { quote, type Report } from './reporter.ts';

const FILEFORMAT = /^##fileformat=VCFv4\.[0-5]$/;

/** What the header says so far. */
export interface MetaState {
  /** Such as `4.3`. */
  version: string;
  /** Its minor part: 3. */
  minor: number;
  /** `KEY\nID` of the structured lines seen. */
  readonly ids: Set<string>;
}

export function newMetaState(): MetaState {
  return { version: '4.2', minor: 2, ids: new Set() };
}

/** The first line of a file is `##fileformat=VCFv4.x`, exactly once. VCF 4.1 §1.2.1, 4.5 §1.4.1. */
export function checkFirstLine(text: string, state: MetaState, report: Report): void {
  if (!text.startsWith('##fileformat=')) {
    report('FILEFORMAT_MISSING', 0, 'header', 'the first line must be "##fileformat=VCFv4.x"');
    return;
  }
  if (!FILEFORMAT.test(text)) {
    const value = text.slice(13);
    report('FILEFORMAT_INVALID', 13, 'header', `${quote(value)} is not VCFv4.1 to VCFv4.5`);
    return;
  }
  state.version = text.slice(17);
  // 4.0 has no document of its own here; its rules are nearest to those of 4.1.
  state.minor = Math.max(minorVersion(state.version), 1);
  if (state.version === '4.0') report('FILEFORMAT_UNSUPPORTED', 13, 'header', 'VCF 4.0 is checked by the rules of 4.1');
}

/** One `##key=value` line below the first. VCF 4.1 §1.2, 4.3 §1.4. */
export function checkMetaLine(text: string, state: MetaState, report: Report): void {
  const equals = text.indexOf('=');
  if (!text.startsWith('##') || equals < 3) {
    report('META_MALFORMED', 0, 'header', 'a line before #CHROM must be "##key=value"');
    return;
  }
  const key = text.slice(2, equals);
  const value = text.slice(equals + 1);
  const valueAt = equals + 1;
  if (value === '') report('META_VALUE_EMPTY', valueAt, key, `##${key} has no value`);
  if (key === 'fileformat') report('FILEFORMAT_REPEATED', 0, 'header', 'there is a second ##fileformat line');
  const kind = META_KINDS.get(key);
  const isStructure = value.startsWith('<') && kind?.plain !== true;
  if (kind !== undefined && kind.plain !== true && (kind.since ?? 0) <= state.minor && !isStructure && value !== '') {
    report('META_MALFORMED', valueAt, key, `the value of ##${key} must be "<key=value,...>"`);
  }
  // Before 4.3 only the kinds of line that the specification names have a defined structure.
  const structured = isStructure && (kind !== undefined || state.minor >= 3) ? scanStructured(value) : undefined;
  const line: MetaLine = { key, value, valueAt, structured, kind, minor: state.minor, version: state.version, report };
  if (structured !== undefined) {
    reportFaults(line, structured);
    checkIdentity(line, structured, state);
  }
  for (const check of META_CHECKS) if (check.keys === undefined || check.keys.includes(key)) check.run(line);
}

function reportFaults(line: MetaLine, structured: Structured): void {
  for (const fault of structured.faults) {
    // The name of a symbolic allele may hold any character but whitespace, commas and angle brackets (4.3 §1.4.5).
    if (fault.quoteInBareValue && line.key === 'ALT') continue;
    line.report('META_MALFORMED', line.valueAt + fault.at, line.key, fault.message);
  }
}

/** From 4.3 on every structured line has an ID, unique among those of its key (4.3 §1.4; before only by the way it is used). */
function checkIdentity(line: MetaLine, structured: Structured, state: MetaState): void {
  const id = structured.fields.find((field) => field.key === 'ID');
  if (id === undefined) {
    if (line.minor >= 3 || line.kind?.needsId === true) {
      line.report('META_ID_MISSING', line.valueAt, line.key, `a ##${line.key} line without an ID`);
    }
    return;
  }
  const name = `${line.key}\n${id.value}`;
  if (state.ids.has(name)) {
    const severity = line.minor >= 3 ? 'error' : 'warning';
    const message = `##${line.key} ${quote(id.value)} is declared twice`;
    line.report('META_DUPLICATE', line.valueAt + id.valueAt, line.key, message, severity);
  }
  state.ids.add(name);
}
