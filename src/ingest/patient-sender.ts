import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, OutgoingMessage, PlatformProducer } from '../core/ports.ts';

/** Before the first further try, then twice as long before each. */
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 2_000;
/** Nothing at all could be sent for so long: the platforms do not come back by themselves. */
const RETRY_FOR_MS = 60_000;

export interface SendPorts {
  readonly producer: PlatformProducer;
  /** Waits before another try, so long at most. */
  readonly pause: (durationMs: number, options: Cancellable) => Promise<void>;
  readonly clock: Clock;
}

/** Sends; what fails for now is tried again while any send gets through now and then: the envelope's id makes that safe. */
export class PatientSender {
  readonly #ports: SendPorts;
  /** When a send last got through, whichever. */
  #deliveredAtMs: number;

  constructor(ports: SendPorts) {
    this.#ports = ports;
    this.#deliveredAtMs = ports.clock.monotonicMs();
  }

  /** Resolves when a platform has acknowledged it. Rejects with what trying again cannot mend, and when nothing gets through. */
  async send(message: OutgoingMessage, options: Cancellable): Promise<void> {
    const { producer, clock, pause } = this.#ports;
    const begunMs = clock.monotonicMs();
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS)) {
      try {
        // The log takes the bytes it is given; a copy stays for another try.
        await producer.send([{ ...message, body: message.body.slice() }], options);
        this.#deliveredAtMs = clock.monotonicMs();
        return;
      } catch (error) {
        if (!isWorthAnotherTry(error)) throw error;
        // A log that is full waits for its reader, who has a patience of its own and may make room at any moment.
        const isFull = error.code === 'LOG_FULL';
        const aliveMs = Math.max(this.#deliveredAtMs, begunMs);
        if (!isFull && clock.monotonicMs() - aliveMs > RETRY_FOR_MS) throw error;
        await pause(isFull ? FIRST_BACKOFF_MS : backoffMs, options);
      }
    }
  }
}

function isWorthAnotherTry(error: unknown): error is VcfAgentError {
  return error instanceof VcfAgentError && error.retryable && error.code !== 'DISK_FULL';
}
