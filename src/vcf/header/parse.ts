import { VcfAgentError } from '../../core/errors.ts';
import type { Problem } from '../../core/problem.ts';
import type {
  AltDefinition,
  ContigDefinition,
  FieldDefinition,
  FieldNumber,
  FieldType,
  FilterDefinition,
  Header,
  HeaderLine,
} from './model.ts';
import { SourceLine } from './source-line.ts';
import { scanStructured } from './structured.ts';

const LF = 0x0a;
const CR = 0x0d;
const HASH = 0x23;
const DEFINING_KEYS: readonly string[] = ['INFO', 'FORMAT', 'FILTER', 'contig', 'ALT'];
const DEFAULT_VERSION = '4.2';
const FIXED_COLUMNS = ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT'];
const NUMBER_CODES: readonly string[] = ['A', 'R', 'G', '.', 'P', 'LA', 'LR', 'LG', 'M'];
const TYPES: readonly string[] = ['Integer', 'Float', 'Flag', 'Character', 'String'];

interface Draft {
  version: string | undefined;
  readonly info: Map<string, FieldDefinition>;
  readonly format: Map<string, FieldDefinition>;
  readonly filters: Map<string, FilterDefinition>;
  readonly contigs: Map<string, ContigDefinition>;
  readonly alts: Map<string, AltDefinition>;
  readonly lines: HeaderLine[];
  readonly problems: Problem[];
}

/**
 * Reads the header at the start of `bytes` (LF or CRLF, invalid UTF-8 replaced; what follows the `#CHROM` line is
 * ignored). Tolerant: a line that cannot be understood is a warning and kept as it is, a key declared twice keeps its
 * first definition, an unknown Number or Type is read as `.` or `String`. VCF 4.1–4.5 §1.2–§1.5.
 * @throws VcfAgentError INPUT_FORMAT when there is no `#CHROM` line.
 */
export function parseHeader(bytes: Uint8Array): { header: Header; problems: readonly Problem[] } {
  const end = endOfHeader(bytes);
  const text = withoutCarriageReturns(bytes.subarray(0, end));
  const draft: Draft = {
    version: undefined,
    info: new Map(),
    format: new Map(),
    filters: new Map(),
    contigs: new Map(),
    alts: new Map(),
    lines: [],
    problems: [],
  };
  const decoded = new TextDecoder('utf-8').decode(text);
  let line = 1;
  let start = 0;
  while (decoded.startsWith('##', start)) {
    const end = decoded.indexOf('\n', start);
    readMetaLine(draft, decoded, start, end, line++);
    start = end + 1;
  }
  if (draft.version === undefined) warn(draft, 1, 1, 'FILEFORMAT_MISSING', 'there is no ##fileformat=VCFv4.x line');
  const samples = readColumns(draft, decoded.slice(start, -1), line);
  const { problems, version = DEFAULT_VERSION, ...rest } = draft;
  return { header: { ...rest, version, samples, text }, problems };
}

/** Offset behind the `#CHROM` line. */
function endOfHeader(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && bytes[at] === HASH) {
    const newline = bytes.indexOf(LF, at);
    const end = newline === -1 ? bytes.length : newline + 1;
    if (bytes[at + 1] !== HASH) return end;
    at = end;
  }
  throw new VcfAgentError('INPUT_FORMAT', 'this is not a VCF file: there is no line that starts with #CHROM');
}

/** A copy with LF line ends and a final LF, without a byte order mark. */
function withoutCarriageReturns(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length + 1);
  let length = 0;
  for (let at = bytes[0] === 0xef ? 3 : 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === CR && (at + 1 === bytes.length || bytes[at + 1] === LF)) continue;
    copy[length++] = byte;
  }
  if (copy[length - 1] !== LF) copy[length++] = LF;
  return copy.slice(0, length);
}

function readMetaLine(draft: Draft, text: string, start: number, end: number, line: number): void {
  const equals = text.slice(start, end).indexOf('=');
  if (equals < 3) {
    warn(draft, line, 1, 'META_MALFORMED', 'a ## line is "##key=value"');
    draft.lines.push(new SourceLine(text.slice(start + 2, end), line, text, end, end));
    return;
  }
  const valueAt = start + equals + 1;
  const key = intern(text.slice(start + 2, start + equals));
  draft.lines.push(new SourceLine(key, line, text, valueAt, end));
  const value = text.slice(valueAt, end);
  if (key === 'fileformat') readVersion(draft, value, line);
  if (!value.startsWith('<')) return;
  const structured = scanStructured(value);
  const fault = structured.faults[0];
  if (fault !== undefined) warn(draft, line, equals + 2 + fault.at, 'META_MALFORMED', fault.message);
  const fields = new Map<string, string>();
  for (const field of structured.fields) if (!fields.has(field.key)) fields.set(field.key, field.value);
  define(draft, key, fields, line);
}

/** One string for all lines of a kind. */
function intern(key: string): string {
  return DEFINING_KEYS.find((known) => known === key) ?? key;
}

function readVersion(draft: Draft, value: string, line: number): void {
  const match = /^VCFv(\d+\.\d+)/.exec(value);
  if (match === null) warn(draft, line, 14, 'FILEFORMAT_INVALID', `"${short(value)}" is not of the form VCFv4.x`);
  draft.version ??= match?.[1] ?? DEFAULT_VERSION;
}

function define(draft: Draft, key: string, fields: ReadonlyMap<string, string>, line: number): void {
  const kinds = {
    INFO: draft.info,
    FORMAT: draft.format,
    FILTER: draft.filters,
    contig: draft.contigs,
    ALT: draft.alts,
  };
  if (!Object.hasOwn(kinds, key)) return;
  const known = kinds[key as keyof typeof kinds];
  const id = fields.get('ID');
  if (id === undefined || id === '') {
    warn(draft, line, 1, 'META_ID_MISSING', `a ##${key} line without an ID`);
    return;
  }
  if (known.has(id)) {
    warn(draft, line, 1, 'META_DUPLICATE', `##${key} ${short(id)} is declared twice; the first counts`);
    return;
  }
  keep(draft, key, id, fields, line);
}

function keep(draft: Draft, key: string, id: string, fields: ReadonlyMap<string, string>, line: number): void {
  const description = fields.get('Description') ?? '';
  if (key === 'INFO' || key === 'FORMAT') {
    const number = readNumber(draft, key, id, fields.get('Number'), line);
    const type = readType(draft, key, id, fields.get('Type'), line);
    draft[key === 'INFO' ? 'info' : 'format'].set(id, { id, number, type, description });
  } else if (key === 'contig') {
    const length = Number(fields.get('length') ?? Number.NaN);
    draft.contigs.set(id, Number.isSafeInteger(length) && length >= 0 ? { id, length } : { id });
  } else {
    draft[key === 'FILTER' ? 'filters' : 'alts'].set(id, { id, description });
  }
}

function readNumber(draft: Draft, key: string, id: string, text: string | undefined, line: number): FieldNumber {
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text);
  if (text !== undefined && NUMBER_CODES.includes(text)) return text as FieldNumber;
  const message = `Number=${short(text)} of ##${key} ${short(id)} is not a number or code; read as "."`;
  warn(draft, line, 1, 'META_NUMBER_INVALID', message);
  return '.';
}

function readType(draft: Draft, key: string, id: string, text: string | undefined, line: number): FieldType {
  if (text !== undefined && TYPES.includes(text)) return text as FieldType;
  const message = `Type=${short(text)} of ##${key} ${short(id)} is not a type; read as String`;
  warn(draft, line, 1, 'META_TYPE_INVALID', message);
  return 'String';
}

function readColumns(draft: Draft, text: string, line: number): readonly string[] {
  const columns = text.split('\t');
  const wrong = columns.findIndex((name, index) => index < FIXED_COLUMNS.length && name !== FIXED_COLUMNS[index]);
  if (wrong !== -1 || columns.length < 8) {
    const column = columns.slice(0, Math.max(wrong, 0)).join('\t').length + 1;
    const names = FIXED_COLUMNS.slice(0, 8).join(' ');
    warn(draft, line, column, 'COLUMNS_INVALID', `the column names are not the tab-separated ${names}`);
  }
  const samples = columns.slice(9);
  if (new Set(samples).size !== samples.length) {
    warn(draft, line, 1, 'SAMPLE_NAME_DUPLICATE', 'two samples have the same name');
  }
  return samples;
}

/** Text of the file inside a message. */
function short(text: string | undefined): string {
  if (text === undefined) return '(missing)';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function warn(draft: Draft, line: number, column: number, code: string, message: string): void {
  draft.problems.push({ code, severity: 'warning', line, column, field: 'header', message });
}
