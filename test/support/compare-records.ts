import type { FieldDefinition, Header } from '../../src/vcf/header/model.ts';

/** One field in which two files that should hold the same records differ. */
export interface RecordDifference {
  /** `chrom:pos:ref:alt` of the record. */
  readonly record: string;
  /** Such as `INFO/AF`, `FORMAT/AD`, or `record` when one side has no such record. */
  readonly field: string;
  readonly ours: string;
  readonly theirs: string;
}

/** bcftools prints float32 with six significant digits. */
const RELATIVE_TOLERANCE = 1e-5;

/**
 * Compares two lists of data lines record by record and field by field, whatever their order: records are paired by
 * CHROM, POS, REF and ALT, equal ones in file order. Numbers of Float fields and QUAL are compared as the float32 with six
 * digits that bcftools writes, everything else as text. A list of nothing but `.` is the same as `.` and as a sample
 * field that is left out at the end.
 */
export function compareRecords(ours: readonly string[], theirs: readonly string[], header: Header): RecordDifference[] {
  const left = inOrder(ours);
  const right = inOrder(theirs);
  const differences: RecordDifference[] = [];
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    const a = left[i];
    const b = right[j];
    if (a !== undefined && b !== undefined && a.key === b.key) {
      if (a.line !== b.line) compareLines(a.key, a.line, b.line, header, differences);
      i++;
      j++;
    } else if (b === undefined || (a !== undefined && a.key < b.key)) {
      differences.push({ record: a!.key, field: 'record', ours: a!.line.slice(0, 200), theirs: '' });
      i++;
    } else {
      differences.push({ record: b.key, field: 'record', ours: '', theirs: b.line.slice(0, 200) });
      j++;
    }
  }
  return differences;
}

function inOrder(lines: readonly string[]): { key: string; line: string; index: number }[] {
  return lines
    .map((line, index) => {
      const [chrom, pos, , ref, alt] = line.split('\t', 5);
      return { key: `${chrom}:${pos}:${ref}:${alt}`, line, index };
    })
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
}

function compareLines(record: string, ours: string, theirs: string, header: Header, out: RecordDifference[]): void {
  const a = ours.split('\t');
  const b = theirs.split('\t');
  const add = (field: string, left: string, right: string) => out.push({ record, field, ours: left, theirs: right });
  if (a[2] !== b[2]) add('ID', a[2]!, b[2]!);
  if (!sameNumber(a[5]!, b[5]!)) add('QUAL', a[5]!, b[5]!);
  if (a[6] !== b[6]) add('FILTER', a[6]!, b[6]!);
  if (a[7] !== b[7]) compareInfo(a[7]!, b[7]!, header, add);
  if (a.length !== b.length) add('columns', String(a.length), String(b.length));
  else if (a.length > 8) compareSamples(a, b, header, add);
}

type Add = (field: string, ours: string, theirs: string) => void;

function compareInfo(ours: string, theirs: string, header: Header, add: Add): void {
  const a = infoOf(ours);
  const b = infoOf(theirs);
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const left = a.get(key);
    const right = b.get(key);
    const definition = header.info.get(key);
    if (left === undefined || right === undefined) add(`INFO/${key}`, left ?? 'absent', right ?? 'absent');
    else if (!sameValue(left, right, definition)) add(`INFO/${key}`, left, right);
  }
}

/** The first of two equal keys counts, as in bcftools. */
function infoOf(info: string): Map<string, string> {
  const values = new Map<string, string>();
  if (info === '.') return values;
  for (const entry of info.split(';')) {
    const equals = entry.indexOf('=');
    const key = equals === -1 ? entry : entry.slice(0, equals);
    if (key !== '' && !values.has(key)) values.set(key, equals === -1 ? '' : entry.slice(equals + 1));
  }
  return values;
}

function compareSamples(a: readonly string[], b: readonly string[], header: Header, add: Add): void {
  const keysOfA = a[8]!.split(':');
  const keysOfB = b[8]!.split(':');
  const keys = [...new Set([...keysOfA, ...keysOfB])];
  const places = keys.map((key) => [keysOfA.indexOf(key), keysOfB.indexOf(key)] as const);
  for (let sample = 9; sample < a.length; sample++) {
    if (a[sample] === b[sample] && a[8] === b[8]) continue;
    const left = a[sample]!.split(':');
    const right = b[sample]!.split(':');
    for (const [i, key] of keys.entries()) {
      const x = left[places[i]![0]] ?? '.';
      const y = right[places[i]![1]] ?? '.';
      if (!sameValue(x, y, header.format.get(key))) add(`FORMAT/${key}`, x, y);
    }
  }
}

function sameValue(ours: string, theirs: string, definition: FieldDefinition | undefined): boolean {
  if (ours === theirs || (isMissing(ours) && isMissing(theirs))) return true;
  if (definition?.type !== 'Float') return false;
  const a = ours.split(',');
  const b = theirs.split(',');
  return a.length === b.length && a.every((value, i) => sameNumber(value, b[i]!));
}

function isMissing(value: string): boolean {
  return /^(\.(,\.)*)?$/.test(value);
}

function sameNumber(ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  const a = Math.fround(Number(ours));
  const b = Math.fround(Number(theirs));
  if (Number.isNaN(a) || Number.isNaN(b)) return ours.toLowerCase() === theirs.toLowerCase();
  return a === b || Math.abs(a - b) <= RELATIVE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}
