import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeEnvelope } from '../codec/envelope-codec.ts';
import { VcfAgentError } from '../core/errors.ts';

/** `undelivered`: no platform took it. `refused`: the store does not take it, whoever brings it and whenever. */
export const LETTER_KINDS = ['undelivered', 'refused'] as const;

export type LetterKind = (typeof LETTER_KINDS)[number];

/** An envelope that was put aside on this machine, and why. */
export interface Letter {
  readonly kind: LetterKind;
  /** Of the envelope. */
  readonly id: string;
  readonly topic: string;
  /** Of the error. */
  readonly code: string;
  readonly reason: string;
  /** When, as ISO 8601. */
  readonly at: string;
  readonly bytes: number;
  /** Of its file. */
  readonly path: string;
  /** What was noted when it was put aside: rounds and tenant, or platform, partition and offset. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** How the files of the two writers end, which all begin with the envelope's id: coordinator/dead-letters.ts and delivery/dead-letter.ts. */
const FILES = [
  { kind: 'undelivered', info: '.undelivered.json', body: '.undelivered' },
  { kind: 'refused', info: '.json', body: '.envelope' },
] as const;

const ID = /^[0-9a-f]{4,64}$/;

/** Both kinds of dead letters of one store, seen as one. */
export class Letters {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async count(): Promise<Record<LetterKind, number>> {
    const counts = { undelivered: 0, refused: 0 };
    for (const name of await this.#names()) {
      const kind = kindOf(name);
      if (kind !== undefined) counts[kind.kind] += 1;
    }
    return counts;
  }

  /** Those whose envelope's id begins like this, oldest first. Throws ENVELOPE_CORRUPT when one does not say what it is. */
  async list(id = ''): Promise<readonly Letter[]> {
    const names = (await this.#names()).filter((name) => name.startsWith(id) && kindOf(name) !== undefined);
    const letters = await Promise.all(names.map((name) => this.#letter(name)));
    return letters.sort((a, b) => a.at.localeCompare(b.at) || a.path.localeCompare(b.path));
  }

  /** The letters of the one envelope whose id begins like this; it may be dead on two topics. Throws NOT_FOUND. */
  async find(id: string): Promise<readonly Letter[]> {
    const found = ID.test(id) ? await this.list(id) : [];
    if (new Set(found.map((letter) => letter.id)).size > 1) {
      throw new VcfAgentError('NOT_FOUND', `${found.length} dead letters begin with ${id}: give more of the id`);
    }
    if (found.length > 0) return found;
    throw new VcfAgentError('NOT_FOUND', `there is no dead letter ${id}; \`vcf-agent dlq list\` lists them`);
  }

  /** The letter that this envelope has now. */
  async ofEnvelope({ id, topic }: Pick<Letter, 'id' | 'topic'>): Promise<Letter | undefined> {
    return (await this.list(id)).find((letter) => letter.id === id && letter.topic === topic);
  }

  /** The envelope's bytes. */
  async body({ path }: Letter): Promise<Uint8Array> {
    return await readFile(path).catch((cause) => {
      throw new VcfAgentError('NOT_FOUND', `${path} cannot be read`, { cause });
    });
  }

  /** Whose envelope it is: noted, or what the envelope says; undefined when it cannot be read. */
  async tenantOf(letter: Letter): Promise<string | undefined> {
    const { tenant } = letter.facts;
    if (typeof tenant === 'string') return tenant;
    try {
      return decodeEnvelope((await this.body(letter)).slice()).tenant;
    } catch {
      return undefined;
    }
  }

  /** Forgets a letter for good. The note goes first: bytes without one are no letter. */
  async drop({ kind, path }: Letter): Promise<void> {
    const { info, body } = FILES.find((files) => files.kind === kind)!;
    await rm(`${path.slice(0, -body.length)}${info}`, { force: true });
    await rm(path, { force: true });
  }

  async #letter(name: string): Promise<Letter> {
    const { kind, info, body } = kindOf(name)!;
    const notePath = join(this.#folder, name);
    const path = join(this.#folder, `${name.slice(0, -info.length)}${body}`);
    const [note, { mtime }, { size }] = await Promise.all([readNote(notePath), stat(notePath), stat(path)]).catch(
      (cause) => {
        throw new VcfAgentError('ENVELOPE_CORRUPT', `${notePath} does not say what the dead letter is`, { cause });
      },
    );
    const { id = name.slice(0, -info.length), topic, code, reason, message, at, position, ...facts } = note;
    return {
      kind,
      id: String(id),
      topic: String(topic ?? position?.topic ?? ''),
      code: String(code),
      reason: String(reason ?? message),
      at: String(at ?? mtime.toISOString()),
      bytes: size,
      path,
      facts: { ...facts, ...position },
    };
  }

  async #names(): Promise<string[]> {
    return await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
  }
}

interface Note extends Readonly<Record<string, unknown>> {
  readonly position?: Readonly<Record<string, string | number>>;
}

async function readNote(path: string): Promise<Note & Letter['facts']> {
  return JSON.parse(await readFile(path, 'utf8'));
}

function kindOf(name: string): (typeof FILES)[number] | undefined {
  return FILES.find(({ info }) => name.endsWith(info));
}
