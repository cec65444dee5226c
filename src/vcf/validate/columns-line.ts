import type { Report } from './reporter.ts';

const COLUMNS = ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT'] as const;

/**
 * The line of column names: eight fixed names, or FORMAT and at least one sample behind them; tab-delimited; no two
 * samples of one name. VCF 4.1 §1.3, 4.3 §1.5.
 */
export function checkColumnsLine(text: string, report: Report): void {
  const names = text.split('\t');
  let at = 0;
  for (const [index, name] of names.slice(0, COLUMNS.length).entries()) {
    if (name !== COLUMNS[index]) {
      report('COLUMNS_INVALID', at, 'header', `column ${index + 1} must be ${COLUMNS[index]}, with one tab before it`);
      return;
    }
    at += name.length + 1;
  }
  if (names.length < 8)
    report('COLUMNS_INVALID', at, 'header', `column ${names.length + 1} must be ${COLUMNS[names.length]}`);
  if (names.length === 9) report('COLUMNS_NO_SAMPLES', 0, 'header', 'there is a FORMAT column and no sample column');
  const seen = new Set<string>();
  for (const [index, name] of names.slice(COLUMNS.length).entries()) {
    if (name === '') report('SAMPLE_NAME_EMPTY', at, 'header', `sample ${index + 1} has no name`);
    else if (seen.has(name))
      report('SAMPLE_NAME_DUPLICATE', at, 'header', `sample ${index + 1} has the name of another`);
    seen.add(name);
    at += name.length + 1;
  }
}
