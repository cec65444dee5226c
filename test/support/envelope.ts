import { createHash } from 'node:crypto';
import { blockColumns, contentDigest } from '../../src/codec/content.ts';
import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH, type AnnotationColumn } from '../../src/core/annotation.ts';
import type { Envelope, IngestPlan } from '../../src/core/envelope.ts';
import { envelopeId } from '../../src/core/ids.ts';
import type { ApplyUnit } from '../../src/core/ports.ts';
import type { RejectedRecord } from '../../src/core/problem.ts';
import { findCarriers } from '../../src/vcf/carriers.ts';
import { blockOf } from './block.ts';

export interface UnitOptions {
  readonly tenant?: string;
  /** Stands for the file: its digest is made of it. */
  readonly source?: string;
  readonly plan?: Partial<IngestPlan>;
  readonly samples?: readonly string[];
  readonly firstOrdinal?: number;
  readonly firstVariant?: number;
  readonly rejected?: readonly RejectedRecord[];
  /** Typed columns of each line, as an annotator would find them. */
  readonly annotations?: readonly Partial<Record<AnnotationColumn, string>>[];
  readonly offset?: bigint;
  readonly partition?: number;
}

/** An envelope of these lines (columns separated by tabs or, for reading, by spaces), ready to be applied. */
export function unitOf(lines: readonly string[], options: UnitOptions = {}): ApplyUnit {
  const { tenant = 'default', samples = [], firstOrdinal = 0, rejected = [] } = options;
  const digest = digestOf(options.source ?? 'a');
  const text = lines.map((line) => `${line.includes('\t') ? line : line.replaceAll(' ', '\t')}\n`).join('');
  const block = { ...blockOf(text, firstOrdinal), alleles: new Uint16Array(lines.length).fill(1) };
  const lastOrdinal = firstOrdinal + lines.length + rejected.length - 1;
  const columns = ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO'];
  const header = Buffer.from(
    `##fileformat=VCFv4.2\n${[...columns, ...(samples.length > 0 ? ['FORMAT', ...samples] : [])].join('\t')}\n`,
  );
  const packed = blockColumns(block);
  const envelope: Envelope = {
    id: envelopeId(tenant, digest, firstOrdinal, lastOrdinal),
    tenant,
    source: {
      digest,
      kind: 'file',
      name: `${options.source ?? 'a'}.vcf`,
      bytes: 1000,
      plan: { batchSize: 1000, split: 'bcftools', reference: null, ...options.plan },
    },
    firstOrdinal,
    lastOrdinal,
    firstVariant: options.firstVariant ?? firstOrdinal,
    block,
    packed: { encoding: 'plain', bytes: packed, length: packed.length },
    rejected,
    header,
    contentDigest: contentDigest({ header, count: block.count, columns: packed, rejected }),
  };
  return {
    envelope,
    sampleNames: samples,
    annotations: annotationsOf(lines.length, options.annotations ?? []),
    carriers: findCarriers(block, samples.length),
    position: {
      platform: 'embedded',
      topic: 'test',
      partition: options.partition ?? 0,
      offset: options.offset ?? BigInt(firstOrdinal),
    },
  };
}

export function digestOf(source: string): string {
  return createHash('sha256').update(source).digest('hex');
}

function annotationsOf(count: number, rows: NonNullable<UnitOptions['annotations']>): ApplyUnit['annotations'] {
  const ranges = new Int32Array(count * ANNOTATION_WIDTH * 2).fill(-1);
  const overrides = new Map<number, string>();
  rows.forEach((row, index) => {
    ANNOTATION_COLUMNS.forEach(({ name }, column) => {
      const value = row[name];
      if (value !== undefined) overrides.set(index * ANNOTATION_WIDTH + column, value);
    });
  });
  return { ranges, overrides };
}
