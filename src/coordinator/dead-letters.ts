import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { VcfAgentError } from '../core/errors.ts';
import type { OutgoingMessage } from '../core/ports.ts';
import { writeDurably } from '../delivery/durable-file.ts';

/** Why an envelope was put aside, and what sending it again takes. */
const Reason = Type.Object({
  code: Type.String(),
  reason: Type.String(),
  topic: Type.String(),
  tenant: Type.String(),
  key: Type.String(),
  rounds: Type.Integer(),
  at: Type.String(),
});

/** An envelope that no platform took. */
export interface DeadLetter extends OutgoingMessage {
  readonly topic: string;
  readonly tenant: string;
  /** Of the last error. */
  readonly code: string;
  readonly reason: string;
  readonly rounds: number;
}

/** What is known of a letter without its bytes. */
export type DeadLetterInfo = Static<typeof Reason> & { readonly id: string };

/** Keeps what could not be delivered until somebody sends it again. */
export interface DeadLetters {
  /** Durable when it resolves; the same envelope again replaces its letter. Returns where it lies, for people. */
  keep(letter: DeadLetter): Promise<string>;
  has(id: string): boolean;
  /** Forgets a letter; none of that name is fine. */
  drop(id: string): Promise<void>;
}

/** How letters of this kind are told from those that the store refused, which may lie in the same folder. */
const INFO = '.undelivered.json';
const BODY = '.undelivered';
const ID = /^[0-9a-f]{64}$/;

/** Letters as files: the bytes of the envelope (`<id>.undelivered`) and why it is here (`<id>.undelivered.json`). */
export class UndeliveredFolder implements DeadLetters {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #ids: Set<string>;

  private constructor(folder: string, now: () => number, ids: Iterable<string>) {
    this.#folder = folder;
    this.#now = now;
    this.#ids = new Set(ids);
  }

  static async open(folder: string, ports: { readonly now: () => number }): Promise<UndeliveredFolder> {
    await mkdir(folder, { recursive: true });
    const names = await readdir(folder);
    const ids = names.filter((name) => name.endsWith(INFO)).map((name) => name.slice(0, -INFO.length));
    return new UndeliveredFolder(folder, ports.now, ids);
  }

  get size(): number {
    return this.#ids.size;
  }

  async keep(letter: DeadLetter): Promise<string> {
    const { id, body, code, reason, topic, tenant, key, rounds } = letter;
    const info = { code, reason, topic, tenant, key, rounds, at: new Date(this.#now()).toISOString() };
    const path = this.#path(id, BODY);
    // The second file makes the letter: one without its bytes must not be listed.
    await writeDurably(path, body);
    await writeDurably(this.#path(id, INFO), JSON.stringify(info));
    this.#ids.add(id);
    return path;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  async drop(id: string): Promise<void> {
    await rm(this.#path(id, INFO), { force: true });
    await rm(this.#path(id, BODY), { force: true });
    this.#ids.delete(id);
  }

  /** Oldest first. */
  async list(): Promise<readonly DeadLetterInfo[]> {
    const letters = await Promise.all([...this.#ids].map((id) => this.info(id)));
    return letters.sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
  }

  /** Throws NOT_FOUND, or ENVELOPE_CORRUPT when the letter cannot be read. */
  async info(id: string): Promise<DeadLetterInfo> {
    const text = await this.#read(id, INFO);
    const value = parseJson(text.toString('utf8'));
    if (Value.Check(Reason, value)) return { id, ...value };
    throw new VcfAgentError('ENVELOPE_CORRUPT', `${this.#path(id, INFO)} does not say what the dead letter is`);
  }

  /** With its bytes, ready to be sent again. Throws NOT_FOUND or ENVELOPE_CORRUPT. */
  async read(id: string): Promise<DeadLetter> {
    const info = await this.info(id);
    return { ...info, body: await this.#read(id, BODY) };
  }

  async #read(id: string, suffix: string): Promise<Buffer<ArrayBuffer>> {
    return await readFile(this.#path(id, suffix)).catch((cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'ENOENT' ? 'NOT_FOUND' : 'OUTPUT_UNWRITABLE';
      throw new VcfAgentError(code, `there is no dead letter ${id} that can be read`, { cause });
    });
  }

  /** An id comes from the command line, too: it must not name a file elsewhere. */
  #path(id: string, suffix: string): string {
    if (ID.test(id)) return join(this.#folder, `${id}${suffix}`);
    throw new VcfAgentError('NOT_FOUND', `"${id}" is not the id of an envelope`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
