import { fieldDefinition } from './header/fields.ts';
import type { FieldDefinition, Header } from './header/model.ts';

/** Undeclared keys are read as the specification advises. */
function undeclared(id: string): FieldDefinition {
  return { id, number: '.', type: 'String', description: '' };
}

interface Entry {
  readonly key: Buffer;
  readonly definition: FieldDefinition;
  /** What followed last time: records of one file tend to have the same keys in the same order. */
  follower: Entry | undefined;
}

/** Undeclared keys remembered; a file that makes up keys as it goes must not fill the memory. */
const MAX_UNDECLARED = 10_000;
const EQUALS = 61;
const SEMICOLON = 59;

/** Finds the definition of an INFO key by its bytes, without making a string. */
export class InfoKeys {
  readonly #header: Header;
  readonly #byHash = new Map<number, Entry[]>();
  #undeclared = 0;
  /** Stands before the first key of every record. */
  readonly #start: Entry = { key: Buffer.alloc(0), definition: undeclared(''), follower: undefined };
  #previous = this.#start;
  /** Where the key found last ends: at `=`, `;` or the end. */
  end = 0;

  constructor(header: Header) {
    this.#header = header;
    for (const definition of header.info.values()) this.#add(Buffer.from(definition.id), definition);
  }

  get #isFull(): boolean {
    return this.#undeclared >= MAX_UNDECLARED;
  }

  /** Call before the first key of a record. */
  restart(): void {
    this.#previous = this.#start;
  }

  /** Definition of the key that begins at `from`; sets `end`. */
  find(bytes: Buffer, from: number, to: number): FieldDefinition {
    const guess = this.#previous.follower;
    const entry =
      guess !== undefined && this.#isKeyAt(guess.key, bytes, from, to) ? guess : this.#lookUp(bytes, from, to);
    this.#previous.follower = entry;
    this.#previous = entry;
    this.end = from + entry.key.length;
    return entry.definition;
  }

  #isKeyAt(key: Buffer, bytes: Buffer, from: number, to: number): boolean {
    const end = from + key.length;
    if (end > to || (end < to && bytes[end] !== EQUALS && bytes[end] !== SEMICOLON)) return false;
    for (let at = 0; at < key.length; at++) if (bytes[from + at] !== key[at]) return false;
    return true;
  }

  #lookUp(bytes: Buffer, from: number, to: number): Entry {
    let hash = 0;
    let end = from;
    for (; end < to && bytes[end] !== EQUALS && bytes[end] !== SEMICOLON; end++) {
      hash = (Math.imul(hash, 31) + bytes[end]!) | 0;
    }
    const known = this.#byHash
      .get(hash)
      ?.find(({ key }) => key.length === end - from && this.#isKeyAt(key, bytes, from, to));
    if (known !== undefined) return known;
    const key = Buffer.from(bytes.subarray(from, end));
    const id = key.toString('utf8');
    const definition = fieldDefinition(this.#header, 'info', id) ?? undeclared(id);
    if (this.#isFull) return { key, definition, follower: undefined };
    this.#undeclared++;
    return this.#add(key, definition);
  }

  #add(key: Buffer, definition: FieldDefinition): Entry {
    const hash = key.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 0);
    const entry = { key, definition, follower: undefined };
    const sameHash = this.#byHash.get(hash);
    if (sameHash === undefined) this.#byHash.set(hash, [entry]);
    else sameHash.push(entry);
    return entry;
  }
}
