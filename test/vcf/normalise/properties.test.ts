import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { parseHeader } from '../../../src/vcf/header/parse.ts';
import { createNormaliser } from '../../../src/vcf/normalise/normaliser.ts';
import { blockOf, linesOf } from '../../support/block.ts';
import { referenceOf } from '../../support/memory-reference.ts';

/** `SEED=… npm test` replays. */
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const RUNS = { seed: SEED, numRuns: 500 };

const HEADER = parseHeader(
  Buffer.from(
    [
      '##fileformat=VCFv4.3',
      '##INFO=<ID=A,Number=A,Type=String,Description="">',
      '##INFO=<ID=R,Number=R,Type=Integer,Description="">',
      '##FORMAT=<ID=G,Number=G,Type=Integer,Description="">',
      '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n',
    ].join('\n'),
  ),
).header;

// -------------------------------------------------------------------------------------------- left-alignment

interface Variant {
  /** 1-based. */
  readonly pos: number;
  readonly ref: string;
  readonly alt: string;
}

interface Spot {
  readonly reference: string;
  readonly variant: Variant;
}

type Align = (reference: string, variant: Variant) => Variant;

const align: Align = (reference, { pos, ref, alt }) => {
  const normaliser = createNormaliser(HEADER, { split: 'none', reference: referenceOf({ c: reference }) });
  const { block, warnings } = normaliser.block(blockOf(`c\t${pos}\t.\t${ref}\t${alt}\t.\t.\t.`), Uint32Array.of(1));
  assert.deepEqual(warnings, []);
  const [, newPos, , newRef = '', newAlt = ''] = linesOf(block)[0]!.split('\t');
  return { pos: Number(newPos), ref: newRef, alt: newAlt };
};

/** The sequence that carries the variant. */
function haplotype(reference: string, { pos, ref, alt }: Variant): string {
  assert.equal(reference.slice(pos - 1, pos - 1 + ref.length), ref);
  return reference.slice(0, pos - 1) + alt + reference.slice(pos - 1 + ref.length);
}

/** A sequence full of repeats, and a variant on it. */
const variants: fc.Arbitrary<Spot> = fc
  .record({
    unit: fc.string({ unit: fc.constantFrom('A', 'C', 'G'), minLength: 1, maxLength: 3 }),
    copies: fc.integer({ min: 1, max: 12 }),
    left: fc.string({ unit: fc.constantFrom('A', 'C'), maxLength: 6 }),
    right: fc.string({ unit: fc.constantFrom('A', 'C', 'T'), minLength: 1, maxLength: 6 }),
    at: fc.nat({ max: 1_000 }),
    refLength: fc.integer({ min: 1, max: 8 }),
    alt: fc.string({ unit: fc.constantFrom('A', 'C', 'G'), minLength: 1, maxLength: 8 }),
  })
  .map(({ unit, copies, left, right, at, refLength, alt }) => {
    const reference = left + unit.repeat(copies) + right;
    const pos = (at % reference.length) + 1;
    return { reference, variant: { pos, ref: reference.slice(pos - 1, pos - 1 + refLength), alt } };
  })
  .filter(({ variant }) => variant.ref !== variant.alt);

/** What left-alignment promises, over any aligner. */
const alignmentProperties: Readonly<Record<string, (aligner: Align) => fc.IProperty<[Spot]>>> = {
  'keep the haplotype': (aligner) =>
    fc.property(variants, ({ reference, variant }) => {
      assert.equal(haplotype(reference, aligner(reference, variant)), haplotype(reference, variant));
    }),
  'be idempotent': (aligner) =>
    fc.property(variants, ({ reference, variant }) => {
      const once = aligner(reference, variant);
      assert.deepEqual(aligner(reference, once), once);
    }),
  'leave nothing to trim or to move': (aligner) =>
    fc.property(variants, ({ reference, variant }) => {
      const { pos, ref, alt } = aligner(reference, variant);
      const shortest = Math.min(ref.length, alt.length);
      assert.ok(ref.at(-1) !== alt.at(-1) || (shortest === 1 && pos === 1), 'same last base');
      assert.ok(ref[0] !== alt[0] || shortest === 1, 'same first base');
    }),
  'give every spelling of a variant the same key': (aligner) =>
    fc.property(variants, ({ reference, variant: { pos, ref, alt } }) => {
      const padded = {
        pos: 1,
        ref: reference,
        alt: reference.slice(0, pos - 1) + alt + reference.slice(pos - 1 + ref.length),
      };
      assert.deepEqual(aligner(reference, padded), aligner(reference, { pos, ref, alt }));
    }),
};

for (const [promise, property] of Object.entries(alignmentProperties)) {
  test(`should ${promise} when a variant is left-aligned`, (context) => {
    replayable(context);
    fc.assert(property(align), RUNS);
  });
}

test('should be caught when an aligner is wrong', (context) => {
  replayable(context);
  const oneTooFar: Align = (reference, variant) => {
    const { pos, ref, alt } = align(reference, variant);
    return pos > 1 && ref.length !== alt.length ? { pos: pos - 1, ref, alt } : { pos, ref, alt };
  };
  const neverMoves: Align = (_reference, variant) => variant;
  const trimsFirst: Align = (reference, variant) => {
    // The classic: left before right, so that a repeat is shifted to its right end.
    const { pos, ref, alt } = variant;
    let same = 0;
    while (same < Math.min(ref.length, alt.length) - 1 && ref[same] === alt[same]) same++;
    return same > 0 ? { pos: pos + same, ref: ref.slice(same), alt: alt.slice(same) } : align(reference, variant);
  };
  assert.ok(fc.check(alignmentProperties['keep the haplotype']!(oneTooFar), RUNS).failed);
  assert.ok(fc.check(alignmentProperties['leave nothing to trim or to move']!(neverMoves), RUNS).failed);
  assert.ok(fc.check(alignmentProperties['give every spelling of a variant the same key']!(trimsFirst), RUNS).failed);
});

// -------------------------------------------------------------------------------------------- splitting

/** One record of `alts` ALT alleles and one sample of this genotype. */
interface Multiallelic {
  readonly alts: readonly string[];
  readonly perAlt: readonly string[];
  readonly perAllele: readonly number[];
  /** Allele numbers, null is missing. */
  readonly genotype: readonly (number | null)[];
  readonly phased: boolean;
}

type Split = (line: string) => string[];

const splitLine: Split = (line) =>
  linesOf(createNormaliser(HEADER, { split: 'bcftools' }).block(blockOf(line), Uint32Array.of(1)).block);

const records: fc.Arbitrary<Multiallelic> = fc
  .uniqueArray(fc.string({ unit: fc.constantFrom('A', 'C', 'G', 'T'), minLength: 2, maxLength: 5 }), {
    minLength: 2,
    maxLength: 12,
  })
  .chain((alts) =>
    fc.record({
      alts: fc.constant(alts),
      perAlt: fc.array(fc.string({ unit: fc.constantFrom('x', 'y', '.', '|'), minLength: 1 }), {
        minLength: alts.length,
        maxLength: alts.length,
      }),
      perAllele: fc.array(fc.nat(), { minLength: alts.length + 1, maxLength: alts.length + 1 }),
      genotype: fc.array(fc.option(fc.nat({ max: alts.length })), { minLength: 1, maxLength: 4 }),
      phased: fc.boolean(),
    }),
  );

/** All genotypes of a ploidy in the order of the specification, as a value each. */
function genotypeValues(alleles: number, ploidy: number): Map<string, number> {
  const combinations = (highest: number, places: number): number[][] =>
    places === 0
      ? [[]]
      : Array.from({ length: highest + 1 }, (_, last) =>
          combinations(last, places - 1).map((rest) => [...rest, last]),
        ).flat();
  return new Map(combinations(alleles - 1, ploidy).map((alleleList, i) => [alleleList.join('/'), i * 10]));
}

/** Puts the rows together again and compares with the record they came from. */
const splitProperty = (split: Split) =>
  fc.property(records, ({ alts, perAlt, perAllele, genotype, phased }) => {
    const ploidy = genotype.length;
    const values = genotypeValues(alts.length + 1, ploidy);
    const gt = genotype.map((allele) => allele ?? '.').join(phased ? '|' : '/');
    const info = `A=${perAlt.join(',')};R=${perAllele.join(',')}`;
    const rows = split(
      `c\t9\tid\tA\t${alts.join(',')}\t7\tPASS\t${info}\tGT:G\t${gt}:${[...values.values()].join(',')}`,
    );
    const columns = rows.map((row) => row.split('\t'));
    assert.deepEqual(
      columns.map((row) => row[4]),
      alts,
    );
    assert.deepEqual(
      columns.map((row) => row[7]),
      alts.map((_, i) => `A=${perAlt[i]};R=${perAllele[0]},${perAllele[i + 1]}`),
    );
    const genotypes = columns.map((row) => row[9]!.split(':')[0]!.split(phased ? '|' : '/'));
    const again = genotype.map((_, place) => {
      if (genotypes.every((alleles) => alleles[place] === '.')) return null;
      return genotypes.findIndex((alleles) => alleles[place] === '1') + 1;
    });
    assert.deepEqual(again, genotype);
    for (const [i, row] of columns.entries()) {
      const mine = Array.from({ length: ploidy + 1 }, (_, copies) =>
        values.get([...Array(ploidy - copies).fill(0), ...Array(copies).fill(i + 1)].join('/')),
      );
      assert.equal(row[9]!.split(':')[1], mine.join(','));
    }
  });

test('should give the record back when the rows of a split are put together', (context) => {
  replayable(context);
  fc.assert(splitProperty(splitLine), RUNS);
});

test('should be caught when a splitter is wrong', (context) => {
  replayable(context);
  const firstGenotypeForAll: Split = (line) => {
    const rows = splitLine(line);
    const sample = rows[0]!.split('\t')[9]!;
    return rows.map((row) => row.replace(/[^\t]*$/, sample));
  };
  const losesOrder: Split = (line) => splitLine(line).sort();
  assert.ok(fc.check(splitProperty(firstGenotypeForAll), RUNS).failed);
  assert.ok(fc.check(splitProperty(losesOrder), RUNS).failed);
});

function replayable(context: TestContext): void {
  context.diagnostic(`seed ${SEED}: replay with SEED=${SEED} node --test test/vcf/normalise/properties.test.ts`);
}
