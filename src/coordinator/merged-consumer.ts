import { VcfAgentError } from '../core/errors.ts';
import type {
  Cancellable,
  Clock,
  IncomingMessage,
  LogPosition,
  PartitionLag,
  Platform,
  PlatformConsumer,
  PlatformName,
  PollOptions,
} from '../core/ports.ts';
import { ConsumerSource } from './consumer-source.ts';

export interface MergedConsumerOptions {
  /** Whose lag is told: that of every platform (default), which is an error while one cannot be reached, or of those that can. */
  readonly drained?: 'every platform' | 'reachable platforms';
  /** A platform cannot be read, or a commit did not reach it. It is tried again; nothing is lost by it. */
  readonly onTrouble?: ((platform: PlatformName, error: unknown) => void) | undefined;
}

interface MergedConsumerPorts extends MergedConsumerOptions {
  readonly topic: string;
  readonly group: string;
  readonly clock: Clock;
  readonly onClosed?: () => void;
}

/** How long a platform may take to tell its lag before it counts as one that cannot be reached. */
const ANSWER_WITHIN_MS = 5_000;
const OVER = Symbol('over');

/**
 * One consumer over several platforms: whatever was carried over any of them is read, wherever routing sends things now. A
 * platform that is down or hangs does not hold up the others. The order within a partition of a platform is kept.
 */
export class MergedConsumer implements PlatformConsumer {
  readonly #sources: readonly ConsumerSource[];
  readonly #ports: MergedConsumerPorts;
  /** Where the next look begins, so that a busy platform does not starve the other. */
  #turn = 0;
  /** Ends the wait of the poll under way. */
  #wake: () => void = () => {};

  constructor(platforms: readonly Pick<Platform, 'name' | 'consumer'>[], ports: MergedConsumerPorts) {
    this.#ports = ports;
    this.#sources = platforms.map(
      (platform) =>
        new ConsumerSource(platform, {
          ...ports,
          onTrouble: (error) => ports.onTrouble?.(platform.name, error),
          onNews: () => this.#wake(),
        }),
    );
  }

  /** Platforms that could not be read when they were last asked. */
  get unreachable(): readonly PlatformName[] {
    return this.#sources.filter(({ trouble }) => trouble !== undefined).map(({ name }) => name);
  }

  async poll(options: PollOptions): Promise<readonly IncomingMessage[]> {
    const { clock } = this.#ports;
    const { signal } = options;
    const deadline = clock.monotonicMs() + options.waitMs;
    for (;;) {
      signal?.throwIfAborted();
      for (const source of this.#sources) source.ask(options);
      const messages = this.#take();
      if (messages !== undefined) return messages;
      const leftMs = deadline - clock.monotonicMs();
      if (leftMs <= 0) return [];
      await this.#anyNews(leftMs, signal);
    }
  }

  async commit(positions: readonly LogPosition[]): Promise<void> {
    await Promise.all(
      this.#sources.map(async (source) => {
        const own = positions.filter(({ platform }) => platform === source.name);
        if (own.length > 0) await source.commit(own);
      }),
    );
  }

  /**
   * Of every platform; with `drained: 'reachable platforms'` of those that answer within 5 s. Rejects when one does not that
   * has to, or none does.
   */
  async lag(options: Cancellable = {}): Promise<readonly PartitionLag[]> {
    if (this.#ports.drained !== 'reachable platforms') {
      return (await Promise.all(this.#sources.map((source) => source.lag(options)))).flat();
    }
    const answers = await Promise.allSettled(this.#sources.map((source) => this.#lagInTime(source, options)));
    options.signal?.throwIfAborted();
    const lags = answers.filter((answer) => answer.status === 'fulfilled');
    if (lags.length === 0) throw (answers[0] as PromiseRejectedResult).reason;
    return lags.flatMap(({ value }) => value);
  }

  async #lagInTime(source: ConsumerSource, { signal }: Cancellable): Promise<readonly PartitionLag[]> {
    if (source.trouble !== undefined) throw source.trouble;
    const over = new AbortController();
    const pause = this.#ports.clock.sleep(ANSWER_WITHIN_MS, { signal: over.signal }).then(() => {
      throw silent(source.name);
    });
    try {
      return await Promise.race([source.lag({ signal }), pause]);
    } finally {
      over.abort(OVER);
      pause.catch(() => undefined);
    }
  }

  /** Of one platform; none while it is not being read. */
  async lagOf(name: PlatformName, options: Cancellable = {}): Promise<readonly PartitionLag[]> {
    const source = this.#sources.find((candidate) => candidate.name === name);
    return source?.isOpen === true ? await source.lag(options) : [];
  }

  async close(): Promise<void> {
    this.#ports.onClosed?.();
    await Promise.all(this.#sources.map((source) => source.close()));
  }

  #take(): readonly IncomingMessage[] | undefined {
    for (let count = 0; count < this.#sources.length; count++) {
      this.#turn = (this.#turn + 1) % this.#sources.length;
      const messages = this.#sources[this.#turn]!.take();
      if (messages !== undefined) return messages;
    }
    return undefined;
  }

  /** Until a platform has news, the time is over, or the caller says stop. */
  async #anyNews(withinMs: number, signal: AbortSignal | undefined): Promise<void> {
    const over = new AbortController();
    const { promise: news, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    signal?.addEventListener('abort', resolve as () => void, { once: true });
    const pause = this.#ports.clock.sleep(withinMs, { signal: over.signal }).catch(() => undefined);
    await Promise.race([pause, news]);
    signal?.removeEventListener('abort', resolve as () => void);
    over.abort(OVER);
  }
}

function silent(name: PlatformName): VcfAgentError {
  return new VcfAgentError('PLATFORM_TIMEOUT', `${name} does not say whether it has more`, { retryable: true });
}
