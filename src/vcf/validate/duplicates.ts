import { ALT, CHROM, columnAt, fieldAt, REF, type RecordRule, type RecordScope } from './record.ts';

const BASES = /^[ACGTNacgtn]+$/;
/** Longer alleles are not compared, and no more positions than this are kept: what is looked back on is bounded. */
const MAX_BASES = 10_000;
const MAX_POSITIONS = 4096;

/**
 * An allele of bases is given once: a record holds all alleles that segregate at its locus (4.1 §2, 4.3 §2), and the
 * corpus has files that are wrong only in this. Alleles are compared without the bases that REF and ALT share at their ends, so
 * `TAT>TGT` at 123 is `A>G` at 124; without a reference there is no left-alignment.
 */
export function duplicatesRule(scope: RecordScope): RecordRule {
  const window = new Map<number, Set<string>>();
  let chrom = '';
  return (record) => {
    const name = fieldAt(record, CHROM);
    if (name !== chrom) window.clear();
    chrom = name;
    if (Number.isNaN(record.pos)) return;
    const ref = fieldAt(record, REF);
    if (!BASES.test(ref)) return;
    forget(window, record.pos);
    for (const alt of record.alts) {
      if (scope.full()) return;
      if (!BASES.test(alt) || alt.length + ref.length > MAX_BASES) continue;
      const { offset, key } = trim(ref, alt);
      const alleles = window.get(record.pos + offset);
      if (alleles === undefined) window.set(record.pos + offset, new Set([key]));
      else if (alleles.has(key)) {
        scope.report('VARIANT_DUPLICATE', columnAt(record, ALT), 'ALT', 'this allele was given before');
      } else alleles.add(key);
    }
  };
}

/** Records are sorted, so what lies before this one cannot come again. */
function forget(window: Map<number, Set<string>>, pos: number): void {
  for (const position of window.keys()) {
    if (position >= pos && window.size <= MAX_POSITIONS) break;
    window.delete(position);
  }
}

/** The allele without shared bases: what remains of REF and ALT, and how far behind POS it begins. */
function trim(ref: string, alt: string): { offset: number; key: string } {
  if (ref.length === 1 && alt.length === 1) return { offset: 0, key: `${ref}>${alt}`.toUpperCase() };
  const from = ref.toUpperCase();
  const to = alt.toUpperCase();
  let end = 0;
  while (end < from.length && end < to.length && from.at(-1 - end) === to.at(-1 - end)) end++;
  let start = 0;
  const most = Math.min(from.length, to.length) - end;
  while (start < most && from[start] === to[start]) start++;
  return { offset: start, key: `${from.slice(start, from.length - end)}>${to.slice(start, to.length - end)}` };
}
