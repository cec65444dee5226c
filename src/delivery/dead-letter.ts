import { join } from 'node:path';
import type { VcfAgentError } from '../core/errors.ts';
import type { IncomingMessage } from '../core/ports.ts';
import { writeDurably } from './durable-file.ts';

/**
 * Envelopes that the store refuses for good, as files: the bytes as they came (`<id>.envelope`) and why (`<id>.json`).
 * They leave the log, so that one of them does not stop everything after it, and are lost nowhere.
 */
export class DeadLetterFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Durable when it resolves. Returns the path of the envelope's bytes. */
  async keep({ id, body, position }: IncomingMessage, reason: VcfAgentError): Promise<string> {
    const { code, message } = reason;
    const path = join(this.#folder, `${id}.envelope`);
    const where = { ...position, offset: String(position.offset) };
    await writeDurably(path, body);
    await writeDurably(join(this.#folder, `${id}.json`), JSON.stringify({ code, message, position: where }));
    return path;
  }
}
