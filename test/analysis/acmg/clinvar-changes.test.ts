import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgeVariant } from '../../../src/analysis/acmg/classify-file.ts';
import type { ClinvarIndex } from '../../../src/analysis/acmg/clinvar.ts';
import { type ClinvarReach, clinvarChanges, clinvarReach } from '../../../src/analysis/acmg/clinvar-changes.ts';
import type { ClinvarEntry } from '../../../src/analysis/acmg/clinvar-memory.ts';
import { clinvarOfSet, clinvarSet } from '../../../src/analysis/acmg/clinvar-set.ts';
import type { VariantEvidence } from '../../../src/analysis/acmg/evidence.ts';
import { digestSalt, verdictDigest } from '../../../src/analysis/acmg/keep-verdict.ts';
import { DEFAULT_PROFILE, type Profile } from '../../../src/analysis/acmg/profile.ts';
import { clinvarOf, contextOf, missense, variantWith } from './given.ts';

const FIRST = 1000;
const BASES = ['A', 'C', 'G', 'T'] as const;
const COMPLEMENT: Readonly<Record<string, string>> = { A: 'T', C: 'G', G: 'C', T: 'A' };

/** Two genes beside each other on one chromosome, in frame from its first base: the second is read backwards. */
interface Genome {
  readonly sequence: string;
  readonly cut: number;
}

const genome: fc.Arbitrary<Genome> = fc.record({
  sequence: fc.string({ unit: fc.constantFrom(...BASES), minLength: 24, maxLength: 24 }),
  cut: fc.constantFrom(9, 12, 15),
});

function geneAt({ cut }: Genome, place: number): { gene: string; strand: 1 | -1 } {
  return place < cut ? { gene: 'GENE', strand: 1 } : { gene: 'OTHER', strand: -1 };
}

/** Every substitution of the genome, as VEP would annotate it. */
function variantsOf(of: Genome): VariantEvidence[] {
  return [...of.sequence].flatMap((ref, place) =>
    BASES.filter((base) => base !== ref).map((alt) => {
      const { gene, strand } = geneAt(of, place);
      const first = place - (place % 3);
      const bases = [...of.sequence.slice(first, first + 3)];
      const change = (base: string): string => {
        const codon = bases.map((old, i) => (first + i === place ? base : old.toLowerCase()));
        if (strand === 1) return codon.join('');
        const flip = (one: string): string => COMPLEMENT[one] ?? COMPLEMENT[one.toUpperCase()]!.toLowerCase();
        return codon.reverse().map(flip).join('');
      };
      const codons = `${change(ref)}/${change(alt)}`;
      return variantWith('missense_variant', { gene, codons, strand }, { chrom: 'chr2', pos: FIRST + place, ref, alt });
    }),
  );
}

/** Records that lie on a genome. */
const entries = (of: Genome): fc.Arbitrary<readonly ClinvarEntry[]> =>
  fc.array(
    fc
      .record({
        place: fc.nat({ max: of.sequence.length - 1 }),
        alt: fc.constantFrom(...BASES),
        id: fc.constantFrom('1', '2', '3', 'RCV4'),
        genes: fc.constantFrom<readonly string[] | undefined>(undefined, ['GENE', 'OTHER'], []),
        significance: fc.constantFrom('Pathogenic', 'Likely_pathogenic', 'Benign', 'Uncertain_significance'),
        stars: fc.integer({ min: 0, max: 3 }),
        effect: fc.constantFrom<ClinvarEntry['effect']>('missense', 'missense', 'truncating', 'other'),
      })
      .map(({ place, genes, ...entry }) => ({
        ...entry,
        chrom: '2',
        pos: FIRST + place,
        ref: of.sequence[place]!,
        genes: genes ?? [geneAt(of, place).gene],
      })),
    { maxLength: 12 },
  );

/** Thresholds so low that a single record tips them over. */
const profile: fc.Arbitrary<Pick<Profile, 'heuristics' | 'clinvar'>> = fc.record({
  clinvar: fc.record({ minStars: fc.constantFrom(1, 2) }),
  heuristics: fc.option(
    fc.record({
      minStars: fc.constantFrom(1, 2),
      pm1: fc.record({ windowBases: fc.integer({ min: 0, max: 6 }), minPathogenic: fc.constantFrom(1, 2) }),
      pp2: fc.constant({ minPathogenic: 1, minMissenseShare: 0.5, maxBenignShare: 0.5 }),
      bp1: fc.constant({ minPathogenic: 1, minTruncatingShare: 0.5 }),
    }),
    { nil: null },
  ),
});

const scenario = genome.chain((of) =>
  fc.record({
    of: fc.constant(of),
    before: entries(of),
    // Most of a newer ClinVar is the old one.
    after: entries(of),
    kept: fc.integer({ min: 0, max: 12 }),
    profile,
  }),
);

/** Every verdict that two ClinVars make different is on a variant that the change is said to touch. */
function everyDifferenceIsTouched(reachOf: (profile: Pick<Profile, 'heuristics'>) => ClinvarReach) {
  return fc.property(scenario, ({ of, before, after, kept, profile: own }) => {
    const old = clinvarOf(before);
    const newer = clinvarOf([...before.slice(0, kept), ...after]);
    const changes = clinvarChanges(old, newer, reachOf(own));
    for (const one of variantsOf(of)) {
      const digest = (clinvar: ClinvarIndex): string =>
        verdictDigest(judgeVariant(one, { ...contextOf({ profile: { ...DEFAULT_PROFILE, ...own } }), clinvar }), '');
      if (digest(old) === digest(newer)) continue;
      const { chrom, pos, transcript } = one;
      assert.ok(changes.touches({ chrom, pos, gene: transcript?.gene ?? null }), `${chrom}:${pos}`);
    }
  });
}

test('should touch every variant on which a newer ClinVar makes another verdict', () => {
  fc.assert(everyDifferenceIsTouched(clinvarReach), { numRuns: 300 });
});

test('should be caught when it forgets the neighbours of the codon, the window or the counts of the gene', () => {
  const plants: Readonly<Record<string, typeof clinvarReach>> = {
    codon: ({ heuristics }) => ({ ...clinvarReach({ heuristics }), bases: heuristics?.pm1.windowBases ?? 0 }),
    window: ({ heuristics }) => ({ ...clinvarReach({ heuristics }), bases: 2 }),
    gene: ({ heuristics }) => ({ ...clinvarReach({ heuristics }), countedStars: undefined }),
    itself: () => ({ bases: 0, countedStars: undefined }),
  };
  for (const [name, plant] of Object.entries(plants)) {
    const { failed } = fc.check(everyDifferenceIsTouched(plant), { numRuns: 20_000, endOnFailure: true });
    assert.equal(failed, true, name);
  }
});

test('should touch nothing when nothing changed, and little when one record did', () => {
  const record = (pos: number, significance: string): ClinvarEntry => ({
    chrom: '2',
    pos,
    id: String(pos),
    ref: 'A',
    alt: 'G',
    genes: ['GENE'],
    significance,
    stars: 2,
    effect: 'other',
  });
  const old = [1000, 2000, 3000].map((pos) => record(pos, 'Benign'));
  const newer = [record(1000, 'Benign'), record(2000, 'Pathogenic'), record(3000, 'Benign')];
  const reach = clinvarReach(DEFAULT_PROFILE);
  assert.equal(clinvarChanges(clinvarOf(old), clinvarOf(old), reach).positions, 0);
  const changes = clinvarChanges(clinvarOf(old), clinvarOf(newer), reach);
  assert.deepEqual([changes.positions, changes.genes], [1, 0]);
  const touched = Array.from({ length: 3000 }, (_, i) => i + 500).filter((pos) =>
    changes.touches({ chrom: 'chr2', pos, gene: 'GENE' }),
  );
  assert.deepEqual([touched[0], touched.at(-1), touched.length], [1975, 2025, 51]);
});

test('should give the same index back from what is kept of it, and the same digest for the same records', () => {
  fc.assert(
    fc.property(genome.chain(entries), (records) => {
      const index = clinvarOf([...records, ...records.map((one) => ({ ...one, chrom: 'X' }))]);
      const set = clinvarSet(index, 'clinvar.vcf.gz');
      const again = clinvarOfSet(set);
      assert.equal(again.size, index.size);
      assert.equal(clinvarSet(again, 'renamed').digest, set.digest);
      for (const chrom of ['2', 'chrX', '3']) {
        assert.deepEqual(again.between(chrom, 0, 1e9), index.between(chrom, 0, 1e9));
      }
      for (const gene of ['GENE', 'OTHER', 'NONE']) assert.deepEqual(again.gene(gene, 1), index.gene(gene, 1));
    }),
    { numRuns: 200 },
  );
});

test('should keep another digest for another verdict', () => {
  const context = contextOf();
  const digest = (revel: number): string =>
    verdictDigest(judgeVariant(missense({ revel }), context), digestSalt(context));
  assert.equal(digest(0.7), digest(0.7));
  assert.notEqual(digest(0.7), digest(0.71));
  assert.match(digest(0.7), /^[0-9a-f]{32}$/);
});
