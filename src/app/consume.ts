import type { AppliedEnvelope } from '../consume/consumer.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, PlatformConsumer, VariantStore } from '../core/ports.ts';
import type { DeadLetterFolder } from '../delivery/dead-letter.ts';
import type { Route, RouteObserver } from './platforms.ts';
import { StoreMember, type StoreMemberOptions } from './store-member.ts';
import { STORE_GROUP } from './topics.ts';

export interface ConsumePorts {
  readonly route: Route;
  readonly store: VariantStore;
  readonly deadLetters: DeadLetterFolder;
  readonly clock: Clock;
  readonly observer?: RouteObserver | undefined;
}

export interface ConsumeSettings extends Pick<StoreMemberOptions, 'maxInFlightVariants'> {
  readonly topic: string;
}

export interface ConsumeOptions extends Cancellable {
  /** Stop when everything is applied that was in the log at the start, instead of waiting for more. */
  readonly untilDrained: boolean;
  /** It is a member of the group and at work. */
  readonly onJoined?: (() => void) | undefined;
  readonly onProgress?: ((summary: ConsumeSummary) => void) | undefined;
  /** An envelope was refused for good and put aside; work goes on. */
  readonly onRefused?: ((error: VcfAgentError) => void) | undefined;
  /** Something that a person should know of what is kept up to date beside the store: a sentence. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

/** What a worker has done so far. */
export interface ConsumeSummary {
  /** Envelopes that it has brought to the store. */
  readonly applied: number;
  /** Envelopes that were there already. */
  readonly known: number;
  /** Envelopes that the store refused. */
  readonly refused: number;
  readonly variants: number;
  readonly rejected: number;
  readonly elapsedMs: number;
}

/**
 * A worker: applies what comes over the route until `signal` says stop, which is how a worker ends and no error. The store may
 * be away for as long as it likes. Rejects when the store or a platform fails for good.
 */
export async function consume(
  { route, store, deadLetters, clock, observer }: ConsumePorts,
  { topic, maxInFlightVariants }: ConsumeSettings,
  { signal, untilDrained, onJoined, onProgress, onRefused }: ConsumeOptions,
): Promise<ConsumeSummary> {
  const begunMs = clock.monotonicMs();
  let summary: ConsumeSummary = { applied: 0, known: 0, refused: 0, variants: 0, rejected: 0, elapsedMs: 0 };
  const count = (change: Omit<ConsumeSummary, 'elapsedMs'>) => {
    summary = { ...change, elapsedMs: clock.monotonicMs() - begunMs };
    onProgress?.(summary);
  };
  const consumer = await route.consumer(topic, STORE_GROUP);
  await checkAccess(consumer, signal);
  await using member = new StoreMember(
    { consumer, store, deadLetters, clock, drained: 'every platform' },
    {
      maxInFlightVariants,
      retryForMs: Number.POSITIVE_INFINITY,
      onApplied: (envelopes) => {
        count(added(summary, envelopes));
        observer?.onApplied?.(envelopes);
      },
      onBuried: (_id, error) => {
        count({ ...summary, refused: summary.refused + 1 });
        onRefused?.(error);
        observer?.onTrouble?.('store', error);
      },
    },
  );
  onJoined?.();
  await (untilDrained ? member.drained({ signal }) : stopped(member, signal)).catch((error) => {
    if (member.failed.aborted || signal?.aborted !== true) throw error;
  });
  await member.close();
  if (member.failed.aborted) throw member.failed.reason;
  return { ...summary, elapsedMs: clock.monotonicMs() - begunMs };
}

/** What trying again cannot mend, such as a wrong password, is the caller's at once. Servers that are down are waited for. */
async function checkAccess(consumer: PlatformConsumer, signal: AbortSignal | undefined): Promise<void> {
  try {
    await consumer.lag({ signal });
  } catch (error) {
    if (error instanceof VcfAgentError && error.retryable) return;
    await consumer.close();
    throw error;
  }
}

function stopped({ failed }: StoreMember, signal: AbortSignal | undefined): Promise<never> {
  const end = signal ? AbortSignal.any([failed, signal]) : failed;
  return new Promise((_, reject) => {
    if (end.aborted) reject(end.reason);
    end.addEventListener('abort', () => reject(end.reason), { once: true });
  });
}

function added(to: ConsumeSummary, envelopes: readonly AppliedEnvelope[]): Omit<ConsumeSummary, 'elapsedMs'> {
  const applied = envelopes.filter((envelope) => envelope.applied);
  return {
    refused: to.refused,
    applied: to.applied + applied.length,
    known: to.known + envelopes.length - applied.length,
    variants: to.variants + applied.reduce((sum, { variants }) => sum + variants, 0),
    rejected: to.rejected + applied.reduce((sum, { rejected }) => sum + rejected, 0),
  };
}
