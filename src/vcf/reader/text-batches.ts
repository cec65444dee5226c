import type { Problem } from '../../core/problem.ts';
import { BatchBuilder, type BatchLimits } from './batch-builder.ts';
import type { RecordBatch, ResumePoint } from './record-batch.ts';
import { releaseMemory } from './release-memory.ts';
import type { TextCursor } from './text-cursor.ts';

/** Room for a batch slightly larger than the one before. */
const HEADROOM = 1.125;

/** Cuts the text from the cursor on into batches of lines. */
export async function* textBatches(
  cursor: TextCursor,
  start: ResumePoint,
  limits: BatchLimits,
): AsyncGenerator<RecordBatch> {
  let next = start;
  let expectedBytes = 0;
  for (let more = true; more; ) {
    const builder = new BatchBuilder(next, limits, expectedBytes);
    while (!builder.full && (await cursor.advance())) cursor.index += builder.feed(cursor.bytes, cursor.index);
    // Looking ahead, so that the last batch knows that it is the last.
    more = await cursor.advance();
    if (!more) builder.finish(cursor.damage !== undefined);
    expectedBytes = Math.ceil(builder.length * HEADROOM) + 2 ** 16;
    const batch = finishBatch(builder, cursor, more ? 'more' : cursor.damage);
    next = batch.resume;
    yield batch;
  }
}

/** Makes the batch of what the builder holds. `end`: 'more' follows, or the end has come, with damage or without. */
export function finishBatch(builder: BatchBuilder, cursor: TextCursor, end: 'more' | Problem | undefined): RecordBatch {
  const { block, lines } = builder.build();
  const batch = {
    block,
    lines,
    firstOrdinal: builder.firstOrdinal,
    nextOrdinal: builder.ordinal,
    rejected: builder.rejected,
    warnings: builder.warnings,
    resume: { offset: cursor.position(), ordinal: builder.ordinal, line: builder.line },
    release: () => releaseMemory(block.bytes),
  };
  if (end === 'more') return batch;
  if (end === undefined) return { ...batch, ended: 'eof' };
  return { ...batch, ended: 'truncated', truncation: { ...end, line: builder.line } };
}
