import {
  type Data,
  type Field,
  Float32,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  type Schema,
  Struct,
  Table,
  TimestampMillisecond,
} from 'apache-arrow';
import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH, type AnnotationColumn } from '../../core/annotation.ts';
import type { StoredEnvelope } from '../../core/ports.ts';
import type { ProjectedFile } from '../../core/projection.ts';
import {
  BOUNDS_STRIDE,
  bufferOf,
  END_ALT,
  END_CHROM,
  END_FILTER,
  END_ID,
  END_INFO,
  END_POS,
  END_QUAL,
  END_REF,
  LINE_END,
  LINE_START,
} from '../../core/variant-block.ts';
import { NumberColumn, TextColumn } from './columns.ts';
import { vectorType } from './schema.ts';

/** What is derived from an envelope's variants by who knows what they mean. */
export interface Described {
  /** `dimensions` numbers a variant. */
  readonly vectors: Float32Array;
  readonly descriptions: readonly string[];
  readonly topics: readonly (string | null)[];
  readonly conservation: readonly (number | null)[];
}

export interface Describer {
  /** Length of the vector of a variant. */
  readonly dimensions: number;
  describe(stored: StoredEnvelope, file: ProjectedFile): Described;
}

/** An envelope to be written, with its file. */
export interface EnvelopeRows {
  readonly stored: StoredEnvelope;
  readonly file: ProjectedFile;
}

export interface RowOptions {
  readonly schema: Schema;
  readonly describer: Describer;
  readonly batch: bigint;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Ids of a file's variants begin at `file id * 2^32`. */
const FILE_SHIFT = 32n;
const TAB = 9;
const COLON = 58;
/** `GT` at the beginning of FORMAT. */
const GT = [0x47, 0x54];

const place = Object.fromEntries(ANNOTATION_COLUMNS.map(({ name }, i) => [name, i])) as Record<
  AnnotationColumn,
  number
>;

/** The rows of these envelopes as one Arrow table. */
export function arrowRows(envelopes: readonly EnvelopeRows[], options: RowOptions): Table {
  const { schema, describer } = options;
  const rows = envelopes.reduce((sum, { stored }) => sum + stored.block.count, 0);
  const columns = new RowColumns(rows, options);
  for (const { stored, file } of envelopes) columns.add(stored, file, describer.describe(stored, file));
  const children = columns.children(schema.fields);
  const data = makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children });
  return new Table(schema, new RecordBatch(schema, data));
}

/** Gathers rows column by column. */
class RowColumns {
  readonly #texts: Readonly<Record<TextName, TextColumn>>;
  readonly #reals: Readonly<Record<RealName, NumberColumn<Float32Array>>>;
  readonly #integers: Readonly<Record<'file_id' | 'position' | 'stars', NumberColumn<Int32Array>>>;
  readonly #ids: NumberColumn<BigInt64Array>;
  readonly #vectors: Float32Array;
  readonly #dimensions: number;
  readonly #rows: number;
  readonly #options: RowOptions;
  #at = 0;

  constructor(rows: number, options: RowOptions) {
    const { dimensions } = options.describer;
    const each = <Name extends string, Column>(names: readonly Name[], make: () => Column) =>
      Object.fromEntries(names.map((name) => [name, make()])) as Record<Name, Column>;
    this.#texts = each(TEXT_NAMES, () => new TextColumn(rows));
    this.#reals = each(REAL_NAMES, () => new NumberColumn(new Float32(), new Float32Array(rows)));
    this.#integers = each(['file_id', 'position', 'stars'], () => new NumberColumn(new Int32(), new Int32Array(rows)));
    this.#ids = new NumberColumn(new Int64(), new BigInt64Array(rows));
    this.#vectors = new Float32Array(rows * dimensions);
    this.#dimensions = dimensions;
    this.#rows = rows;
    this.#options = options;
  }

  add(stored: StoredEnvelope, file: ProjectedFile, described: Described): void {
    const { block, firstVariant } = stored;
    const first = (BigInt(file.fileId) << FILE_SHIFT) + BigInt(firstVariant);
    const carrier = firstCarriers(stored);
    this.#vectors.set(described.vectors, this.#at * this.#dimensions);
    for (let row = 0; row < block.count; row++) {
      this.#ids.add(first + BigInt(row));
      this.#integers.file_id.add(file.fileId);
      this.#texts.tenant.add(file.tenant);
      this.#texts.variant_topic.add(described.topics[row] ?? null);
      this.#texts.variant_description.add(described.descriptions[row]!);
      this.#texts.analysis_summary.add(null);
      this.#reals.conservation.add(described.conservation[row] ?? null);
      this.#line(stored, row);
      this.#annotations(stored.annotations, row);
      this.#carrier(stored, row, carrier[row]!, file);
    }
    this.#at += block.count;
  }

  children(fields: readonly Field[]): Data[] {
    const { nowMs, batch } = this.#options;
    const all = (value: bigint) => new BigInt64Array(this.#rows).fill(value);
    // Each its own: LanceDB cannot read two columns that share their memory.
    const time = () =>
      makeData({ type: new TimestampMillisecond(), length: this.#rows, nullCount: 0, data: all(BigInt(nowMs)) });
    const list = makeData({
      type: vectorType(this.#dimensions),
      length: this.#rows,
      nullCount: 0,
      child: makeData({ type: new Float32(), length: this.#vectors.length, nullCount: 0, data: this.#vectors }),
    });
    const others: Readonly<Record<string, Data>> = {
      id: this.#ids.data(),
      batch: makeData({ type: new Int64(), length: this.#rows, nullCount: 0, data: all(batch) }),
      variant_vector: list,
      created_at: time(),
      updated_at: time(),
    };
    const columns = { ...this.#texts, ...this.#reals, ...this.#integers } as Readonly<
      Record<string, { data(): Data } | undefined>
    >;
    return fields.map(({ name }) => others[name] ?? columns[name]!.data());
  }

  #line({ block }: StoredEnvelope, row: number): void {
    const { bytes, bounds } = block;
    const base = row * BOUNDS_STRIDE;
    const end = (field: number) => bounds[base + field]!;
    const texts = this.#texts;
    texts.chromosome.addBytes(bytes, end(LINE_START), end(END_CHROM));
    texts.variant_id.addBytes(bytes, end(END_POS) + 1, end(END_ID));
    texts.reference.addBytes(bytes, end(END_ID) + 1, end(END_REF));
    texts.alternate.addBytes(bytes, end(END_REF) + 1, end(END_ALT));
    texts.filter_status.addBytes(bytes, end(END_QUAL) + 1, end(END_FILTER));
    const buffer = bufferOf(block);
    this.#integers.position.add(Number(buffer.toString('latin1', end(END_CHROM) + 1, end(END_POS))));
    const quality = Number(buffer.toString('latin1', end(END_ALT) + 1, end(END_QUAL)));
    this.#reals.quality_score.add(Number.isNaN(quality) ? null : quality);
  }

  #annotations(annotations: StoredEnvelope['annotations'], row: number): void {
    const at = (name: AnnotationColumn) => annotations[row * ANNOTATION_WIDTH + place[name]] ?? null;
    const number = (name: AnnotationColumn) => {
      const value = at(name);
      return value === null ? null : Number(value);
    };
    this.#reals.allele_frequency.add(number('af'));
    for (const name of ['cadd', 'revel', 'spliceai'] as const) this.#reals[name].add(number(name));
    this.#integers.stars.add(number('stars'));
    this.#texts.clinical_significance.add(at('clinsig'));
    this.#texts.gene_symbol.add(at('gene'));
    this.#texts.consequence.add(at('consequence'));
    this.#texts.impact.add(at('impact'));
  }

  /** The first sample that carries it, and its genotype as written. */
  #carrier({ block }: StoredEnvelope, row: number, sample: number, file: ProjectedFile): void {
    const { sample_id: names, genotype } = this.#texts;
    if (sample < 0) {
      names.add(null);
      genotype.add(null);
      return;
    }
    names.add(file.sampleNames[sample] ?? null);
    const { bytes, bounds } = block;
    const lineEnd = bounds[row * BOUNDS_STRIDE + LINE_END]!;
    let start = bounds[row * BOUNDS_STRIDE + END_INFO]! + 1;
    if (bytes[start] !== GT[0] || bytes[start + 1] !== GT[1]) {
      genotype.add(null);
      return;
    }
    // FORMAT, then the samples before it.
    for (let skipped = -1; skipped < sample; skipped++) start = indexOf(bytes, TAB, start, lineEnd) + 1;
    const end = indexOf(bytes, TAB, start, lineEnd);
    genotype.addBytes(bytes, start, indexOf(bytes, COLON, start, end));
  }
}

const TEXT_NAMES = [
  'tenant',
  'variant_topic',
  'variant_id',
  'chromosome',
  'reference',
  'alternate',
  'variant_description',
  'analysis_summary',
  'sample_id',
  'filter_status',
  'genotype',
  'clinical_significance',
  'gene_symbol',
  'consequence',
  'impact',
] as const;
type TextName = (typeof TEXT_NAMES)[number];

const REAL_NAMES = ['quality_score', 'allele_frequency', 'cadd', 'revel', 'spliceai', 'conservation'] as const;
type RealName = (typeof REAL_NAMES)[number];

/** Of each row the first sample that carries it; -1 where nobody does. */
function firstCarriers({ block, carriers }: StoredEnvelope): Int32Array {
  const first = new Int32Array(block.count).fill(-1);
  for (let i = carriers.samples.length - 1; i >= 0; i--) {
    for (let j = carriers.offsets[i]!; j < carriers.offsets[i + 1]!; j++)
      first[carriers.rows[j]!] = carriers.samples[i]!;
  }
  return first;
}

function indexOf(bytes: Uint8Array, byte: number, from: number, to: number): number {
  const at = bytes.indexOf(byte, from);
  return at < 0 || at > to ? to : at;
}
