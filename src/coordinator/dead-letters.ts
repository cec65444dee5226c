import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { VcfAgentError } from '../core/errors.ts';
import type { OutgoingMessage } from '../core/ports.ts';
import { writeDurably } from '../delivery/durable-file.ts';

/** Why an envelope was put aside, and what sending it again takes. */
const Info = Type.Object({
  id: Type.String(),
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

/** The same envelope may be dead on two topics. */
export type LetterName = Pick<DeadLetter, 'topic' | 'id'>;

/** What is known of a letter without its bytes. */
export type DeadLetterInfo = Static<typeof Info>;

/** Keeps what could not be delivered until somebody sends it again. */
export interface DeadLetters {
  /** Durable when it resolves; the same envelope again replaces its letter. Returns where it lies, for people. */
  keep(letter: DeadLetter): Promise<string>;
  has(name: LetterName): boolean;
  /** Forgets a letter; none of that name is fine. */
  drop(name: LetterName): Promise<void>;
}

/** How letters of this kind are told from those that the store refused, which may lie in the same folder. */
const INFO = '.undelivered.json';
const BODY = '.undelivered';
const ID = /^[0-9a-f]{64}$/;

/**
 * Letters as files: the bytes of the envelope (`<id>.<topic>.undelivered`) and why it is here (the same with `.json`).
 */
export class UndeliveredFolder implements DeadLetters {
  readonly #folder: string;
  readonly #now: () => number;
  /** Names of files, without their suffix. */
  readonly #kept: Set<string>;

  private constructor(folder: string, now: () => number, kept: Iterable<string>) {
    this.#folder = folder;
    this.#now = now;
    this.#kept = new Set(kept);
  }

  static async open(folder: string, ports: { readonly now: () => number }): Promise<UndeliveredFolder> {
    await mkdir(folder, { recursive: true });
    const files = await readdir(folder);
    const kept = files.filter((file) => file.endsWith(INFO)).map((file) => file.slice(0, -INFO.length));
    return new UndeliveredFolder(folder, ports.now, kept);
  }

  get size(): number {
    return this.#kept.size;
  }

  async keep(letter: DeadLetter): Promise<string> {
    const { id, body, code, reason, topic, tenant, key, rounds } = letter;
    const info = { id, code, reason, topic, tenant, key, rounds, at: new Date(this.#now()).toISOString() };
    const name = fileName(letter);
    // The second file makes the letter: one without its bytes must not be listed.
    await writeDurably(this.#path(name, BODY), body);
    await writeDurably(this.#path(name, INFO), JSON.stringify(info));
    this.#kept.add(name);
    return this.#path(name, BODY);
  }

  has(name: LetterName): boolean {
    return this.#kept.size > 0 && this.#kept.has(fileName(name));
  }

  async drop(name: LetterName): Promise<void> {
    const file = fileName(name);
    await rm(this.#path(file, INFO), { force: true });
    await rm(this.#path(file, BODY), { force: true });
    this.#kept.delete(file);
  }

  /** Oldest first. Throws ENVELOPE_CORRUPT when one cannot be read. */
  async list(): Promise<readonly DeadLetterInfo[]> {
    const letters = await Promise.all([...this.#kept].map((file) => this.#info(file)));
    return letters.sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
  }

  /** With its bytes, ready to be sent again. Throws NOT_FOUND or ENVELOPE_CORRUPT. */
  async read(name: LetterName): Promise<DeadLetter> {
    const file = fileName(name);
    const info = await this.#info(file);
    return { ...info, body: await this.#read(file, BODY) };
  }

  async #info(file: string): Promise<DeadLetterInfo> {
    const value = parseJson((await this.#read(file, INFO)).toString('utf8'));
    if (Value.Check(Info, value)) return value;
    throw new VcfAgentError('ENVELOPE_CORRUPT', `${this.#path(file, INFO)} does not say what the dead letter is`);
  }

  async #read(file: string, suffix: string): Promise<Buffer<ArrayBuffer>> {
    return await readFile(this.#path(file, suffix)).catch((cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'ENOENT' ? 'NOT_FOUND' : 'OUTPUT_UNWRITABLE';
      throw new VcfAgentError(code, `there is no dead letter ${file} that can be read`, { cause });
    });
  }

  #path(file: string, suffix: string): string {
    return join(this.#folder, `${file}${suffix}`);
  }
}

/** Names come from the command line, too: none may lead to another folder. */
function fileName({ id, topic }: LetterName): string {
  if (ID.test(id)) return `${id}.${encodeURIComponent(topic)}`;
  throw new VcfAgentError('NOT_FOUND', `"${id}" is not the id of an envelope`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
