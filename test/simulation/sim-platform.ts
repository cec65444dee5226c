import { VcfAgentError } from '../../src/core/errors.ts';
import type {
  Cancellable,
  IncomingMessage,
  LogPosition,
  OutgoingMessage,
  PartitionLag,
  Platform,
  PlatformConsumer,
  PlatformName,
  PlatformProbe,
  PlatformProducer,
  PollOptions,
  TopicAdmin,
} from '../../src/core/ports.ts';
import type { FakeClock } from './fake-clock.ts';

/**
 * `hung`: takes everything and answers nothing until it wakes, then does what it was asked (a stopped process). `ack lost`:
 * does it, and the answer is lost. `down`: refuses; what it was doing is done or not. `refusing`: answers, with an error.
 */
export type Mode = 'well' | 'slow' | 'hung' | 'ack lost' | 'down' | 'refusing';

export interface SimPlatformOptions {
  readonly name: PlatformName;
  readonly clock: FakeClock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The adapter's own time for a request; left out: it waits for ever. */
  readonly requestTimeoutMs?: number | undefined;
}

const WELL_MS = 20;
const SLOW_MS = 2_000;
const OVER = Symbol('over');

const unavailable = () => new VcfAgentError('PLATFORM_UNAVAILABLE', 'connection refused', { retryable: true });

/** A platform of one partition under a fake clock, whose faults are set from outside. What is in its log is durable. */
export class SimPlatform implements Platform {
  readonly name: PlatformName;
  readonly log: { readonly id: string; readonly body: Uint8Array }[] = [];
  readonly ids = new Set<string>();
  sends = 0;
  readonly #options: SimPlatformOptions;
  readonly #committed = new Map<string, number>();
  #mode: Mode = 'well';
  #waiters: (() => void)[] = [];
  /** Grows with every crash: what was under way before is cut off. */
  #life = 0;

  constructor(options: SimPlatformOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get mode(): Mode {
    return this.#mode;
  }

  set mode(mode: Mode) {
    if (mode === 'down') this.#life += 1;
    this.#mode = mode;
    this.#wakeAll();
  }

  get topics(): TopicAdmin {
    throw new VcfAgentError('NOT_FOUND', 'a simulated platform has one topic');
  }

  async producer(): Promise<PlatformProducer> {
    if (this.#mode === 'down') throw unavailable();
    return { send: (messages) => this.#send(messages), close: async () => undefined };
  }

  async probe(): Promise<PlatformProbe> {
    await this.#answerTime();
    if (this.#mode === 'down') throw unavailable();
    return { latencyMs: 1, brokers: 1, underReplicatedPartitions: 0, version: 'simulated' };
  }

  async lag(_topic: string, group: string): Promise<readonly PartitionLag[]> {
    if (this.#mode === 'down') throw unavailable();
    const end = BigInt(this.log.length);
    return [{ platform: this.name, partition: 0, lag: end - BigInt(this.#committed.get(group) ?? 0), end }];
  }

  async consumer(_topic: string, group: string): Promise<PlatformConsumer> {
    if (this.#mode === 'down') throw unavailable();
    let next = this.#committed.get(group) ?? 0;
    return {
      poll: async (options) => {
        const messages = await this.#read(next, options);
        next += messages.length;
        return messages;
      },
      commit: async (positions: readonly LogPosition[]) => {
        if (this.#mode === 'down') throw unavailable();
        const passed = Math.max(...positions.map(({ offset }) => Number(offset) + 1));
        this.#committed.set(group, Math.max(passed, this.#committed.get(group) ?? 0));
      },
      lag: () => this.lag('', group),
      close: async () => undefined,
    };
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  async #send(messages: readonly OutgoingMessage[]): Promise<void> {
    this.sends += 1;
    const work = this.#append(messages);
    const { requestTimeoutMs, clock } = this.#options;
    if (requestTimeoutMs === undefined) return work;
    const over = new AbortController();
    const timeout = clock.sleep(requestTimeoutMs, { signal: over.signal }).then(() => {
      throw new VcfAgentError('PLATFORM_TIMEOUT', 'no answer', { retryable: true });
    });
    timeout.catch(() => undefined);
    work.catch(() => undefined);
    return Promise.race([work, timeout]).finally(() => over.abort(OVER));
  }

  async #append(messages: readonly OutgoingMessage[]): Promise<void> {
    const life = this.#life;
    if (this.#mode === 'down') throw unavailable();
    await this.#answerTime();
    const { random } = this.#options;
    const crashed = life !== this.#life;
    if (crashed && random() < 0.5) throw unavailable();
    if (this.#mode === 'refusing' && !crashed) {
      throw new VcfAgentError('PLATFORM_ERROR', 'refused', { retryable: true });
    }
    const ackLost = this.#mode === 'ack lost';
    for (const { id, body } of messages) this.#store(id, body);
    if (crashed) throw unavailable();
    if (ackLost) await new Promise(() => {});
  }

  #store(id: string, body: Uint8Array): void {
    this.log.push({ id, body });
    this.ids.add(id);
    this.#wakeAll();
  }

  /** Passes the time that an answer takes; while it hangs, that is until it wakes. */
  async #answerTime(): Promise<void> {
    const { clock, random } = this.#options;
    await clock.sleep(1 + random() * (this.#mode === 'slow' ? SLOW_MS : WELL_MS - 1));
    while (this.#mode === 'hung') await this.#nextChange();
  }

  async #read(from: number, { maxMessages, waitMs, signal }: PollOptions): Promise<readonly IncomingMessage[]> {
    const { clock } = this.#options;
    const life = this.#life;
    const deadline = clock.monotonicMs() + waitMs;
    for (;;) {
      signal?.throwIfAborted();
      if (this.#mode === 'down' || life !== this.#life) throw unavailable();
      const leftMs = deadline - clock.monotonicMs();
      const hung = this.#mode === 'hung';
      if (!hung && this.log.length > from) return this.#messages(from, maxMessages);
      if (!hung && leftMs <= 0) return [];
      await this.#changeWithin(hung ? undefined : leftMs, { signal });
    }
  }

  #messages(from: number, maxMessages: number): IncomingMessage[] {
    return this.log.slice(from, from + maxMessages).map(({ id, body }, index) => ({
      position: { platform: this.name, topic: 't', partition: 0, offset: BigInt(from + index) },
      id,
      body,
    }));
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  async #changeWithin(durationMs: number | undefined, { signal }: Cancellable): Promise<void> {
    const over = new AbortController();
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
    signal?.addEventListener('abort', () => stop(), { once: true });
    const ways = [this.#nextChange(), stopped];
    if (durationMs !== undefined) ways.push(this.#options.clock.sleep(durationMs, over).catch(() => undefined));
    await Promise.race(ways);
    over.abort(OVER);
  }

  #wakeAll(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
