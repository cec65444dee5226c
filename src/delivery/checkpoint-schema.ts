import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

const Plan = Type.Object({
  batchSize: Type.Integer({ minimum: 1 }),
  split: Type.Union([Type.Literal('bcftools'), Type.Literal('vt'), Type.Literal('none')]),
  reference: Type.Union([Type.String(), Type.Null()]),
});

/** What the producer of a source must remember over a kill. Everything up to `resume` is acknowledged by the log. */
export const CheckpointSchema = Type.Object({
  version: Type.Literal(2),
  tenant: Type.String(),
  sourceDigest: Type.String(),
  plan: Plan,
  /** Which file was read, as it lay on disk: `resume` is a position in no other. */
  fileStamp: Type.String(),
  /** Variants of this source that were in the store before the job began. */
  storedBefore: Type.Integer({ minimum: 0 }),
  startedAt: Type.String(),
  resume: Type.Object({ offset: Type.String(), ordinal: Type.Integer(), line: Type.Integer() }),
  totals: Type.Object({
    records: Type.Integer({ minimum: 0 }),
    variants: Type.Integer({ minimum: 0 }),
    rejected: Type.Integer({ minimum: 0 }),
    digest: Type.String(),
    warnings: Type.Record(Type.String(), Type.Integer()),
  }),
});

export function isCheckpoint(value: unknown): value is Static<typeof CheckpointSchema> {
  return Value.Check(CheckpointSchema, value);
}
