import { isTimeout, VcfAgentError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { CallWindow } from './call-window.ts';
import type { SignalOptions } from './options.ts';

/** One send under way, as the platform's signals see it. One of its methods is to be called when it has ended. */
export interface SendSignal {
  acknowledged(): void;
  /** The platform refused it, could not be reached, or (PLATFORM_TIMEOUT) did not answer. */
  failed(error: unknown): void;
  /** The caller gave up: nothing is known. */
  abandoned(): void;
}

/** What the sends themselves say about a platform, now. */
export interface SignalReading {
  /** Sends that the rates are taken of. */
  readonly sends: number;
  /** 95th percentile, ms; of the last probe while there are no sends. */
  readonly latencyMs: number;
  readonly errorRate: number;
  /** Share of sends that were answered, acknowledged or refused. */
  readonly throughput: number;
  readonly sendsPerSecond: number;
  readonly inFlight: number;
  /** How long nothing was answered although sends wait, ms. */
  readonly silentMs: number;
  /** False: the last that was heard of it is that it cannot be reached. */
  readonly connected: boolean;
}

/**
 * The in-band signals of one platform: every send and every probe reports here the moment it ends, so that a dead platform
 * is known at its first refused send and a hung one as soon as it is silent too long, not at the next periodic check.
 */
export class PlatformSignals {
  readonly #clock: Clock;
  readonly #options: SignalOptions;
  readonly #window: CallWindow;
  /** When each send that waits began, oldest first. */
  readonly #waiting = new Map<number, number>();
  #nextSend = 0;
  #lastAnswerMs = Number.NEGATIVE_INFINITY;
  #probeLatencyMs = 0;
  #connected = true;

  constructor(options: SignalOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#window = new CallWindow({ calls: options.windowCalls, ageMs: options.windowMs, slowMs: Infinity });
  }

  /**
   * How long nothing was answered although sends wait, ms. One message that hangs among others that pass is that message's
   * matter; silence is when nothing passes.
   */
  silentMs(): number {
    const now = this.#clock.monotonicMs();
    for (const begunMs of this.#waiting.values()) return Math.max(0, now - Math.max(begunMs, this.#lastAnswerMs));
    return 0;
  }

  begin(): SendSignal {
    const send = this.#nextSend++;
    const begunMs = this.#clock.monotonicMs();
    this.#waiting.set(send, begunMs);
    return {
      acknowledged: () => this.#acknowledged(send, begunMs),
      failed: (error) => this.#failed(send, begunMs, error),
      abandoned: () => this.#waiting.delete(send),
    };
  }

  /** A probe was answered. It says that the platform can be reached, not that it takes messages. */
  probed(latencyMs: number): void {
    this.#probeLatencyMs = latencyMs;
    this.#connected = true;
  }

  /** Refused, or not answered in time. */
  probeFailed(begunMs: number, error: unknown): void {
    if (isTimeout(error)) this.#unanswered(begunMs);
    else this.#connected = false;
  }

  /** Changes nothing that a later reading could see. */
  read(): SignalReading {
    const now = this.#clock.monotonicMs();
    const window = this.#window;
    window.expire(now);
    const sends = Math.max(window.calls, this.#options.minimumCalls);
    return {
      sends,
      latencyMs: window.calls === 0 ? this.#probeLatencyMs : window.percentileMs(0.95),
      errorRate: window.failures / sends,
      throughput: 1 - window.silent / sends,
      sendsPerSecond: window.perSecond(now),
      inFlight: this.#waiting.size,
      silentMs: this.silentMs(),
      connected: this.#connected,
    };
  }

  #acknowledged(send: number, begunMs: number): void {
    if (!this.#waiting.delete(send)) return;
    const now = this.#clock.monotonicMs();
    this.#window.add(now, now - begunMs, 'succeeded');
    this.#lastAnswerMs = now;
    this.#connected = true;
  }

  #failed(send: number, begunMs: number, error: unknown): void {
    if (!this.#waiting.delete(send)) return;
    const now = this.#clock.monotonicMs();
    const silent = isTimeout(error);
    this.#window.add(now, now - begunMs, silent ? 'silent' : 'failed');
    // A refused connection is news whenever its send began.
    if (silent) this.#unanswered(begunMs);
    else if (error instanceof VcfAgentError && error.code === 'PLATFORM_UNAVAILABLE') this.#connected = false;
    else this.#lastAnswerMs = now;
  }

  /** A timeout says nothing when a send was answered since. */
  #unanswered(begunMs: number): void {
    this.#connected &&= this.#lastAnswerMs > begunMs;
  }
}
