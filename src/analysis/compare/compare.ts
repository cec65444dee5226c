import { VcfAgentError } from '../../core/errors.ts';
import type { VariantBlock } from '../../core/variant-block.ts';
import type { Header } from '../../vcf/header/model.ts';
import { type Comparison, type SampleComparison, type SetCounts, type SideFacts, VARIANT_TYPES } from './comparison.ts';
import { ContigOrder } from './contig-order.ts';
import { differ, GenotypeTally } from './genotype-tally.ts';
import { Join, type JoinVisitor, OutOfOrder, type Side } from './join.ts';
import { type Row, RowReader } from './row-reader.ts';

/** One of two sets of variants: a file, or what is stored of one. */
export interface CompareSource {
  readonly name: string;
  readonly header: Pick<Header, 'contigs' | 'samples' | 'text'>;
  /** Of records read so far. */
  readonly rejected: number;
  readonly truncated: boolean;
  /** How far a row may lie before the one above: 0, but for what a reference moves. */
  readonly slackBases: number;
  /** Normalised blocks: one ALT a row. A second call starts over, or throws INPUT_UNREADABLE. */
  blocks(): AsyncIterable<VariantBlock>;
}

/** The sets that a variant can be in; `discordant` ones are in `both` too. */
export type CompareSet = 'onlyA' | 'onlyB' | 'both' | 'discordant';

export interface CompareOptions {
  /** One of each source: then only variants that they carry are counted. Default: samples of one name, or the only ones. */
  readonly samples?: readonly [a: string, b: string] | undefined;
  /** Takes the lines of the variants, of `a` where both have it, as they are found; called anew when reading starts over. */
  readonly sink?: (() => Promise<CompareSink>) | undefined;
  readonly onProgress?: ((variants: number) => void) | undefined;
  /** Most variants without a partner in memory. */
  readonly maxWaiting?: number | undefined;
}

export interface CompareSink {
  write(set: CompareSet, lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
  discard(): Promise<void>;
}

/** About 300 bytes each. */
const MOST_WAITING = 2_000_000;

/**
 * Compares two sets of variants by contig, position and alleles after normalisation, and the genotypes of samples. Sorted
 * sources are read side by side, in memory for a few blocks. Where they are not in one order, both are read again and what
 * has no partner yet is kept, up to `maxWaiting` variants. Throws NOT_FOUND for a sample that is not there, INPUT_UNSORTED
 * beyond that limit.
 */
export async function compareSources(
  a: CompareSource,
  b: CompareSource,
  options: CompareOptions = {},
): Promise<Comparison> {
  const samples = samplesOf(a, b, options.samples);
  try {
    return await compareOnce(a, b, samples, options, true);
  } catch (error) {
    if (!(error instanceof OutOfOrder)) throw error;
  }
  return await compareOnce(a, b, samples, options, false);
}

type SamplePair = readonly [a: number, b: number];

function samplesOf(a: CompareSource, b: CompareSource, wanted: CompareOptions['samples']): readonly SamplePair[] {
  const [inA, inB] = [a.header.samples, b.header.samples];
  if (wanted !== undefined) {
    const find = ({ name, header }: CompareSource, sample: string): number => {
      const column = header.samples.indexOf(sample);
      if (column >= 0) return column;
      throw new VcfAgentError('NOT_FOUND', `${name} has no sample of that name`, { context: { file: name } });
    };
    return [[find(a, wanted[0]), find(b, wanted[1])]];
  }
  const columns = new Map(inB.map((name, column) => [name, column]));
  const same = inA.flatMap((name, column): readonly SamplePair[] => {
    const other = columns.get(name);
    return other === undefined ? [] : [[column, other]];
  });
  return same.length === 0 && inA.length === 1 && inB.length === 1 ? [[0, 0]] : same;
}

async function compareOnce(
  a: CompareSource,
  b: CompareSource,
  samples: readonly SamplePair[],
  options: CompareOptions,
  isSorted: boolean,
): Promise<Comparison> {
  const sink = await options.sink?.();
  try {
    const tally = new Tally(samples.length, sink !== undefined);
    const join = new Join(tally, {
      isSorted,
      slackBases: Math.max(a.slackBases, b.slackBases),
      maxWaiting: options.maxWaiting ?? MOST_WAITING,
    });
    const order = new ContigOrder(a.header, b.header);
    const shared = { order, carriedOnly: options.samples !== undefined, keepLines: sink !== undefined };
    await using sideA = new SideReader(a, { ...shared, columns: samples.map(([column]) => column) });
    await using sideB = new SideReader(b, { ...shared, columns: samples.map(([, column]) => column) });
    const sides = { a: sideA, b: sideB };
    for (let side = join.behind; side !== undefined; side = join.behind) {
      await sides[side].addTo(join, side);
      join.release();
      if (sink !== undefined) await tally.writeTo(sink);
      options.onProgress?.(sideA.variants + sideB.variants);
    }
    await sink?.close();
    return {
      a: sideA.facts,
      b: sideB.facts,
      ...tally.sets(),
      samples: samples.map(([inA, inB], pair) =>
        tally.comparison(pair, a.header.samples[inA]!, b.header.samples[inB]!),
      ),
      reading: isSorted ? 'sorted' : 'memory',
    };
  } catch (error) {
    await sink?.discard();
    throw error;
  }
}

/** One source, a block at a time. */
class SideReader implements AsyncDisposable {
  variants = 0;
  readonly #source: CompareSource;
  readonly #reader: RowReader;
  readonly #blocks: AsyncIterator<VariantBlock>;

  constructor(source: CompareSource, options: Omit<ConstructorParameters<typeof RowReader>[0], 'samples'>) {
    this.#source = source;
    this.#reader = new RowReader({ ...options, samples: source.header.samples.length });
    this.#blocks = source.blocks()[Symbol.asyncIterator]();
  }

  get facts(): SideFacts {
    const { name, rejected, truncated } = this.#source;
    return { name, variants: this.variants, rejected, truncated };
  }

  async addTo(join: Join, side: Side): Promise<void> {
    const { done, value } = await this.#blocks.next();
    if (done) {
      join.end(side);
      return;
    }
    for (const row of this.#reader.rows(value)) join.add(side, row);
    this.variants += value.count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#blocks.return?.();
  }
}

/** Counts what the join tells. */
class Tally implements JoinVisitor {
  readonly #counts = VARIANT_TYPES.map(() => ({ both: 0, onlyA: 0, onlyB: 0 }));
  readonly #pairs: readonly GenotypeTally[];
  readonly #lines: Record<CompareSet, string[]> | undefined;

  constructor(pairs: number, keepsLines: boolean) {
    this.#pairs = Array.from({ length: pairs }, () => new GenotypeTally());
    this.#lines = keepsLines ? noLines() : undefined;
  }

  pair(a: Row, b: Row): void {
    let differs = false;
    for (const [place, tally] of this.#pairs.entries()) {
      tally.add(a.type, a.genotypes[place]!, b.genotypes[place]!);
      differs ||= differ(a.genotypes[place]!, b.genotypes[place]!);
    }
    if (a.present && b.present) {
      this.#counts[a.type]!.both++;
      this.#lines?.both.push(a.line!);
      if (differs) this.#lines?.discordant.push(a.line!);
    } else if (a.present) this.#only('onlyA', a);
    else if (b.present) this.#only('onlyB', b);
  }

  alone(side: Side, row: Row): void {
    for (const [place, tally] of this.#pairs.entries()) {
      if (side === 'a') tally.onlyA(row.type, row.genotypes[place]!);
      else tally.onlyB(row.type, row.genotypes[place]!);
    }
    if (row.present) this.#only(side === 'a' ? 'onlyA' : 'onlyB', row);
  }

  #only(set: 'onlyA' | 'onlyB', { type, line }: Row): void {
    this.#counts[type]![set]++;
    this.#lines?.[set].push(line!);
  }

  async writeTo(sink: CompareSink): Promise<void> {
    for (const [set, lines] of Object.entries(this.#lines ?? {})) {
      if (lines.length > 0) await sink.write(set as CompareSet, lines.splice(0));
    }
  }

  sets(): Pick<Comparison, 'sites' | 'types'> {
    const sum = (field: keyof SetCounts): number => this.#counts.reduce((total, counts) => total + counts[field], 0);
    return {
      sites: { both: sum('both'), onlyA: sum('onlyA'), onlyB: sum('onlyB') },
      types: this.#counts.flatMap((counts, place) =>
        counts.both + counts.onlyA + counts.onlyB > 0 ? [{ type: VARIANT_TYPES[place]!, ...counts }] : [],
      ),
    };
  }

  comparison(place: number, a: string, b: string): SampleComparison {
    return this.#pairs[place]!.finish(a, b);
  }
}

function noLines(): Record<CompareSet, string[]> {
  return { onlyA: [], onlyB: [], both: [], discordant: [] };
}
