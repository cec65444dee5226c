import { compareWatermarks, type Outbox, type OutboxBatch } from '../core/outbox.ts';
import type { Cancellable, Clock } from '../core/ports.ts';
import type { Projection, Watermark } from '../core/projection.ts';

export interface ProjectorPorts {
  readonly outbox: Outbox;
  readonly projection: Projection;
  readonly clock: Clock;
}

export interface FollowOptions extends Cancellable {
  readonly onProgress?: ((variants: number, ofVariants: number) => void) | undefined;
}

export interface FollowSummary {
  readonly entries: number;
  readonly variants: number;
  /** False: some entries could not be followed, because a transaction as old as theirs would not end. */
  readonly isComplete: boolean;
}

const FIRST_LOOK_MS = 5;
const MAX_LOOK_MS = 200;
/** A transaction that is open for so long on a database with entries beside it is waited for no longer. */
const PATIENCE_MS = 10_000;

/**
 * Brings a projection to where the truth was when this was called, a batch at a time: while one is applied the next is read,
 * so two are in memory. Rejects as the store and the projection do, and with ABORTED; what was applied by then is kept.
 */
export async function follow(
  { outbox, projection, clock }: ProjectorPorts,
  { signal, onProgress }: FollowOptions = {},
): Promise<FollowSummary> {
  let at = await projection.watermark();
  const { last: goal, variants: total } = await outbox.ahead(at, { signal });
  let done = { entries: 0, variants: 0 };
  let waitedMs = 0;
  const read = (after: Watermark | undefined) => outbox.read(after, { maxVariants: projection.batchVariants, signal });
  const isThere = (place: Watermark | undefined) =>
    goal === undefined || (place !== undefined && compareWatermarks(place, goal) >= 0);

  let next: Promise<OutboxBatch> | undefined = isThere(at) ? undefined : read(at);
  while (next !== undefined) {
    const { entries, files, variants, upTo }: OutboxBatch = await next;
    if (upTo === undefined) {
      // The entries that were there may be gone, with their file.
      if ((await outbox.ahead(at, { signal })).entries === 0) break;
      if (waitedMs >= PATIENCE_MS) return { ...done, isComplete: false };
      const waitMs = Math.min(FIRST_LOOK_MS + waitedMs, MAX_LOOK_MS);
      await clock.sleep(waitMs, { signal });
      waitedMs += waitMs;
      next = read(at);
      continue;
    }
    waitedMs = 0;
    next = isThere(upTo) ? undefined : read(upTo);
    // Awaited only when this batch is applied; a failure of either must not leave the other unhandled.
    next?.catch(() => {});
    try {
      await projection.apply(entries, files, upTo, { signal });
    } catch (error) {
      await next?.catch(() => {});
      throw error;
    }
    at = upTo;
    done = { entries: done.entries + entries.length, variants: done.variants + variants };
    onProgress?.(done.variants, Math.max(total, done.variants));
  }
  if (done.entries > 0) await projection.settle?.({ signal });
  return { ...done, isComplete: true };
}
