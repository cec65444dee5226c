import { CHROM, columnAt, fieldAt, POS, type RecordRule, type RecordScope } from './record.ts';

const MAX_CONTIGS = 1_000_000;

/**
 * The records of a contig stand together (4.1 §1.4.1.1), in order of POS (4.1 §1.4.1.2). From 4.4 on the order is a warning:
 * the text still says "sorted", but the one valid file of the specification's corpus for 4.5 is not.
 */
export function orderRule(scope: RecordScope): RecordRule {
  const seen = new Set<string>();
  let chrom = '';
  let pos = -1;
  return (record) => {
    // `<ctg1>` points to the contig of that name in the assembly file (4.1 §1.4.1.1): the corpus has it inside the block of `ctg1`.
    const name = fieldAt(record, CHROM).replace(/^<(.*)>$/, '$1');
    if (name !== chrom) {
      if (seen.has(name)) {
        scope.report(
          'CHROM_NOT_CONTIGUOUS',
          0,
          'CHROM',
          'other chromosomes stand between this record and the ones before',
        );
      }
      if (seen.size < MAX_CONTIGS) seen.add(name);
      chrom = name;
      pos = -1;
    }
    if (Number.isNaN(record.pos)) return;
    if (record.pos < pos) {
      const severity = scope.minor >= 4 ? 'warning' : 'error';
      const message = `${record.pos} stands behind ${pos}`;
      scope.report('POS_UNSORTED', columnAt(record, POS), 'POS', message, severity);
    }
    pos = record.pos;
  };
}
