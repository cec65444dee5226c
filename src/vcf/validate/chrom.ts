import { CONTIG_NAME } from './meta-kinds.ts';
import { CHROM, fieldAt, type RecordRule, type RecordScope } from './record.ts';
import { quote } from './reporter.ts';

/**
 * CHROM is a contig name, or one in angle brackets that points into the assembly file. VCF 4.1 §1.4.1.1; the characters are
 * those of SAM reference names (4.3 §1.4.7), which the errata of 4.3 apply to all: colons and inner `*` are allowed.
 */
export function chromRule(scope: RecordScope): RecordRule {
  const { header, report } = scope;
  // Records of one contig follow each other, so what was said of the last name holds for most.
  let checked = '';
  return (record) => {
    const chrom = fieldAt(record, CHROM);
    if (chrom === checked) return;
    const bracketed = chrom.startsWith('<') && chrom.endsWith('>');
    const name = bracketed ? chrom.slice(1, -1) : chrom;
    if (!CONTIG_NAME.test(name)) {
      report('CHROM_INVALID', 0, 'CHROM', `${quote(chrom)} cannot be the name of a contig`);
      return;
    }
    checked = chrom;
    if (header.contigs.size === 0 || bracketed || header.contigs.has(name) || !scope.first(`CHROM ${name}`)) return;
    report('CHROM_UNDECLARED', 0, 'CHROM', `${quote(name)} has no ##contig line`);
  };
}
