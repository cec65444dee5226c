import type { Header } from '../header/model.ts';
import { minorVersion } from '../header/reserved.ts';
import type { Report, Reporter } from './reporter.ts';

/** VCF column numbers, from 0. */
export const CHROM = 0;
export const POS = 1;
export const ID = 2;
export const REF = 3;
export const ALT = 4;
export const QUAL = 5;
export const FILTER = 6;
export const INFO = 7;
export const FORMAT = 8;
export const FIRST_SAMPLE = 9;

/** What the rules of one file share. */
export interface RecordScope {
  readonly header: Header;
  /** 3 for VCF 4.3. */
  readonly minor: number;
  readonly report: Report;
  /** No more is said of this line: a rule may stop. */
  readonly full: () => boolean;
  /** True once for every text: for warnings that should not be repeated for each record. Bounded. */
  readonly first: (text: string) => boolean;
}

/** One data line as its rules see it; reused from line to line. */
export interface RecordView {
  /** Columns as latin1, one character a byte. */
  fields: readonly string[];
  /** From 1, over all data lines. */
  number: number;
  /** Set by the rule of POS: NaN when unreadable. */
  pos: number;
  /** Set by the rule of ALT: the alleles, none for `.`. */
  alts: readonly string[];
}

/** A rule sees one record and reports what is wrong with it. */
export type RecordRule = (record: RecordView) => void;

const MAX_REMEMBERED = 10_000;

export function newRecordScope(header: Header, { report, full }: Reporter): RecordScope {
  const seen = new Set<string>();
  const first = (text: string): boolean => {
    if (seen.size >= MAX_REMEMBERED || seen.has(text)) return false;
    seen.add(text);
    return true;
  };
  return { header, minor: Math.max(minorVersion(header.version), 1), report, full, first };
}

/** Offset of a column in its line. */
export function columnAt(record: RecordView, column: number): number {
  let at = column;
  for (let index = 0; index < column; index++) at += record.fields[index]?.length ?? 0;
  return at;
}

/** What is written in a column; the driver has made sure that the eight fixed ones are there. */
export function fieldAt(record: RecordView, column: number): string {
  return record.fields[column] ?? '';
}
