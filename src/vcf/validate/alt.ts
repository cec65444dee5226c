import { ALT, columnAt, fieldAt, REF, type RecordRule, type RecordScope } from './record.ts';
import { quote } from './reporter.ts';

const BASES = /^[ACGTNacgtn]+$/;
/** `t[p[`, `t]p]`, `]p]t`, `[p[t` with p = `chr:pos` or `<contig>:pos`. VCF 4.1 §5.4. */
const BREAKEND = /^(?:[ACGTNacgtn.]+([[\]])[^[\]]+:[0-9]+\1|([[\]])[^[\]]+:[0-9]+\2[ACGTNacgtn.]+)$/;
/** Single breakends: `.t` and `t.`. VCF 4.1 §5.4.9. */
const SINGLE_BREAKEND = /^(?:\.[ACGTNacgtn]+|[ACGTNacgtn]+\.)$/;
/** Symbolic alleles that the specification itself defines: they need no ##ALT line. */
const DEFINED: readonly string[] = ['*', 'NON_REF', 'DEL', 'INS', 'DUP', 'INV', 'CNV'];

/**
 * ALT is `.` or a comma-separated list of base strings, `*` (4.2; the corpus has it in 4.1), symbolic alleles and breakends.
 * VCF 4.1 §1.4.1.5, 4.3 §1.6.1.5.
 */
export function altRule(scope: RecordScope): RecordRule {
  return (record) => {
    const text = fieldAt(record, ALT);
    if (text === '.') {
      record.alts = [];
      return;
    }
    record.alts = text.includes(',') ? text.split(',') : [text];
    const ref = fieldAt(record, REF);
    let at = columnAt(record, ALT);
    for (const allele of record.alts) {
      if (scope.full()) return;
      if (!BASES.test(allele) && allele !== '*') checkOther(scope, allele, at);
      else if (allele === ref) {
        scope.report('ALT_EQUALS_REF', at, 'ALT', 'an alternate allele is the reference allele');
      }
      at += allele.length + 1;
    }
  };
}

function checkOther(scope: RecordScope, allele: string, at: number): void {
  const { report } = scope;
  if (allele.startsWith('<')) checkSymbolic(scope, allele, at);
  else if (/[[\]]/.test(allele)) {
    if (!BREAKEND.test(allele)) report('ALT_BREAKEND_INVALID', at, 'ALT', `${quote(allele)} is not a breakend`);
  } else if (!SINGLE_BREAKEND.test(allele)) {
    report('ALT_INVALID', at, 'ALT', `${quote(allele)} is not an allele`);
  }
}

function checkSymbolic(scope: RecordScope, allele: string, at: number): void {
  const name = allele.slice(1, -1);
  if (!allele.endsWith('>') || name === '' || /[\s<>]/.test(name)) {
    scope.report('ALT_SYMBOLIC_INVALID', at, 'ALT', `${quote(allele)} is not a name in angle brackets`);
    return;
  }
  if (DEFINED.includes(name) || scope.header.alts.has(name) || !scope.first(`ALT ${name}`)) return;
  scope.report('ALT_UNDECLARED', at, 'ALT', `${quote(allele)} has no ##ALT line`);
}
