import type { OutgoingMessage } from '../../core/ports.ts';

/** What goes in one request at most; a single send may be larger. */
const BATCH_BYTES = 16 * 1024 * 1024;

interface Waiting {
  readonly messages: readonly OutgoingMessage[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Sends to one partition, one request at a time and in order. What comes while a request is under way goes together in the
 * next one: a server that fsyncs every request then does so once for all of them. A send that finds nobody goes at once.
 */
export class PartitionQueue {
  readonly #request: (messages: readonly OutgoingMessage[]) => Promise<unknown>;
  #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(request: (messages: readonly OutgoingMessage[]) => Promise<unknown>) {
    this.#request = request;
  }

  /** Resolves with the request that carried the messages. Aborted before that has left, they are not sent. */
  send(messages: readonly OutgoingMessage[], signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const bytes = messages.reduce((sum, { body }) => sum + body.length, 0);
    const waiting = { messages, bytes, resolve, reject };
    const abort = () => {
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiting.push(waiting);
    if (!this.#isBusy) void this.#drain();
    return promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  async #drain(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      try {
        await this.#request(batch.flatMap(({ messages }) => messages));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        // Who waits behind a failure is told now: to wait for another one of the same kind helps nobody.
        for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(error);
      }
    }
    this.#isBusy = false;
  }

  #take(): Waiting[] {
    let bytes = 0;
    const tooMuch = this.#waiting.findIndex((one, index) => {
      bytes += one.bytes;
      return index > 0 && bytes > BATCH_BYTES;
    });
    return this.#waiting.splice(0, tooMuch < 0 ? this.#waiting.length : tooMuch);
  }
}
