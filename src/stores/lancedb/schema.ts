import { Field, FixedSizeList, Float32, Int32, Int64, Schema, TimestampMillisecond, Utf8 } from 'apache-arrow';

export const VARIANTS_TABLE = 'vcf_variants';
/** One row: the watermark, and the number of the last batch that it covers. */
export const WATERMARK_TABLE = 'vcf_watermark';
/** Text embeddings; one table a model, whose name follows. */
export const TEXTS_TABLE = 'vcf_texts_';

const text = (name: string, nullable = true) => new Field(name, new Utf8(), nullable);
const real = (name: string) => new Field(name, new Float32(), true);

export function vectorType(dimensions: number): FixedSizeList<Float32> {
  return new FixedSizeList(dimensions, new Field('item', new Float32(), true));
}

/**
 * Columns of `vcf_variants`. The first five are ours: `id` is that of the row in PostgreSQL, `batch` counts the batches that
 * were written, so that what a killed run wrote beyond its watermark is known. `variant_topic` is the text that
 * `vcf_texts_…` has an embedding of.
 */
export function variantsSchema(dimensions: number): Schema {
  return new Schema([
    new Field('id', new Int64(), false),
    text('tenant', false),
    new Field('file_id', new Int32(), false),
    new Field('batch', new Int64(), false),
    text('variant_topic'),
    text('variant_id', false),
    text('chromosome', false),
    new Field('position', new Int32(), false),
    text('reference', false),
    text('alternate', false),
    text('variant_description', false),
    new Field('variant_vector', vectorType(dimensions), false),
    text('analysis_summary'),
    text('sample_id'),
    real('quality_score'),
    text('filter_status', false),
    text('genotype'),
    real('allele_frequency'),
    text('clinical_significance'),
    text('gene_symbol'),
    text('consequence'),
    text('impact'),
    new Field('stars', new Int32(), true),
    real('cadd'),
    real('revel'),
    real('spliceai'),
    real('conservation'),
    new Field('created_at', new TimestampMillisecond(), false),
    new Field('updated_at', new TimestampMillisecond(), false),
  ]);
}

export function textsSchema(dimensions: number): Schema {
  return new Schema([
    text('tenant', false),
    new Field('file_id', new Int32(), false),
    text('topic', false),
    new Field('vector', vectorType(dimensions), false),
  ]);
}

/** Not about what is stored: when, and in which batch. */
export const NOT_CONTENT: ReadonlySet<string> = new Set(['batch', 'created_at', 'updated_at']);
