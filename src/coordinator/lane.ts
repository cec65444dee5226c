import { isTimeout, VcfAgentError } from '../core/errors.ts';
import type { OutgoingMessage, Platform, PlatformProducer } from '../core/ports.ts';
import type { CircuitBreaker } from '../health/circuit-breaker.ts';
import type { PlatformSignals } from '../health/signals.ts';
import type { Deadlines } from './deadlines.ts';
import type { Role } from './failover.ts';

export interface LanePorts {
  readonly platform: Pick<Platform, 'name' | 'producer'>;
  readonly signals: PlatformSignals;
  readonly breaker: CircuitBreaker;
  /** The time for a send. */
  readonly timeouts: Deadlines;
}

/** Thrown when our own breaker lets nothing through. */
export class BreakerRefusal extends VcfAgentError {
  constructor(platform: string) {
    super('PLATFORM_UNAVAILABLE', `the circuit breaker of ${platform} is open`, { retryable: true });
  }
}

/** The log is full until its reader has caught up: no fault of the platform, and no reason to give an envelope up. */
export function isBackpressure(error: unknown): boolean {
  return error instanceof VcfAgentError && error.code === 'LOG_FULL' && error.retryable;
}

/** One platform as the coordinator sends to it: behind its breaker, every send timed and reported to its signals. */
export class Lane {
  readonly role: Role;
  readonly #ports: LanePorts;
  readonly #producers = new Map<string, Promise<PlatformProducer>>();
  readonly #opened = new Set<PlatformProducer>();
  #isClosed = false;
  /** Bytes of sends that go on although their envelope is delivered. */
  stragglerBytes = 0;

  constructor(role: Role, ports: LanePorts) {
    this.role = role;
    this.#ports = ports;
  }

  get name(): Platform['name'] {
    return this.#ports.platform.name;
  }

  /**
   * Resolves when the platform has acknowledged. Rejects with PLATFORM_TIMEOUT after the time for a send, when nobody knows
   * what became of it, and at once when `stop` is aborted, whatever the platform does about it.
   */
  async send(topic: string, messages: readonly OutgoingMessage[], stop: AbortController): Promise<void> {
    const { breaker, signals } = this.#ports;
    const permit = breaker.tryAcquire();
    if (permit === undefined) throw new BreakerRefusal(this.name);
    const signal = signals.begin();
    try {
      await this.#inTime(this.#sendNow(topic, messages, stop.signal), stop);
      permit.succeeded();
      signal.acknowledged();
    } catch (error) {
      const cutOff = stop.signal.aborted && !isTimeout(stop.signal.reason);
      if (cutOff || isBackpressure(error)) {
        permit.released();
        signal.abandoned();
      } else {
        permit.failed();
        signal.failed(error);
      }
      throw error;
    }
  }

  /** Whether it has answered any send within this time: then it is alive, and only slow. */
  hasAnsweredWithin(durationMs: number): boolean {
    return this.#ports.signals.silentMs() < durationMs;
  }

  /** Opens what a send to this topic takes, so that the first need not wait for it. A failure shows at the send. */
  prepare(topic: string): void {
    this.#producer(topic).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#opened].map((producer) => producer.close()));
  }

  async #sendNow(topic: string, messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void> {
    const producer = await this.#producer(topic);
    // A platform keeps the bytes that it is given; the next attempt needs its own.
    const copies = messages.map((message) => ({ ...message, body: message.body.slice() }));
    await producer.send(copies, { signal });
  }

  /** Opened when it is first needed: a platform that is down does not keep the other from being used. */
  #producer(topic: string): Promise<PlatformProducer> {
    const known = this.#producers.get(topic);
    if (known !== undefined) return known;
    const opening = this.#ports.platform.producer(topic);
    this.#producers.set(topic, opening);
    opening.then(
      (producer) => this.#hold(producer),
      () => this.#producers.delete(topic),
    );
    return opening;
  }

  /** One that took so long to open that nobody wants it any more is closed at once. */
  #hold(producer: PlatformProducer): void {
    this.#opened.add(producer);
    if (this.#isClosed) producer.close().catch(() => undefined);
  }

  /** As `work` ends, or as `stop` says before; a deadline that passes says stop. */
  #inTime(work: Promise<void>, stop: AbortController): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stopped = () => reject(stop.signal.reason);
    stop.signal.addEventListener('abort', stopped, { once: true });
    const inTime = this.#ports.timeouts.set(() => stop.abort(this.#timeout()));
    const ended = () => {
      inTime();
      stop.signal.removeEventListener('abort', stopped);
    };
    promise.then(ended, ended);
    work.then(resolve, reject);
    return promise;
  }

  #timeout(): VcfAgentError {
    const text = `${this.name} did not answer within ${this.#ports.timeouts.afterMs} ms; whether it has the envelope is unknown`;
    return new VcfAgentError('PLATFORM_TIMEOUT', text, { retryable: true });
  }
}
