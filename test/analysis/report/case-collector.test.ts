import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Classified } from '../../../src/analysis/acmg/classify-file.ts';
import { CaseCollector, type CollectorOptions } from '../../../src/analysis/report/case-collector.ts';
import { pairWithLines } from '../../../src/analysis/report/pair-lines.ts';
import { bufferOf, type VariantBlock } from '../../../src/core/variant-block.ts';
import type { PathogenicityClass } from '../../../src/core/verdicts.ts';
import { blockOf } from '../../support/block.ts';
import { judgedVariant } from './given.ts';

const WHOLE: CollectorOptions = { top: 5, samples: ['a', 'b'], members: [0, 1], carriers: undefined };

/** A verdict of so many points at this place. */
function judgedOf(pos: number, points: number, { named = false, applies = true } = {}): Classified {
  const judged = judgedVariant({ chrom: '1', pos });
  const sum = { points, class: points >= 6 ? 'Likely pathogenic' : 'Uncertain significance' } as const;
  const clinvar = named ? { significance: 'Pathogenic', stars: 2, id: undefined } : undefined;
  return { ...judged, clinvar, verdict: { ...judged.verdict, ...sum, withoutClinvar: sum, applies } };
}

function lineOf(pos: number, genotypes = '0/1:20:99:9,11\t0/0:.:.:.'): string {
  return `1\t${pos}\t.\tA\tG\t50.5\tPASS\t.\tGT:DP:GQ:AD\t${genotypes}\n`;
}

function collect(variants: readonly Classified[], options: Partial<CollectorOptions> = {}, lines?: string) {
  const collector = new CaseCollector({ ...WHOLE, ...options });
  const block = blockOf(lines ?? variants.map(({ evidence }) => lineOf(evidence.pos)).join(''));
  const bytes = bufferOf(block);
  for (const [row, judged] of variants.entries()) collector.add({ judged, block, bytes, row, variant: row });
  return collector.finish();
}

/** Numbers from a seed: Park and Miller's generator. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 48271) % 2147483647;
    yield state;
  }
}

describe('CaseCollector', () => {
  test('should keep what sorting everything would put first, whatever the order it comes in', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = numbers(seed);
      const draw = (below: number): number => random.next().value! % below;
      const variants = Array.from({ length: draw(60) }, (_, at) =>
        judgedOf(at + 1, draw(12), { named: draw(9) === 0 }),
      );
      const rank = ({ verdict, clinvar, evidence }: Classified): readonly number[] => [
        verdict.class === 'Likely pathogenic' ? 0 : 1,
        -verdict.points,
        clinvar === undefined ? 1 : 0,
        evidence.pos,
      ];
      const sorted = variants.toSorted((a, b) => {
        const [left, right] = [rank(a), rank(b)];
        const at = left.findIndex((value, place) => value !== right[place]);
        return at < 0 ? 0 : left[at]! - right[at]!;
      });
      const first = sorted.slice(0, 5);
      const named = sorted.filter(({ clinvar }) => clinvar !== undefined).slice(0, 5);
      const expected = [...first, ...named.filter((one) => !first.includes(one))];
      const { candidates } = collect(variants);
      assert.deepEqual(
        candidates.map(({ judged }) => judged.evidence.pos),
        expected.map(({ evidence }) => evidence.pos),
        `seed ${seed}`,
      );
    }
  });

  test('should count what the subject carries, and only that', () => {
    const variants = [judgedOf(1, 3), judgedOf(2, 4), judgedOf(3, 7)];
    const lines = [lineOf(1, '0/1\t0/0'), lineOf(2, '0/0\t0/1'), lineOf(3, './.\t1|1')].join('');
    const { judged, considered, classes, points, candidates } = collect(variants, { carriers: [1] }, lines);
    assert.deepEqual({ judged, considered }, { judged: 3, considered: 2 });
    assert.deepEqual(
      [...classes],
      [
        ['Uncertain significance', 1],
        ['Likely pathogenic', 1],
      ],
    );
    assert.deepEqual(
      [...points],
      [
        [4, 1],
        [7, 1],
      ],
    );
    assert.deepEqual(
      candidates.map(({ judged: { evidence } }) => evidence.pos),
      [3, 2],
    );
  });

  test("should rank by a reviewer's class when there is one", () => {
    const reviewed = (judged: Classified, given: PathogenicityClass) => ({ ...judged, reviewed: given });
    const { candidates, classes } = collect([
      judgedOf(1, 7),
      reviewed(judgedOf(2, 0), 'Pathogenic'),
      reviewed(judgedOf(3, 9), 'Benign'),
    ]);
    assert.deepEqual(
      candidates.map(({ judged: { evidence } }) => evidence.pos),
      [2, 1, 3],
    );
    assert.equal(classes.get('Pathogenic'), 1);
  });

  test('should put what the guideline is not made for last, and count no points of it', () => {
    const { candidates, points, classes } = collect([judgedOf(1, 5, { applies: false }), judgedOf(2, 0)]);
    assert.deepEqual(
      candidates.map((one) => one.class),
      ['Uncertain significance', 'not classified'],
    );
    assert.deepEqual([...points], [[0, 1]]);
    assert.equal(classes.get('not classified'), 1);
  });

  test("should read the line's quality, filter, genotypes and carriers", () => {
    const { candidates } = collect([judgedOf(1, 0)]);
    assert.deepEqual(candidates[0]?.line, {
      qual: 50.5,
      filter: 'PASS',
      genotypes: [
        { sample: 'a', genotype: '0/1', carries: true, depth: 20, quality: 99, alleleDepths: '9,11' },
        { sample: 'b', genotype: '0/0', carries: false, depth: undefined, quality: undefined, alleleDepths: undefined },
      ],
      carriers: { count: 1, samples: ['a'] },
    });
  });
});

describe('pairWithLines', () => {
  const pair = async (
    positions: readonly number[],
    blocks: readonly VariantBlock[],
  ): Promise<readonly (readonly number[])[]> => {
    const found: (readonly number[])[] = [];
    const verdicts = positions.map((pos) => [judgedOf(pos, 0)]);
    const pairs = {
      verdicts: ReadableStream.from(verdicts),
      blocks: ReadableStream.from(blocks.map((block) => ({ firstVariant: 0, block }))),
    };
    await pairWithLines(pairs.verdicts, pairs.blocks, ({ judged, block, row }) => {
      found.push([judged.evidence.pos, blocks.indexOf(block), row]);
    });
    return found;
  };

  test('should find the line of each verdict when lines without a variant stand between, in blocks of any size', async () => {
    const blocks = [
      blockOf(lineOf(1) + lineOf(2)),
      blockOf(''),
      blockOf(lineOf(3)),
      blockOf(lineOf(4) + lineOf(4) + lineOf(5)),
    ];
    assert.deepEqual(await pair([1, 3, 4, 4], blocks), [
      [1, 0, 0],
      [3, 2, 0],
      [4, 3, 0],
      [4, 3, 1],
    ]);
  });

  test('should refuse when a verdict has no line', async () => {
    await assert.rejects(pair([1, 7], [blockOf(lineOf(1) + lineOf(2))]), { code: 'INPUT_CHANGED' });
  });
});
