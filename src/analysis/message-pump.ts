import { VcfAgentError } from '../core/errors.ts';
import type { Clock, IncomingMessage, PlatformConsumer } from '../core/ports.ts';

export interface PumpPorts {
  readonly consumer: PlatformConsumer;
  readonly clock: Clock;
  /** Puts a message aside for good, durably. */
  readonly bury: (message: IncomingMessage, reason: VcfAgentError) => Promise<unknown>;
}

export interface PumpOptions<Decoded> {
  readonly signal: AbortSignal;
  readonly maxMessages: number;
  /** Throws ENVELOPE_CORRUPT. */
  readonly decode: (message: IncomingMessage) => Decoded;
  /** Resolves when what they ask for is durable elsewhere. Called again with the same after an error that passes. */
  readonly handle: (messages: readonly Decoded[]) => Promise<void>;
}

const POLL_WAIT_MS = 200;
const MAX_BYTES = 16 * 1024 * 1024;
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 2_000;

/**
 * Takes messages, has them handled, and commits them: in that order, so that a process that is killed leaves them to the next
 * one. Resolves when `signal` asks to stop; rejects when the platform or the store fails for good.
 */
export async function pump<Decoded>(ports: PumpPorts, options: PumpOptions<Decoded>): Promise<void> {
  const { consumer, bury } = ports;
  const { maxMessages, decode, handle, signal } = options;
  try {
    for (;;) {
      signal.throwIfAborted();
      const poll = { maxMessages, maxBytes: MAX_BYTES, waitMs: POLL_WAIT_MS, signal };
      const messages = await patiently(ports, signal, () => consumer.poll(poll));
      if (messages.length === 0) continue;
      const read: Decoded[] = [];
      for (const message of messages) {
        try {
          read.push(decode(message));
        } catch (error) {
          if (!(error instanceof VcfAgentError)) throw error;
          await bury(message, error);
        }
      }
      await patiently(ports, signal, () => handle(read));
      await consumer.commit(messages.map(({ position }) => position));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Tries again what fails for now. */
async function patiently<T>({ clock }: PumpPorts, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof VcfAgentError) || !error.retryable) throw error;
      await clock.sleep(backoffMs, { signal });
    }
  }
}
