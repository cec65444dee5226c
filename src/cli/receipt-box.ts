import type { Receipt } from '../core/receipt.ts';
import type { Style } from '../telemetry/style.ts';
import { count, cut, shortDigest } from './format.ts';
import { renderBox } from './table.ts';

/** The receipt as a box: the equation, line by line, and both digests. */
export function renderReceipt(receipt: Receipt, style: Style): string[] {
  const { input, stored, duplicates, rejected, inputDigest, storeDigest } = receipt;
  const { bold, dim, green, red, yellow } = style;
  const balanced = input === stored + duplicates + rejected;
  const equal = inputDigest === storeDigest;
  const mark = (ok: boolean): string => (ok ? green('✔') : red('✘'));
  const width = Math.max(...[receipt.records, input].map((value) => count(value).length), 10);
  const number = (value: number): string => count(value).padStart(width);
  const row = (name: string, value: string, note = ''): string => `${name.padEnd(16)}${value}${note}`;
  const term = (sign: string, name: string, value: number, paint = (text: string) => text): string =>
    row(`  ${sign} ${name}`, value === 0 ? dim(number(value)) : paint(number(value)));
  return renderBox(
    `Receipt · ${cut(receipt.sourceName, 48)}`,
    [
      row('source', `sha256 ${shortDigest(receipt.contentDigest)}`),
      row('file', `${receipt.fileId}`, dim(`  tenant ${receipt.tenant}`)),
      '',
      row('records read', number(receipt.records)),
      row('input', bold(number(input)), dim('  variants + rejected records')),
      term('=', 'stored', stored, green),
      term('+', 'duplicates', duplicates),
      row(
        '  + rejected',
        rejected === 0 ? dim(number(rejected)) : yellow(number(rejected)),
        `  ${mark(balanced)} ${balanced ? 'it adds up' : red('it does not add up')}`,
      ),
      '',
      row('input digest', shortDigest(inputDigest)),
      row('store digest', shortDigest(storeDigest), `  ${mark(equal)} ${equal ? 'equal' : red('different')}`),
      ...(receipt.truncated ? ['', yellow('The file ended early: this is a receipt for what it held.')] : []),
    ],
    style,
  );
}
