import type { EnvelopeHandoff } from '../codec/handoff.ts';
import { type ConsumerOptions, EnvelopeConsumer } from '../consume/consumer.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, PartitionLag, PlatformConsumer, VariantStore } from '../core/ports.ts';
import type { DeadLetterFolder } from '../delivery/dead-letter.ts';

/** At most half of what an ingest has in flight as a rule: while it is written, the other half is read and prepared. */
const BATCH = { maxEnvelopes: 5, maxBytes: 16 * 1024 * 1024 };
const ENOUGH_OF_IN_FLIGHT = 0.4;
const FIRST_LOOK_MS = 10;
const MAX_LOOK_MS = 200;
/** A log of which nothing is applied for so long is waited for no longer. */
const STALLED_MS = 60_000;
/** Platforms of which none can be reached for so long hold nothing that could be waited for, where that is enough. */
const UNREACHABLE_MS = 5_000;
/** Longer than a killed worker keeps its partitions: what nobody applies in that time nobody can read, where that is enough. */
const UNREADABLE_MS = 20_000;

export interface StoreMemberPorts {
  /** Closed with the member. */
  readonly consumer: PlatformConsumer;
  readonly store: VariantStore;
  readonly deadLetters: DeadLetterFolder;
  readonly clock: Clock;
  readonly handoff?: EnvelopeHandoff | undefined;
  /** What has to have been asked before the log may be called drained. */
  readonly drained: 'every platform' | 'reachable platforms';
}

export interface StoreMemberOptions extends Pick<ConsumerOptions, 'retryForMs' | 'onApplied' | 'onBuried'> {
  /** How many variants an ingest here has on their way at most. A transaction does not wait for more than some of them. */
  readonly maxInFlightVariants: number;
}

/** A member of the group that writes to the store, at work from when it is made until it is closed. */
export class StoreMember implements AsyncDisposable {
  readonly #ports: StoreMemberPorts;
  readonly #stop = new AbortController();
  readonly #failed = new AbortController();
  readonly #working: Promise<void>;

  constructor(ports: StoreMemberPorts, { maxInFlightVariants, ...options }: StoreMemberOptions) {
    this.#ports = ports;
    const worker = new EnvelopeConsumer({ ...ports, platform: ports.consumer });
    const batch = { ...BATCH, enoughVariants: maxInFlightVariants * ENOUGH_OF_IN_FLIGHT };
    this.#working = worker
      .run({ ...options, batch, signal: this.#stop.signal })
      .catch((error) => this.#failed.abort(error));
  }

  /** Aborted, with the error, when it cannot go on: the store or the log failed for good. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /**
   * Resolves when everything that was in the log when this was called is applied, by whichever member of the group: a log that
   * is shared is never empty. Rejects as `failed` does, and with PLATFORM_TIMEOUT when nothing is applied any more.
   */
  async drained(options: Cancellable = {}): Promise<void> {
    const { clock } = this.#ports;
    const signal = options.signal ? AbortSignal.any([options.signal, this.failed]) : this.failed;
    let left = await this.#lag(signal);
    let goals = left;
    let idleMs = 0;
    for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 2, MAX_LOOK_MS)) {
      goals = goals.filter((goal) => !left.some((now) => hasPassed(now, goal)));
      if (goals.length === 0) return;
      await clock.sleep(waitMs, { signal }).catch(() => signal.throwIfAborted());
      const before = left;
      left = await this.#lag(signal);
      idleMs = left.every((now) => before.some((then) => isSame(now, then) && now.lag === then.lag))
        ? idleMs + waitMs
        : 0;
      if (this.#ports.drained === 'reachable platforms' && idleMs >= UNREADABLE_MS) return;
      if (idleMs >= STALLED_MS) throw stalled(goals);
    }
  }

  async #lag(signal: AbortSignal): Promise<readonly PartitionLag[]> {
    const { clock, consumer, drained } = this.#ports;
    for (let waitedMs = 0; ; waitedMs += MAX_LOOK_MS) {
      signal.throwIfAborted();
      try {
        return await consumer.lag({ signal });
      } catch (error) {
        signal.throwIfAborted();
        const isStrict = drained === 'every platform';
        const isRetryable = error instanceof VcfAgentError && error.retryable;
        if (!isRetryable || (isStrict && waitedMs >= STALLED_MS)) throw error;
        if (!isStrict && waitedMs >= UNREACHABLE_MS) return [];
        await clock.sleep(MAX_LOOK_MS, { signal }).catch(() => signal.throwIfAborted());
      }
    }
  }

  /** Finishes what it is writing and leaves the group: its partitions go to the others. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#working;
    await this.#ports.consumer.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function isSame(a: PartitionLag, b: PartitionLag): boolean {
  return a.platform === b.platform && a.partition === b.partition;
}

function hasPassed(now: PartitionLag, goal: PartitionLag): boolean {
  return isSame(now, goal) && (now.lag === 0n || now.end - now.lag >= goal.end);
}

function stalled(goals: readonly PartitionLag[]): VcfAgentError {
  const where = [...new Set(goals.map(({ platform }) => platform))].join(' and ');
  const text = `nobody has applied anything of what waits in ${where} for ${STALLED_MS / 1000} s`;
  return new VcfAgentError('PLATFORM_TIMEOUT', text, { retryable: true });
}
