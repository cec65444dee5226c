import { CHROM, columnAt, fieldAt, POS, type RecordRule, type RecordScope } from './record.ts';
import { quote } from './reporter.ts';

/** As the reader has it: digits only, no sign and no leading zero. */
const INTEGER = /^(0|[1-9][0-9]*)$/;
const MAX_POS = 2 ** 31 - 1;

/** POS is an integer from 0 (telomere) to the contig's length + 1 (the other telomere). VCF 4.1 §1.4.1.2. */
export function posRule(scope: RecordScope): RecordRule {
  const { header, report } = scope;
  return (record) => {
    const text = fieldAt(record, POS);
    record.pos = Number.NaN;
    if (!INTEGER.test(text)) {
      report('POS_NOT_INTEGER', columnAt(record, POS), 'POS', `${quote(text)} is not an integer of at least 0`);
      return;
    }
    const pos = Number(text);
    if (pos > MAX_POS) {
      report('POS_OUT_OF_RANGE', columnAt(record, POS), 'POS', `${quote(text)} does not fit 32 bits`);
      return;
    }
    record.pos = pos;
    const length = header.contigs.get(fieldAt(record, CHROM))?.length;
    if (length !== undefined && pos > length + 1) {
      report('POS_BEYOND_CONTIG', columnAt(record, POS), 'POS', `${text} is beyond the contig's length of ${length}`);
    }
  };
}
