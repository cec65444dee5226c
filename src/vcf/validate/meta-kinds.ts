import type { Structured, StructuredField } from '../header/structured.ts';
import { checkReserved } from './meta-reserved.ts';
import { checkUrl } from './meta-url.ts';
import { quote, type Report } from './reporter.ts';

/** A header line as its rules see it. */
export interface MetaLine {
  readonly key: string;
  readonly value: string;
  /** Offset of `value` in the line. */
  readonly valueAt: number;
  /** Present when the value is a `<...>` structure that the version defines. */
  readonly structured: Structured | undefined;
  readonly kind: MetaKind | undefined;
  readonly minor: number;
  readonly version: string;
  readonly report: Report;
}

/** What the specification says of one key of header lines. */
export interface MetaKind {
  /** A plain value, no structure. */
  readonly plain?: true;
  /** First minor version that defines it. */
  readonly since?: number;
  readonly needsId?: true;
  /** Fields that must be there, in the order of the specification. By minor version where it changed. */
  readonly fields: (minor: number) => readonly string[];
}

export interface MetaCheck {
  /** Keys of lines it applies to; undefined: all. */
  readonly keys?: readonly string[];
  readonly run: (line: MetaLine) => void;
}

/** VCF 4.1 §1.2, 4.3 §1.4. */
export const META_KINDS: ReadonlyMap<string, MetaKind> = new Map<string, MetaKind>([
  ['INFO', { needsId: true, fields: () => ['ID', 'Number', 'Type', 'Description'] }],
  ['FORMAT', { needsId: true, fields: () => ['ID', 'Number', 'Type', 'Description'] }],
  ['FILTER', { needsId: true, fields: () => ['ID', 'Description'] }],
  ['ALT', { needsId: true, fields: () => ['ID', 'Description'] }],
  ['contig', { needsId: true, fields: () => ['ID'] }],
  ['META', { needsId: true, since: 3, fields: () => ['ID', 'Number', 'Type', 'Values'] }],
  // Before 4.3 the only form is the mapping of a sample to its genomes (4.1 §1.2.8).
  ['SAMPLE', { needsId: true, fields: (minor) => (minor < 3 ? ['ID', 'Genomes', 'Mixture', 'Description'] : ['ID']) }],
  ['PEDIGREE', { fields: (minor) => (minor < 3 ? [] : ['ID']) }],
  ['pedigreeDB', { plain: true, fields: () => [] }],
  ['assembly', { plain: true, fields: () => [] }],
]);

/** Contig names follow SAM's reference names in every version (4.1 §1.2.7 "identical to that of a reference sequence", 4.3 §1.4.7). */
export const CONTIG_NAME = /^[0-9A-Za-z!#$%&+./:;?@^_|~-][0-9A-Za-z!#$%&*+./:;=?@^_|~-]*$/;

/** INFO keys from 4.3 on (4.3 §1.6.1.8). */
export const INFO_KEY = /^([A-Za-z_][0-9A-Za-z_.]*|1000G)$/;

/** FORMAT keys: alphanumeric before 4.3 (4.1 §1.4.2), a name from 4.3 on (4.3 §1.6.2). */
export const FORMAT_KEY_OLD = /^[0-9A-Za-z]+$/;
export const FORMAT_KEY = /^[A-Za-z_][0-9A-Za-z_.]*$/;

const COUNT = /^[0-9]+$/;
const ALT_TYPES: readonly string[] = ['DEL', 'INS', 'DUP', 'INV', 'CNV'];
const ORDER: readonly string[] = ['ID', 'Number', 'Type', 'Description'];

export const META_CHECKS: readonly MetaCheck[] = [
  { run: checkFields },
  { run: checkOrder },
  { run: checkQuoting },
  { keys: ['INFO', 'FORMAT', 'ALT', 'META'], run: checkNumber },
  { keys: ['INFO', 'FORMAT', 'ALT', 'META'], run: checkType },
  { keys: ['INFO', 'FORMAT'], run: checkReserved },
  { keys: ['INFO', 'FORMAT', 'FILTER', 'ALT', 'contig'], run: checkId },
  { keys: ['ALT'], run: checkAltType },
  { keys: ['META'], run: checkValues },
  { keys: ['assembly', 'pedigreeDB'], run: checkUrl },
];

function fieldOf(line: MetaLine, name: string): StructuredField | undefined {
  return line.structured?.fields.find((field) => field.key === name);
}

/** Required fields are there, none is there twice. */
function checkFields(line: MetaLine): void {
  const { structured, kind } = line;
  if (structured === undefined) return;
  for (const name of kind?.fields(line.minor) ?? []) {
    if (name === 'ID' || fieldOf(line, name) !== undefined) continue;
    line.report('META_FIELD_MISSING', line.valueAt, line.key, `##${line.key} has no ${name}`);
  }
  const seen = new Set<string>();
  for (const field of structured.fields) {
    if (seen.has(field.key)) {
      line.report('META_FIELD_REPEATED', line.valueAt + field.keyAt, line.key, `${quote(field.key)} stands twice`);
    }
    seen.add(field.key);
  }
}

/**
 * ID, Number, Type, Description, then the rest: the written form before 4.4 (4.1 §1.2.2 "should be described as follows",
 * 4.3 §1.4 "after the default fields"), advice from 4.4 on. ##META has Type and Number either way (4.3 §1.4.8).
 */
function checkOrder(line: MetaLine): void {
  if (line.structured === undefined || line.kind === undefined) return;
  let last = -1;
  for (const [index, field] of line.structured.fields.entries()) {
    const rank = ORDER.indexOf(field.key);
    const wrong = field.key === 'ID' ? index > 0 : rank !== -1 && rank < last && line.key !== 'META';
    if (wrong) {
      const severity = line.minor >= 4 ? 'warning' : 'error';
      const message = `${field.key} stands behind its place (${ORDER.join(', ')})`;
      line.report('META_FIELD_ORDER', line.valueAt + field.keyAt, line.key, message, severity);
    }
    last = Math.max(last, rank);
  }
}

/**
 * A Description is quoted (4.1 §1.2.2), the 4.1 form of SAMPLE quotes nothing else (4.1 §1.2.8), and a value that is not
 * quoted has no whitespace: for identifiers always, for all from 4.3 on ("must be written as quoted strings", 4.3 §1.4).
 */
function checkQuoting(line: MetaLine): void {
  for (const field of line.structured?.fields ?? []) {
    const at = line.valueAt + field.valueAt;
    const isDescription = field.key === 'Description';
    const oldSample = line.key === 'SAMPLE' && line.minor < 3;
    if (isDescription && !field.quoted && line.kind !== undefined && !oldSample) {
      line.report('META_DESCRIPTION_UNQUOTED', at, line.key, 'the Description must be in double quotes');
    } else if (field.quoted && oldSample && !isDescription) {
      line.report('META_VALUE_QUOTED', at, line.key, `${field.key} must not be in double quotes in this version`);
    } else if (!field.quoted && !field.value.startsWith('[') && /\s/.test(field.value)) {
      const identifier = line.kind !== undefined && (field.key === 'ID' || line.key === 'PEDIGREE');
      if (line.minor < 3 && !identifier) continue;
      line.report('META_VALUE_UNQUOTED', at, line.key, `${quote(field.value)} has whitespace and no double quotes`);
    }
  }
}

/** A count, `A`, `G`, `.` (4.1 §1.2.2), `R` from 4.2 on, `P` from 4.4 on, `LA`, `LR`, `LG` and `M` for FORMAT from 4.5 on. */
function checkNumber(line: MetaLine): void {
  const field = fieldOf(line, 'Number');
  if (field === undefined || COUNT.test(field.value)) return;
  const letters = ['A', 'G', '.'];
  if (line.minor >= 2) letters.push('R');
  if (line.minor >= 4 && line.key === 'FORMAT') letters.push('P');
  if (line.minor >= 5 && line.key === 'FORMAT') letters.push('LA', 'LR', 'LG', 'M');
  if (letters.includes(field.value)) return;
  const message = `${quote(field.value)} is not a count nor one of ${letters.join(' ')} in VCF ${line.version}`;
  line.report('META_NUMBER_INVALID', line.valueAt + field.valueAt, line.key, message);
}

/** Integer, Float, Character, String, and Flag except in FORMAT. 4.1 §1.2.2 and §1.2.4. */
function checkType(line: MetaLine): void {
  const field = fieldOf(line, 'Type');
  if (field === undefined) return;
  const types = ['Integer', 'Float', 'Character', 'String'];
  if (line.key !== 'FORMAT') types.push('Flag');
  if (!types.includes(field.value)) {
    const message = `${quote(field.value)} is none of ${types.join(' ')} in VCF ${line.version}`;
    line.report('META_TYPE_INVALID', line.valueAt + field.valueAt, line.key, message);
  }
  const number = fieldOf(line, 'Number');
  if (field.value === 'Flag' && number !== undefined && number.value !== '0') {
    line.report('META_FLAG_NUMBER', line.valueAt + number.valueAt, line.key, 'a Flag has Number=0');
  }
}

/** Characters of an ID, by what it names: the column rules of 4.1 §1.4.1 and 4.3 §1.6. */
function checkId(line: MetaLine): void {
  const field = fieldOf(line, 'ID');
  if (field === undefined) return;
  if (idIsValid(line, field.value)) return;
  const message = `${quote(field.value)} cannot be the ID of a ##${line.key} line`;
  line.report('META_ID_INVALID', line.valueAt + field.valueAt, line.key, message);
}

function idIsValid(line: MetaLine, id: string): boolean {
  if (line.key === 'contig') return CONTIG_NAME.test(id);
  if (line.key === 'ALT') return id !== '' && !/[\s<>,]/.test(id);
  if (line.key === 'INFO' && line.minor >= 3) return INFO_KEY.test(id);
  if (line.key === 'FORMAT' && line.minor >= 3) return FORMAT_KEY.test(id);
  return id !== '' && !/[\s;]/.test(id);
}

/**
 * The first level of a structural type is DEL, INS, DUP, INV or CNV (4.1 §1.2.5; BND too in 4.3). From 4.3 on names
 * without levels may also be IUPAC codes, `*` and names of one's own (4.3 §1.4.5, §5.5), so only those with `:` are held to it.
 */
function checkAltType(line: MetaLine): void {
  const field = fieldOf(line, 'ID');
  if (field === undefined) return;
  const colon = field.value.indexOf(':');
  if (line.minor >= 3 && colon === -1) return;
  const type = colon === -1 ? field.value : field.value.slice(0, colon);
  if (ALT_TYPES.includes(type) || (line.minor === 3 && type === 'BND')) return;
  const message = `${quote(type)} is none of ${ALT_TYPES.join(' ')} in VCF ${line.version}`;
  line.report('META_ALT_TYPE', line.valueAt + field.valueAt, line.key, message);
}

/** `Values=[a, b]`. 4.3 §1.4.8. */
function checkValues(line: MetaLine): void {
  const field = fieldOf(line, 'Values');
  if (field === undefined || line.minor < 3) return;
  if (!field.quoted && field.value.startsWith('[') && field.value.endsWith(']')) return;
  line.report('META_VALUES_NOT_LIST', line.valueAt + field.valueAt, line.key, 'Values must be "[value, value]"');
}
