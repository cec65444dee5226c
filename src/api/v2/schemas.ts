import { Type } from 'typebox';
import { ANNOTATION_COLUMNS } from '../../core/annotation.ts';
import { JOB_KINDS, JOB_STATUSES } from '../../core/jobs.ts';
import { Exactly, Nullable } from '../schema.ts';

const Time = Type.String({ format: 'date-time' });
const Facts = Type.Record(Type.String(), Type.Unknown());
const oneOf = <T extends readonly string[]>(names: T) => Type.Enum([...names] as unknown as T);

export const FileId = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 });
export const FileParams = Exactly({ fileId: FileId });
export const Limit = (most: number, usual: number) => Type.Integer({ minimum: 1, maximum: most, default: usual });
export const Uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

const Plan = Type.Object({
  batchSize: Type.Integer(),
  split: oneOf(['bcftools', 'vt', 'none']),
  reference: Nullable(Type.String()),
});

export const File = Type.Object(
  {
    fileId: Type.Integer(),
    name: Type.String(),
    digest: Type.String({ description: 'Names the source' }),
    contentDigest: Nullable(Type.String({ description: 'SHA-256 of its text, once it is complete' })),
    bytes: Type.Integer({ description: 'Decompressed; 0 for a stream' }),
    status: oneOf(['ingesting', 'complete']),
    plan: Plan,
    samples: Type.Integer(),
    variants: Type.Integer(),
    rejected: Type.Integer(),
    createdAt: Time,
  },
  { description: 'A stored file, or a stream of single variants' },
);

export const Receipt = Type.Object(
  {
    tenant: Type.String(),
    sourceDigest: Type.String(),
    contentDigest: Type.String(),
    sourceName: Type.String(),
    fileId: Type.Integer(),
    records: Type.Integer(),
    input: Type.Integer({ description: 'Variants and rejected records: stored + duplicates + rejected' }),
    stored: Type.Integer(),
    duplicates: Type.Integer(),
    rejected: Type.Integer(),
    inputDigest: Type.String(),
    storeDigest: Type.String({ description: 'Equal to inputDigest' }),
    warnings: Type.Record(Type.String(), Type.Integer()),
    truncated: Type.Boolean(),
    startedAt: Time,
    finishedAt: Time,
  },
  { description: 'The proof for one source: nothing lost, nothing doubled' },
);

export const Job = Type.Object(
  {
    id: Type.String(),
    kind: oneOf(JOB_KINDS),
    status: oneOf(JOB_STATUSES),
    subject: Facts,
    progress: Nullable(Facts),
    result: Nullable(Type.Record(Type.String(), Type.Unknown(), { description: 'Of an ingest: `receipt`' })),
    error: Nullable(Type.Object({ code: Type.String(), message: Type.String(), retryable: Type.Boolean() })),
    requestId: Type.String(),
    attempts: Type.Integer(),
    createdAt: Time,
    startedAt: Nullable(Time),
    finishedAt: Nullable(Time),
  },
  { description: 'Work that takes longer than a request: ask again until `finishedAt` is set' },
);

const TYPED = Object.fromEntries(
  ANNOTATION_COLUMNS.map(({ name, type }) => {
    if (type === 'text[]') return [name, Nullable(Type.Array(Type.String()))];
    if (type === 'text') return [name, Nullable(Type.String())];
    return [name, Nullable(type === 'real' ? Type.Number() : Type.Integer())];
  }),
);

const VARIANT = {
  rowId: Type.String({ description: 'Of the row; a 64-bit number' }),
  key: Type.String({ description: 'chr:pos:ref:alt' }),
  file: Type.Integer(),
  record: Type.Integer({ description: 'Data line of its file, from 1' }),
  allele: Type.Integer(),
  chrom: Type.String(),
  pos: Type.Integer(),
  id: Nullable(Type.Array(Type.String())),
  ref: Type.String(),
  alt: Nullable(Type.String()),
  qual: Nullable(Type.Number()),
  filter: Nullable(Type.Array(Type.String())),
  ...TYPED,
  info: Type.Record(Type.String(), Type.Unknown(), { description: 'Typed as the header of its file says' }),
};

export const Variant = Type.Object(VARIANT, { description: 'A stored variant' });

export const WholeVariant = Type.Object(
  {
    ...VARIANT,
    fileName: Type.String(),
    carriers: Type.Array(Type.Object({ sample: Type.String(), genotype: Type.String() })),
    genotypes: Type.Record(Type.String(), Type.Record(Type.String(), Type.String())),
  },
  { description: 'A stored variant with everything that is known of it' },
);

/** A page, and where the next one begins. */
export const PageOf = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({ items: Type.Array(item), next: Nullable(Type.String({ description: 'Null on the last page' })) });
