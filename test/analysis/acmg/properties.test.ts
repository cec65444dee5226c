import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify } from '../../../src/analysis/acmg/classify.ts';
import type { ClinvarEntry } from '../../../src/analysis/acmg/clinvar-memory.ts';
import type { RuleContext } from '../../../src/analysis/acmg/context.ts';
import { CRITERION_CODES, POINTS, type Strength, signOf } from '../../../src/analysis/acmg/criteria.ts';
import type { Source, TranscriptEvidence, VariantEvidence } from '../../../src/analysis/acmg/evidence.ts';
import { movesOf } from '../../../src/analysis/acmg/moves.ts';
import { met, type Outcome } from '../../../src/analysis/acmg/outcome.ts';
import { type Sum, scoreOf } from '../../../src/analysis/acmg/score.ts';
import { CLASSES } from '../../../src/core/verdicts.ts';
import { contextOf, variantWith } from './given.ts';

const RUNS = { numRuns: 2000 };

const outcome: fc.Arbitrary<Outcome> = fc
  .tuple(
    fc.constantFrom(...CRITERION_CODES),
    fc.constantFrom<Strength>('supporting', 'moderate', 'strong', 'veryStrong'),
  )
  .map(([criterion, strength]) => met(criterion, criterion === 'BA1' ? 'standAlone' : strength, ''));
const outcomes = fc.uniqueArray(outcome, { selector: ({ criterion }) => criterion, maxLength: 28 });

const rank = ({ class: name }: Pick<Sum, 'class'>): number => CLASSES.indexOf(name);

test('should not depend on the order of the evidence', () => {
  fc.assert(
    fc.property(
      outcomes.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => assert.deepEqual(scoreOf(shuffled), scoreOf(list)),
    ),
    RUNS,
  );
});

test('should never lose points by evidence for pathogenic, nor gain any by evidence for benign', () => {
  fc.assert(
    fc.property(outcomes, outcome, (list, added) => {
      fc.pre(list.every(({ criterion }) => criterion !== added.criterion));
      const before = scoreOf(list);
      const after = scoreOf([...list, added]);
      const direction = signOf(added.criterion);
      assert.ok((after.points - before.points) * direction >= 0);
      assert.ok((rank(after) - rank(before)) * direction >= 0);
    }),
    RUNS,
  );
});

const place = fc.option(
  fc
    .integer({ min: 1, max: 6 })
    .chain((of) => fc.record({ number: fc.integer({ min: 1, max: of }), of: fc.constant(of) })),
  { nil: undefined },
);
const score = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });

const evidence: fc.Arbitrary<VariantEvidence> = fc
  .record({
    consequence: fc.constantFrom(
      'stop_gained',
      'frameshift_variant',
      'splice_donor_variant',
      'start_lost',
      'stop_lost',
      'inframe_deletion',
      'missense_variant',
      'synonymous_variant',
      'splice_region_variant&synonymous_variant',
      'intron_variant',
      '5_prime_UTR_variant',
      'intergenic_variant',
      'transcript_ablation',
    ),
    gene: fc.constantFrom('GENE', 'GENE', 'OTHER'),
    rank: fc.constantFrom<TranscriptEvidence['rank']>('MANE Select', 'other'),
    inEveryTranscript: fc.boolean(),
    hgvsC: fc.constantFrom(undefined, 'c.100+3A>G', 'c.100+300A>G'),
    exon: place,
    intron: place,
    loftee: fc.constantFrom<TranscriptEvidence['loftee']>(undefined, 'HC', 'LC'),
    lofteeFilter: fc.constantFrom(undefined, 'END_TRUNC', 'INCOMPLETE_CDS'),
    escapesFiftyBases: fc.constantFrom(undefined, true, false),
    escapesNmd: fc.boolean(),
    proteinPosition: fc.constantFrom(undefined, 10, 95),
    proteinLength: fc.constantFrom(undefined, 100),
    codons: fc.constantFrom(undefined, 'gAa/gGa', 'gAa/gTa'),
    domains: fc.constantFrom<readonly string[]>([], ['Pfam:PF1']),
    revel: score,
    cadd: fc.option(fc.double({ min: 0, max: 50, noNaN: true }), { nil: undefined }),
    spliceai: score,
    repeat: fc.constantFrom(undefined, 'lcr'),
    frequency: fc.constantFrom(undefined, 0, 0.00001, 0.001, 0.02, 0.2),
    alleles: fc.constantFrom(undefined, 100, 100_000),
    homozygotes: fc.constantFrom(undefined, 0, 9),
  })
  .map(({ consequence, revel, cadd, spliceai, repeat, frequency, alleles, homozygotes, ...transcript }) => {
    const populations =
      frequency === undefined ? [] : [{ name: 'gnomADe_AF', frequency, alleleNumber: alleles, homozygotes }];
    return variantWith(
      consequence,
      { ...transcript, strand: 1 },
      { revel, cadd, spliceai, repeat, populations, ref: 'A', alt: 'G' },
    );
  });

const SOMETHING: readonly ClinvarEntry[] = [
  {
    chrom: '2',
    pos: 1000,
    id: '1',
    ref: 'A',
    alt: 'T',
    genes: ['GENE'],
    significance: 'Pathogenic',
    stars: 3,
    effect: 'missense',
  },
  {
    chrom: '2',
    pos: 1001,
    id: '2',
    ref: 'A',
    alt: 'C',
    genes: ['GENE'],
    significance: 'Pathogenic',
    stars: 3,
    effect: 'missense',
  },
  ...Array.from({ length: 12 }, (_, at) => ({
    chrom: '2',
    pos: 1005 + at,
    id: `n${at}`,
    ref: 'C',
    alt: 'T',
    genes: ['GENE'],
    significance: 'Pathogenic',
    stars: 2,
    effect: 'missense' as const,
  })),
];

const context: fc.Arbitrary<RuleContext> = fc
  .record({ predictor: fc.constantFrom<'revel' | 'cadd'>('revel', 'cadd'), strict: fc.boolean() })
  .map(({ predictor, strict }) =>
    contextOf({
      clinvar: SOMETHING,
      profile: strict
        ? { predictor, bs1: { alleleFrequency: 0.01, minAlleleNumber: 2000 }, bs2: { homozygotes: 3 } }
        : { predictor },
    }),
  );

/** What a file may lack, and how the evidence looks without it. */
const LACKS: Readonly<
  Record<string, (evidence: VariantEvidence, context: RuleContext) => [VariantEvidence, RuleContext]>
> = {
  transcripts: (e, c) => [{ ...e, transcript: undefined }, without(c, 'transcripts')],
  gnomad: (e, c) => [{ ...e, populations: [] }, without(c, 'gnomad')],
  alleleNumbers: (e, c) => [{ ...e, populations: e.populations.map((p) => ({ ...p, alleleNumber: undefined })) }, c],
  homozygotes: (e, c) => [{ ...e, populations: e.populations.map((p) => ({ ...p, homozygotes: undefined })) }, c],
  revel: (e, c) => [{ ...e, revel: undefined }, without(c, 'revel')],
  cadd: (e, c) => [{ ...e, cadd: undefined }, without(c, 'cadd')],
  spliceai: (e, c) => [{ ...e, spliceai: undefined }, without(c, 'spliceai')],
  repeats: (e, c) => [{ ...e, repeat: undefined }, without(c, 'repeats')],
  domains: (e, c) => [inTranscript(e, { domains: [] }), without(c, 'domains')],
  exon: (e, c) => [inTranscript(e, { exon: undefined, intron: undefined }), c],
  nmd: (e, c) => [inTranscript(e, { escapesNmd: false }), without(c, 'nmd')],
  loftee: (e, c) => [
    inTranscript(e, { loftee: undefined, lofteeFilter: undefined, escapesFiftyBases: undefined }),
    without(c, 'loftee'),
  ],
  protein: (e, c) => [inTranscript(e, { proteinPosition: undefined, proteinLength: undefined }), c],
  codons: (e, c) => [inTranscript(e, { codons: undefined }), c],
  hgvs: (e, c) => [inTranscript(e, { hgvsC: undefined }), c],
  genes: (e, c) => [e, { ...c, lossOfFunctionGenes: undefined }],
  clinvar: (e, c) => [e, { ...c, clinvar: undefined }],
};

function without(c: RuleContext, source: Source): RuleContext {
  return { ...c, sources: { ...c.sources, [source]: 'absent' } };
}

function inTranscript(e: VariantEvidence, given: Partial<TranscriptEvidence>): VariantEvidence {
  return { ...e, transcript: e.transcript && { ...e.transcript, ...given } };
}

test('should hold, in what it calls reachable, the verdict itself and every verdict that fuller annotation gives', () => {
  fc.assert(
    fc.property(evidence, context, fc.subarray(Object.keys(LACKS)), (full, fullContext, lacking) => {
      const all = classify(full, fullContext);
      const [less, lessContext] = lacking.reduce<[VariantEvidence, RuleContext]>(
        ([e, c], name) => LACKS[name]!(e, c),
        [full, fullContext],
      );
      const some = classify(less, lessContext);
      for (const verdict of [some, all]) {
        assert.ok(some.least.points <= verdict.points && verdict.points <= some.greatest.points, JSON.stringify(some));
        assert.ok(rank(some.least) <= rank(verdict) && rank(verdict) <= rank(some.greatest));
      }
      for (const { criterion, points } of all.outcomes) {
        const before = some.outcomes.find((other) => other.criterion === criterion)!;
        if (criterion === 'PM5') continue; // Its reach is counted in PS1's.
        assert.ok(
          before.least <= points && points <= before.greatest,
          `${criterion} ${before.least} ${points} ${before.greatest}`,
        );
      }
    }),
    { numRuns: 20_000 },
  );
});

test('should weigh every outcome with the points of its strength, and none that is not met', () => {
  fc.assert(
    fc.property(evidence, context, (given, ruleContext) => {
      const { outcomes: all } = classify(given, ruleContext);
      assert.deepEqual(
        all.map(({ criterion }) => criterion),
        CRITERION_CODES,
      );
      for (const { criterion, status, strength, points, reason } of all) {
        assert.ok(reason.length > 0);
        if (status !== 'met') assert.deepEqual([strength, points], [undefined, 0]);
        else if (criterion !== 'BA1') assert.equal(points, signOf(criterion) * POINTS[strength!]);
      }
      const byCriterion = new Map(all.map((one) => [one.criterion, one.status]));
      assert.ok(byCriterion.get('PP3') !== 'met' || byCriterion.get('BP4') !== 'met');
      assert.ok(byCriterion.get('PVS1') !== 'met' || byCriterion.get('PP3') !== 'met');
      assert.ok(byCriterion.get('PS1') !== 'met' || byCriterion.get('PM5') !== 'met');
    }),
    RUNS,
  );
});

test('should name as moves only what alone takes a variant of uncertain significance to another class', () => {
  fc.assert(
    fc.property(evidence, context, (given, ruleContext) => {
      const verdict = classify(given, ruleContext);
      const moves = movesOf(verdict);
      assert.equal(moves === undefined, verdict.class !== 'Uncertain significance');
      for (const { criterion, points, class: then } of moves?.alone ?? []) {
        const changed = verdict.outcomes.map((one) => {
          if (one.criterion !== criterion) return one;
          return criterion === 'BA1' ? met('BA1', 'standAlone', '') : { ...one, points: one.points + points };
        });
        assert.equal(scoreOf(changed).class, then);
        assert.notEqual(then, 'Uncertain significance');
      }
    }),
    RUNS,
  );
});

test('should never judge a higher REVEL lower', () => {
  fc.assert(
    fc.property(
      evidence,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (given, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const points = (revel: number) => classify({ ...given, revel }, contextOf()).points;
        assert.ok(points(low) <= points(high));
      },
    ),
    RUNS,
  );
});
