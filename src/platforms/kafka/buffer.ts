import type { IncomingMessage } from '../../core/ports.ts';

/** Messages that were fetched and not yet polled, in the order in which they came. */
export class MessageBuffer {
  #messages: IncomingMessage[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(messages: readonly IncomingMessage[]): void {
    for (const message of messages) this.#bytes += message.body.length;
    this.#messages.push(...messages);
  }

  /** Up to both limits, and one message whatever its size. */
  take(maxMessages: number, maxBytes: number): IncomingMessage[] {
    let bytes = 0;
    let count = 0;
    for (const { body } of this.#messages) {
      if (count === maxMessages || (count > 0 && bytes + body.length > maxBytes)) break;
      bytes += body.length;
      count++;
    }
    this.#bytes -= bytes;
    return this.#messages.splice(0, count);
  }

  /** Forgets what came of a partition. */
  drop(partition: number): void {
    this.#messages = this.#messages.filter(({ position }) => position.partition !== partition);
    this.#bytes = this.#messages.reduce((sum, { body }) => sum + body.length, 0);
  }
}
