import type { Header } from '../header/model.ts';
import { altRule } from './alt.ts';
import { chromRule } from './chrom.ts';
import { duplicatesRule } from './duplicates.ts';
import { filterRule } from './filter.ts';
import { idRule } from './id.ts';
import { infoRule } from './info.ts';
import { orderRule } from './order.ts';
import { posRule } from './pos.ts';
import { qualRule } from './qual.ts';
import { newRecordScope, type RecordRule, type RecordScope, type RecordView } from './record.ts';
import { refRule } from './ref.ts';
import type { Report, Reporter } from './reporter.ts';
import { samplesRule } from './samples.ts';

/** In the order of the columns: the rules of POS and ALT prepare what later ones read. */
const RULES: readonly ((scope: RecordScope) => RecordRule)[] = [
  chromRule,
  posRule,
  idRule,
  refRule,
  altRule,
  qualRule,
  filterRule,
  infoRule,
  samplesRule,
  orderRule,
  duplicatesRule,
];

const FIXED_COLUMNS = 8;
const COLUMN_NAMES = ['CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT'];

/**
 * Checker of data lines.
 * @param columns how many columns the `#CHROM` line names.
 */
export function recordChecker(header: Header, columns: number, reporter: Reporter): (text: string) => void {
  const scope = newRecordScope(header, reporter);
  const rules = RULES.map((rule) => rule(scope));
  const record: RecordView = { fields: [], number: 0, pos: Number.NaN, alts: [] };
  return (text) => {
    record.fields = text.split('\t');
    record.number++;
    if (!columnsFit(record.fields, columns, reporter.report)) return;
    for (const rule of rules) rule(record);
  };
}

/** As many columns as the header names (4.1 §1.4), none of them empty (a sample may be: see samples.ts). */
function columnsFit(fields: readonly string[], columns: number, report: Report): boolean {
  if (fields.length !== columns) {
    const hint = fields.length === 1 && fields[0]?.includes(' ') ? '; columns are separated by tabs, not blanks' : '';
    report('RECORD_COLUMNS', 0, 'record', `${fields.length} columns, ${columns} in the header${hint}`);
  }
  if (fields.length < FIXED_COLUMNS) return false;
  let at = 0;
  let filled = true;
  for (let column = 0; column < COLUMN_NAMES.length && column < fields.length; column++) {
    const name = COLUMN_NAMES[column]!;
    if (fields[column] === '') {
      report('FIELD_EMPTY', at, name, `${name} has no characters; a missing value is a dot`);
      filled = false;
    }
    at += fields[column]!.length + 1;
  }
  return filled && fields.length === columns;
}
