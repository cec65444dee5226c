import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type CompareOptions,
  type CompareSink,
  type CompareSource,
  compareSources,
} from '../../../src/analysis/compare/compare.ts';
import { parseHeader } from '../../../src/vcf/header/parse.ts';
import { blockOf } from '../../support/block.ts';

interface Given {
  readonly contigs?: readonly string[];
  readonly samples?: readonly string[];
  readonly blockRows?: number;
}

/** Lines as `1 100 A G 0/1 1/1`, in blocks of so many rows. */
function source(
  name: string,
  lines: readonly string[],
  { contigs = [], samples = [], blockRows = 3 }: Given = {},
): CompareSource {
  const columns = [
    '#CHROM',
    'POS',
    'ID',
    'REF',
    'ALT',
    'QUAL',
    'FILTER',
    'INFO',
    ...(samples.length > 0 ? ['FORMAT', ...samples] : []),
  ];
  const head = ['##fileformat=VCFv4.2', ...contigs.map((id) => `##contig=<ID=${id}>`), columns.join('\t')];
  const { header } = parseHeader(Buffer.from(`${head.join('\n')}\n`));
  const text = lines.map((line) => {
    const [chrom, pos, ref, alt, ...genotypes] = line.split(' ');
    const format = genotypes.length > 0 ? ['GT', ...genotypes] : [];
    return [chrom, pos, '.', ref, alt, '.', '.', '.', ...format].join('\t');
  });
  return {
    name,
    header,
    rejected: 0,
    truncated: false,
    slackBases: 0,
    async *blocks() {
      for (let at = 0; at < text.length; at += blockRows) yield blockOf(text.slice(at, at + blockRows).join('\n'));
    },
  };
}

async function sites(a: readonly string[], b: readonly string[], given: Given = {}, options: CompareOptions = {}) {
  const found = await compareSources(source('a', a, given), source('b', b, given), options);
  return [found.sites.both, found.sites.onlyA, found.sites.onlyB, found.reading];
}

describe('two sets of variants', () => {
  test('should be compared by contig without chr, position and alleles, whatever the case of bases', async () => {
    const a = ['1 10 A G', 'chr1 11 a g', '1 12 A <DEL>', '1 13 A G', '1 14 A AT'];
    const b = ['chr1 10 A G', '1 11 A G', '1 12 A <del>', '1 13 A T', '1 15 A AT'];
    assert.deepEqual(await sites(a, b), [2, 3, 3, 'sorted']);
  });

  test('should be counted by type', async () => {
    const all = [
      '1 1 A G',
      '1 2 A AT',
      '1 3 AT A',
      '1 4 AT GC',
      '1 5 ATT GC',
      '1 6 A <DEL>',
      '1 7 A A[2:9[',
      '1 8 A *',
      '1 9 A .',
    ];
    const { types } = await compareSources(source('a', all), source('b', []));
    assert.deepEqual(
      types.map(({ type, onlyA }) => `${type} ${onlyA}`),
      ['SNV 1', 'insertion 1', 'deletion 1', 'MNV 1', 'complex 1', 'SV 1', 'breakend 1', 'overlap 1', 'none 1'],
    );
  });

  test('should be paired one by one when one stands there twice', async () => {
    assert.deepEqual(await sites(['1 1 A G', '1 1 A G'], ['1 1 A G']), [1, 1, 0, 'sorted']);
  });

  test('should follow the contigs of the headers, or else the usual order', async () => {
    const a = ['2 1 A G', '10 1 A G', 'X 1 A G'];
    assert.deepEqual(await sites(a, a), [3, 0, 0, 'sorted']);
    const lexical = ['10 1 A G', '2 1 A G'];
    assert.deepEqual(await sites(lexical, lexical, { contigs: ['chr10', '2'], blockRows: 1 }), [2, 0, 0, 'sorted']);
    assert.deepEqual(await sites(lexical, lexical, { blockRows: 1 }), [2, 0, 0, 'memory']);
    const [x, y] = [
      source('a', ['1 1 A G', 'odd 1 A G'], { contigs: ['1', 'odd'] }),
      source('b', ['1 1 A G'], { contigs: ['1'] }),
    ];
    assert.equal((await compareSources(x, y)).reading, 'sorted');
  });

  test('should be refused when unsorted ones would need too much memory, with what to do', async () => {
    const many = Array.from({ length: 50 }, (_, at) => `1 ${100 - at} A G`);
    const options = { maxWaiting: 20 };
    await assert.rejects(sites(many, many.toReversed(), {}, options), {
      code: 'INPUT_UNSORTED',
      message: /bcftools sort/,
    });
    // Sorted ones of any length need no more than what lies between the two places of reading.
    const sorted = Array.from({ length: 5000 }, (_, at) => `1 ${at + 1} A G`);
    const sparse = sorted.filter((_, at) => at % 100 === 0);
    assert.deepEqual(await sites(sorted, sparse, {}, options), [50, 4950, 0, 'sorted']);
    assert.deepEqual(await sites(sparse, sorted, {}, options), [50, 0, 4950, 'sorted']);
  });

  test('should give their lines to a sink, anew when reading starts over', async () => {
    const made: Record<string, string[]>[] = [];
    let discarded = 0;
    const sink = async (): Promise<CompareSink> => {
      const sets: Record<string, string[]> = {};
      made.push(sets);
      return {
        async write(set, lines) {
          sets[set] = [...(sets[set] ?? []), ...lines.map((line) => line.split('\t')[1]!)];
        },
        async close() {},
        async discard() {
          discarded++;
        },
      };
    };
    const samples = ['s'];
    const a = ['1 5 A G 0/1', '1 6 A G 0/1', '1 1 A G 0/1', '1 7 A G 0/1'];
    const b = ['1 1 A G 1/1', '1 6 A G 1|0', '1 8 A G 0/1'];
    await compareSources(source('a', a, { samples, blockRows: 1 }), source('b', b, { samples, blockRows: 1 }), {
      sink,
    });
    assert.deepEqual(made.at(-1), { both: ['6', '1'], discordant: ['1'], onlyA: ['5', '7'], onlyB: ['8'] });
    assert.deepEqual([made.length, discarded], [2, 1]);
  });
});

describe('genotypes of two sets', () => {
  const one = async (a: string, b: string) => {
    const samples = ['s'];
    const { samples: found } = await compareSources(
      source('a', [`1 1 A G ${a}`], { samples }),
      source('b', [`1 1 A G ${b}`], { samples }),
    );
    const { concordant, discordant, onlyA, onlyB, neither, missing } = found[0]!;
    return Object.entries({ concordant, discordant, onlyA, onlyB, neither, missing })
      .filter(([, count]) => count > 0)
      .map(([name]) => name)
      .join();
  };

  test('should be alike whatever their phase and ploidy, and different by zygosity', async () => {
    const cases = [
      ['0/1', '1|0', 'concordant'],
      ['1/1', '1|1', 'concordant'],
      ['1/1', '1', 'concordant'],
      ['0/1', '1/1', 'discordant'],
      ['0/1', '0/0', 'onlyA'],
      ['0', '1/1', 'onlyB'],
      ['0/0', '0|0', 'neither'],
      ['./.', '0/1', 'missing'],
      ['0/1', './1', 'missing'],
    ] as const;
    for (const [a, b, expected] of cases) assert.equal(await one(a, b), expected, `${a} ${b}`);
  });

  test('should count what one source lacks as not carried there', async () => {
    const samples = ['s'];
    const { samples: found } = await compareSources(
      source('a', ['1 1 A G 0/1', '1 2 A G 0/0', '1 3 A G ./.'], { samples }),
      source('b', ['1 4 A G 1/1'], { samples }),
    );
    const { onlyA, onlyB, neither, missing, concordance, genotypes } = found[0]!;
    assert.deepEqual([onlyA, onlyB, neither, missing, concordance], [1, 1, 1, 1, 0]);
    assert.equal(genotypes.heterozygous.absent, 1);
    assert.equal(genotypes.absent.homozygous, 1);
  });

  test('should be of samples of one name, of the only ones, or of those chosen', async () => {
    const a = source('a', ['1 1 A G 0/1 1/1'], { samples: ['x', 'y'] });
    const b = source('b', ['1 1 A G 0/1 0/0'], { samples: ['y', 'z'] });
    const names = async (options?: CompareOptions) =>
      (await compareSources(a, b, options)).samples.map((pair) => [pair.a, pair.b]);
    assert.deepEqual(await names(), [['y', 'y']]);
    assert.deepEqual(await names({ samples: ['x', 'z'] }), [['x', 'z']]);
    await assert.rejects(names({ samples: ['x', 'x'] }), { code: 'NOT_FOUND' });
    const [p, q] = [source('a', ['1 1 A G 0/1'], { samples: ['p'] }), source('b', ['1 1 A G 0/1'], { samples: ['q'] })];
    assert.deepEqual(
      (await compareSources(p, q)).samples.map((pair) => [pair.a, pair.b]),
      [['p', 'q']],
    );
  });

  test('should count only what a chosen sample carries as its variants', async () => {
    const lines = ['1 1 A G 0/1 0/1', '1 2 A G 0/1 0/0', '1 3 A G 0/0 1/1', '1 4 A G 0/0 0/0', '1 5 A G ./. 0/1'];
    const trio = source('a', lines, { samples: ['x', 'y'] });
    const { sites: found, samples } = await compareSources(trio, trio, { samples: ['x', 'y'] });
    assert.deepEqual(found, { both: 1, onlyA: 1, onlyB: 2 });
    const { concordant, onlyA, onlyB, neither, missing } = samples[0]!;
    assert.deepEqual([concordant, onlyA, onlyB, neither, missing], [1, 1, 1, 1, 1]);
  });
});

describe('any two sets', () => {
  const line = fc
    .tuple(
      fc.constantFrom('1', '2', '10', 'X', 'odd'),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom('G', 'T'),
      fc.constantFrom('0/1', '0/0', './.'),
    )
    .map(([chrom, pos, alt, genotype]) => `${chrom} ${pos} A ${alt} ${genotype}`);
  const lines = fc.array(line, { maxLength: 25 });
  const order = ['1', '2', '10', 'X', 'odd'];
  const place = (text: string): readonly number[] => [order.indexOf(text.split(' ')[0]!), Number(text.split(' ')[1])];
  const sort = (all: readonly string[]): string[] =>
    all.toSorted((x, y) => place(x)[0]! - place(y)[0]! || place(x)[1]! - place(y)[1]!);
  const key = (text: string): string => text.split(' ').slice(0, 4).join(' ');

  /** By counting how often each key stands in each. */
  function slowly(a: readonly string[], b: readonly string[]): readonly [number, number, number] {
    const times = (all: readonly string[], wanted: string): number => all.filter((text) => key(text) === wanted).length;
    let [both, onlyA, onlyB] = [0, 0, 0];
    for (const wanted of new Set([...a, ...b].map(key))) {
      const [inA, inB] = [times(a, wanted), times(b, wanted)];
      both += Math.min(inA, inB);
      onlyA += Math.max(0, inA - inB);
      onlyB += Math.max(0, inB - inA);
    }
    return [both, onlyA, onlyB];
  }

  const check = (
    count: (a: readonly string[], b: readonly string[], given: Given, options: CompareOptions) => Promise<unknown[]>,
  ) =>
    fc.assert(
      fc.asyncProperty(
        lines,
        lines,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (a, b, sorted, blockRows, chosen) => {
          const [x, y] = sorted ? [sort(a), sort(b)] : [a, b];
          const given = { samples: ['s'], contigs: order, blockRows };
          const found = await count(x, y, given, chosen ? { samples: ['s', 's'] } : {});
          const carried = (all: readonly string[]): readonly string[] =>
            chosen ? all.filter((text) => text.endsWith('0/1')) : all;
          assert.deepEqual(found.slice(0, 3), slowly(carried(x), carried(y)));
          if (sorted) assert.equal(found[3], 'sorted');
        },
      ),
      { numRuns: 600 },
    );

  test('should have in common what counting finds, in any order, in blocks of any size', () => check(sites));

  test('should be told apart from a wrong comparison: that harness catches planted bugs', async () => {
    await assert.rejects(check((a, b, given, options) => sites([...new Set(a)], b, given, options)));
    await assert.rejects(check((a, b, given) => sites(a, b, given)));
    await assert.rejects(check((a, b, given, options) => sites(a, b.slice(0, 5), given, options)));
  });
});
