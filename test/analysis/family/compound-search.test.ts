import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Call } from '../../../src/analysis/family/calls.ts';
import {
  CompoundSearch,
  LONGEST_GENE_BASES,
  MOST_CANDIDATES,
  type SearchRow,
  type Settled,
} from '../../../src/analysis/family/compound-search.ts';
import { Inheritance } from '../../../src/analysis/family/inheritance.ts';

const nobody = { father: -1, mother: -1 };
const TRIO = new Inheritance({
  family: 'F',
  ordinal: 1,
  people: [
    { role: 'proband', sex: 'female', affected: true, call: 0, father: 1, mother: 2 },
    { role: 'father', sex: 'male', affected: false, call: 1, ...nobody },
    { role: 'mother', sex: 'female', affected: false, call: 2, ...nobody },
  ],
});

/** A row that the child has one copy of, from one parent. */
function row(
  variant: string,
  chrom: string,
  pos: number,
  from: 'father' | 'mother',
  ...genes: string[]
): SearchRow<string> {
  const calls = [1, from === 'father' ? 1 : 0, from === 'mother' ? 1 : 0].map(
    (copies): Call => ({ copies, ploidy: 2, haplotype: undefined, phaseSet: undefined, doubt: undefined }),
  );
  const copies = calls.map((call) => ({ known: call.copies! }));
  return { variant, chrom, pos, genes, calls, families: [{ inheritance: TRIO, copies, modes: [], paired: true }] };
}

const plain = (variant: string, chrom: string, pos: number): SearchRow<string> => ({
  variant,
  chrom,
  pos,
  genes: [],
  calls: [],
  families: [],
});

const partners = ({ variant, findings }: Settled<string>): string =>
  `${variant}: ${findings.flatMap((finding) => finding.partners.map((partner) => `${partner.variant} ${partner.phase}`)).join(', ')}`;

describe('the search for compound heterozygotes', () => {
  test('should give variants back in order, each with its partners, when its genes have ended', () => {
    const search = new CompoundSearch<string>();
    const out = [
      plain('a', '1', 10),
      row('b', '1', 20, 'father', 'G'),
      plain('c', '1', 30),
      row('d', '1', 40, 'mother', 'G', 'H'),
      row('e', '1', 50, 'father', 'H'),
      row('f', '1', 60, 'father', 'G'),
    ].map((one) => search.add(one).map(partners));
    assert.deepEqual(out, [['a: '], [], [], [], [], []]);
    assert.deepEqual(search.add(plain('z', '2', 1)).map(partners), [
      'b: d trans, f cis',
      'c: ',
      'd: b trans, f trans, e trans',
      'e: d trans',
      'f: b cis, d trans',
      'z: ',
    ]);
    assert.deepEqual(search.finish(), []);
    assert.equal(search.interrupted, false);
  });

  test('should end a gene after as many bases as the longest has, and not before', () => {
    const search = new CompoundSearch<string>();
    search.add(row('a', '1', 1000, 'father', 'G'));
    assert.deepEqual(search.add(row('b', '1', 1000 + LONGEST_GENE_BASES, 'mother', 'G')), []);
    assert.deepEqual(search.add(plain('c', '1', 1001 + LONGEST_GENE_BASES)).map(partners), [
      'a: b trans',
      'b: a trans',
      'c: ',
    ]);
    assert.deepEqual(search.add(row('d', '1', 1002 + LONGEST_GENE_BASES, 'mother', 'G')), []);
    assert.deepEqual(search.finish().map(partners), ['d: ']);
  });

  test('should name a pair once when both lie in two genes', () => {
    const search = new CompoundSearch<string>();
    search.add(row('a', '1', 1, 'father', 'G', 'H'));
    search.add(row('b', '1', 2, 'mother', 'G', 'H'));
    assert.deepEqual(search.finish().map(partners), ['a: b trans', 'b: a trans']);
  });

  test('should say that partners may be missed when a chromosome comes again', () => {
    const search = new CompoundSearch<string>();
    search.add(row('a', '1', 1, 'father', 'G'));
    search.add(plain('b', '2', 1));
    assert.equal(search.interrupted, false);
    search.add(row('c', '1', 2, 'mother', 'G'));
    assert.equal(search.interrupted, true);
  });

  test('should compare a bounded number of candidates, and say of the others that they were not', () => {
    const search = new CompoundSearch<string>();
    for (let at = 0; at <= MOST_CANDIDATES; at++)
      search.add(row(`v${at}`, '1', at + 1, at % 2 ? 'father' : 'mother', 'G'));
    const out = search.finish();
    assert.equal(out[0]?.findings[0]?.partners.length, MOST_CANDIDATES - 1);
    const last = out.at(-1)?.findings[0];
    assert.deepEqual([last?.partners, last?.modes.map(({ status }) => status)], [[], ['notAssessable']]);
    assert.match(last!.modes[0]!.reasons[0]!, /more than 200 candidates in G/);
  });

  test('should hold a bounded number of variants, however many lie in a gene', () => {
    const search = new CompoundSearch<string>();
    search.add(row('first', '1', 1, 'father', 'G'));
    let came = 0;
    let held = 0;
    for (let at = 0; at < 120_000; at++) {
      came += search.add(plain('x', '1', 2 + at)).length;
      held = Math.max(held, at + 2 - came);
    }
    assert.ok(held <= 50_001, String(held));
    assert.equal(search.interrupted, true);
  });
});
