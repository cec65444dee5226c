import { createHash } from 'node:crypto';
import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH, type AnnotationColumn } from '../../core/annotation.ts';
import { bareChromosome } from '../../core/chromosome.ts';
import type { StoredEnvelope } from '../../core/ports.ts';
import type { ProjectedFile } from '../../core/projection.ts';
import type { TranscriptEffect, TranscriptReading } from '../../core/transcript-effect.ts';
import {
  BOUNDS_STRIDE,
  END_ALT,
  END_CHROM,
  END_FILTER,
  END_ID,
  END_POS,
  END_QUAL,
  END_REF,
  LINE_END,
  LINE_START,
  textsOf,
} from '../../core/variant-block.ts';
import type { GraphSink, GraphValue } from './batch.ts';
import { IDS_PER_FILE } from './schema.ts';

/** A string of the graph is no longer than this: the database takes at most 262,144 bytes. */
const MAX_TEXT = 10_000;
/** Longer alleles stand in a key as their first bases, length and digest. */
const MAX_ALLELE = 400;

const ANNOTATION = Object.fromEntries(ANNOTATION_COLUMNS.map(({ name }, place) => [name, place])) as Record<
  AnnotationColumn,
  number
>;

/** ClinVar's words for "no condition is named". */
const NO_CONDITION = new Set(['not_provided', 'not_specified', '.', '']);

/** The file itself and its samples. Told once for a file that has variants. */
export function projectFile(file: ProjectedFile, sink: GraphSink): void {
  sink.node('File', file.fileId, () => [file.digest, capped(file.name)]);
  for (const name of new Set(file.sampleNames)) {
    const key = capped(name);
    sink.node('Sample', key, () => []);
    sink.relation({ relation: 'SampledIn', from: 'Sample', to: 'File', fromKey: key, toKey: file.fileId, values: [] });
  }
}

/** All that an envelope says, row by row. Gives back the variant key of each row. */
export function projectEnvelope(
  file: ProjectedFile,
  envelope: StoredEnvelope,
  readTranscripts: TranscriptReading,
  sink: GraphSink,
): readonly string[] {
  const rows = new RowReader(envelope, readTranscripts);
  const keys: string[] = [];
  const first = firstRow(file.fileId) + envelope.firstVariant;
  const carriers = carriersByRow(envelope);
  for (let row = 0; row < envelope.block.count; row++) {
    const id = first + row;
    const key = projectVariant(rows, row, { id, fileId: file.fileId }, sink);
    keys.push(key);
    projectEffects(rows, row, { id, key }, sink);
    projectConditions(rows, row, { id, key }, sink);
    const carrying = carriers?.[row];
    if (carrying !== undefined) projectCarriers(rows, row, { id, key, carrying, names: file.sampleNames }, sink);
  }
  return keys;
}

/** Row id of a file's first variant. */
export function firstRow(fileId: number): number {
  return fileId * IDS_PER_FILE;
}

/** Key of a variant, and the parts that its node has. `chromosome` as the file wrote it. */
export function variantParts(
  chromosome: string,
  position: string,
  reference: string,
  alternate: string,
): { readonly key: string; readonly values: readonly GraphValue[] } {
  const bare = bareChromosome(chromosome);
  const name = capped(bare.toUpperCase() === 'M' ? 'MT' : bare);
  const [ref, alt] = [shortAllele(reference), shortAllele(alternate)];
  return { key: `${name}:${position}:${ref}:${alt}`, values: [name, Number(position), ref, alt] };
}

function shortAllele(allele: string): string {
  if (allele.length <= MAX_ALLELE) return allele;
  const digest = createHash('sha256').update(allele).digest('hex').slice(0, 32);
  return `${allele.slice(0, 20)}~${allele.length}~${digest}`;
}

function capped(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}

/** A text as a column holds it: `.` and nothing are null. */
function textOf(text: string | undefined | null): string | null {
  return text === undefined || text === null || text === '' || text === '.' ? null : capped(text);
}

function numberOf(text: string | undefined | null): number | null {
  if (text === undefined || text === null || text === '' || text === '.') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function integerOf(text: string | undefined): number | null {
  const value = numberOf(text);
  return value !== null && Number.isSafeInteger(value) ? value : null;
}

/** Fields of an envelope's rows as text. */
class RowReader {
  readonly #envelope: StoredEnvelope;
  readonly #texts: ReturnType<typeof textsOf>;
  readonly #effects: ReturnType<TranscriptReading>;

  constructor(envelope: StoredEnvelope, readTranscripts: TranscriptReading) {
    this.#envelope = envelope;
    this.#texts = textsOf(envelope.block);
    this.#effects = readTranscripts(envelope.block);
  }

  /** The field that ends at this bound; `LINE_END` after `END_INFO`: FORMAT and samples. */
  field(row: number, end: number): string {
    const { bounds } = this.#envelope.block;
    const base = row * BOUNDS_STRIDE;
    const start = end === END_CHROM ? bounds[base + LINE_START]! : bounds[base + end - 1]! + 1;
    return this.#texts(start, bounds[base + end]!);
  }

  annotation(row: number, column: AnnotationColumn): string | null {
    return this.#envelope.annotations[row * ANNOTATION_WIDTH + ANNOTATION[column]] ?? null;
  }

  /** From the line's transcript annotation, else from what is stored of it. */
  effects(row: number): readonly TranscriptEffect[] {
    return this.#effects[row] ?? this.#storedEffects(row);
  }

  #storedEffects(row: number): readonly TranscriptEffect[] {
    const text = (column: AnnotationColumn): string | undefined => this.annotation(row, column) ?? undefined;
    const gene = text('gene');
    const transcript = text('transcript');
    if (gene === undefined && transcript === undefined) return [];
    const own: TranscriptEffect = {
      gene,
      transcript,
      consequence: text('consequence'),
      impact: text('impact'),
      aminoAcidChange: text('hgvs_p'),
      codonChange: text('hgvs_c'),
    };
    const others = (text('genes') ?? '').split(',').filter((name) => name !== '' && name !== gene);
    return [own, ...others.map((name) => ({ ...NO_EFFECT, gene: name }))];
  }
}

const NO_EFFECT: TranscriptEffect = {
  gene: undefined,
  transcript: undefined,
  consequence: undefined,
  impact: undefined,
  aminoAcidChange: undefined,
  codonChange: undefined,
};

function projectVariant(
  rows: RowReader,
  row: number,
  { id, fileId }: { readonly id: number; readonly fileId: number },
  sink: GraphSink,
): string {
  const [chromosome, position] = [rows.field(row, END_CHROM), rows.field(row, END_POS)];
  const { key, values } = variantParts(chromosome, position, rows.field(row, END_REF), rows.field(row, END_ALT));
  sink.node('Variant', key, () => values);
  sink.relation({
    relation: 'ReportedIn',
    from: 'Variant',
    to: 'File',
    fromKey: key,
    toKey: fileId,
    values: [
      id,
      textOf(rows.field(row, END_ID)),
      numberOf(rows.field(row, END_QUAL)),
      textOf(rows.field(row, END_FILTER)),
      numberOf(rows.annotation(row, 'af')),
      textOf(rows.annotation(row, 'clinsig')),
      numberOf(rows.annotation(row, 'stars')),
    ],
  });
  return key;
}

interface KeyedRow {
  readonly id: number;
  /** Of the variant. */
  readonly key: string;
}

/** One relation for each transcript, and one for each gene: by its first effect. */
function projectEffects(rows: RowReader, row: number, { id, key }: KeyedRow, sink: GraphSink): void {
  const genes = new Set<string>();
  const transcripts = new Set<string>();
  for (const effect of rows.effects(row)) {
    const gene = textOf(effect.gene);
    const transcript = textOf(effect.transcript);
    const said = [
      id,
      textOf(effect.impact),
      textOf(effect.consequence),
      textOf(effect.aminoAcidChange),
      textOf(effect.codonChange),
    ];
    const located = { relation: 'LocatedIn', from: 'Variant', fromKey: key } as const;
    if (gene !== null && !genes.has(gene)) {
      genes.add(gene);
      sink.node('Gene', gene, () => []);
      sink.relation({ ...located, to: 'Gene', toKey: gene, values: [...said, null] });
    }
    if (transcript !== null && !transcripts.has(transcript)) {
      transcripts.add(transcript);
      sink.node('Transcript', transcript, () => []);
      sink.relation({ ...located, to: 'Transcript', toKey: transcript, values: [...said, gene] });
    }
  }
}

function projectConditions(rows: RowReader, row: number, { id, key }: KeyedRow, sink: GraphSink): void {
  const condition = rows.annotation(row, 'condition');
  if (condition === null) return;
  const values = [id, textOf(rows.annotation(row, 'clinsig')), numberOf(rows.annotation(row, 'stars'))];
  for (const written of new Set(condition.split('|'))) {
    if (NO_CONDITION.has(written)) continue;
    const name = capped(written);
    sink.node('Disease', name, () => []);
    sink.relation({ relation: 'AssociatedWith', from: 'Variant', to: 'Disease', fromKey: key, toKey: name, values });
  }
}

/** For each row the samples that carry it, as places in the header; undefined when nobody carries any. */
function carriersByRow({ block, carriers }: StoredEnvelope): (number[] | undefined)[] | undefined {
  if (carriers.samples.length === 0) return undefined;
  const byRow = new Array<number[] | undefined>(block.count);
  carriers.samples.forEach((sample, place) => {
    for (const row of carriers.rows.subarray(carriers.offsets[place], carriers.offsets[place + 1])) {
      byRow[row] ??= [];
      byRow[row].push(sample);
    }
  });
  return byRow;
}

function projectCarriers(
  rows: RowReader,
  row: number,
  { id, key, carrying, names }: KeyedRow & { readonly carrying: readonly number[]; readonly names: readonly string[] },
  sink: GraphSink,
): void {
  const [format = '', ...samples] = rows.field(row, LINE_END).split('\t');
  const keys = format.split(':');
  const [gt, gq, dp, ad] = ['GT', 'GQ', 'DP', 'AD'].map((name) => keys.indexOf(name));
  for (const sample of carrying) {
    const name = names[sample];
    if (name === undefined) continue;
    const values = samples[sample]?.split(':') ?? [];
    sink.relation({
      relation: 'HasVariant',
      from: 'Sample',
      to: 'Variant',
      fromKey: capped(name),
      toKey: key,
      values: [id, textOf(values[gt!]), numberOf(values[gq!]), integerOf(values[dp!]), depthsOf(values[ad!])],
    });
  }
}

/** AD as numbers; null unless all of them are. */
function depthsOf(text: string | undefined): readonly number[] | null {
  const depths = (text ?? '').split(',').map(integerOf);
  return depths.every((depth) => depth !== null) ? depths : null;
}
