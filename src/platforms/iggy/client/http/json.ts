import { IggyError } from '../errors.ts';

/**
 * JSON with every integer kept: ids (128 bits), checksums and sizes go beyond what a double holds, so integers that a double
 * would round come as bigint.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, exactInteger as (key: string, value: unknown) => unknown);
  } catch (cause) {
    throw new IggyError('PROTOCOL', 'the server answered something that is no JSON', { cause });
  }
}

function exactInteger(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return /^-?\d+$/.test(context.source ?? '') ? BigInt(context.source!) : value;
}

/** A JSON object whose fields are read with their types checked: what is missing or wrong is PROTOCOL. */
export class JsonObject {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new IggyError('PROTOCOL', 'the server answered JSON that is no object');
    }
    this.#fields = value as Record<string, unknown>;
  }

  number(name: string): number {
    const value = this.#fields[name];
    if (typeof value !== 'number') throw this.#wrong(name);
    return value;
  }

  bigint(name: string): bigint {
    const value = this.#fields[name];
    if (typeof value === 'bigint') return value;
    if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
    throw this.#wrong(name);
  }

  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== 'string') throw this.#wrong(name);
    return value;
  }

  /** Bytes from base64. */
  base64(name: string): Uint8Array {
    return Buffer.from(this.text(name), 'base64');
  }

  /** Bytes that the server tells for people: `85.5 MiB`, so no more exact than that. */
  bytes(name: string): bigint {
    const match = /^([\d.]+) ?([KMGTP]i?)?B$/i.exec(this.text(name));
    if (match === null) throw this.#wrong(name);
    const [, amount = '0', unit = ''] = match;
    const base = unit.length === 2 ? 1024 : 1000;
    const power = unit === '' ? 0 : 'KMGTP'.indexOf(unit[0]!.toUpperCase()) + 1;
    return BigInt(Math.round(Number(amount) * base ** power));
  }

  keys(): string[] {
    return Object.keys(this.#fields);
  }

  /** Null and absent alike are undefined. */
  optional<T>(name: string, read: (object: this) => T): T | undefined {
    return this.#fields[name] === undefined || this.#fields[name] === null ? undefined : read(this);
  }

  object(name: string): JsonObject {
    return new JsonObject(this.#fields[name]);
  }

  list<T>(name: string, one: (item: JsonObject) => T): T[] {
    return readList(this.#fields[name], one);
  }

  numbers(name: string): number[] {
    const value = this.#fields[name];
    if (!Array.isArray(value) || value.some((item) => typeof item !== 'number')) throw this.#wrong(name);
    return value as number[];
  }

  #wrong(name: string): IggyError {
    return new IggyError('PROTOCOL', `the server answered JSON whose field ${name} is missing or of another type`);
  }
}

export function readList<T>(value: unknown, one: (item: JsonObject) => T): T[] {
  if (!Array.isArray(value)) throw new IggyError('PROTOCOL', 'the server answered JSON that is no list');
  return value.map((item) => one(new JsonObject(item)));
}
