import {
  BOUNDS_STRIDE,
  END_FILTER,
  END_INFO,
  LINE_END,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';
import type { AddedKey } from './added-keys.ts';

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const DOT = 0x2e;

/** Takes values out of an annotation's INFO, under the names that they are to have. */
export class InfoPicker {
  readonly #names = new Map<string, string>();

  constructor(keys: readonly AddedKey[]) {
    for (const { key, as } of keys) this.#names.set(key, as);
  }

  /** `KEY=value;FLAG` of the wanted keys of a row; empty when it has none. */
  pick({ bytes, bounds }: VariantBlock, row: number): string {
    const at = row * BOUNDS_STRIDE;
    const info = (bytes as Buffer).toString('latin1', bounds[at + END_FILTER]! + 1, bounds[at + END_INFO]!);
    const picked: string[] = [];
    for (const entry of info.split(';')) {
      const equals = entry.indexOf('=');
      const as = this.#names.get(equals < 0 ? entry : entry.slice(0, equals));
      if (as === undefined || entry.slice(equals) === '=.') continue;
      picked.push(equals < 0 ? as : as + entry.slice(equals));
    }
    return picked.join(';');
  }
}

/** Lines in the making, with new values in their INFO: one block after the other. */
export class AnnotatedLines {
  readonly #replaced: ReadonlySet<string>;

  /** Keys whose old value goes when there is a new one. */
  constructor(replaced: ReadonlySet<string>) {
    this.#replaced = replaced;
  }

  /** The block with `values[row]` added (as `KEY=value;…`, empty for none). */
  write(block: VariantBlock, values: readonly string[]): VariantBlock {
    const { bytes, bounds, count } = block;
    const infos = values.map((value, row) => (value === '' ? undefined : this.#info(block, row, value)));
    let length = 0;
    for (let row = 0; row < count; row++) {
      const at = row * BOUNDS_STRIDE;
      const own = bounds[at + END_INFO]! - bounds[at + END_FILTER]! - 1;
      length += bounds[at + LINE_END]! - bounds[at + LINE_START]! + (infos[row]?.length ?? own) - own;
    }
    const out = Buffer.allocUnsafe(length);
    const moved = new Uint32Array(count * BOUNDS_STRIDE);
    let end = 0;
    for (let row = 0; row < count; row++) {
      const at = row * BOUNDS_STRIDE;
      const start = bounds[at + LINE_START]!;
      const infoStart = bounds[at + END_FILTER]! + 1;
      const infoEnd = bounds[at + END_INFO]!;
      const info = infos[row] ?? bytes.subarray(infoStart, infoEnd);
      const shift = end - start;
      for (let field = 0; field <= END_FILTER; field++) moved[at + field] = bounds[at + field]! + shift;
      out.set(bytes.subarray(start, infoStart), end);
      out.set(info, infoStart + shift);
      moved[at + END_INFO] = infoStart + shift + info.length;
      out.set(bytes.subarray(infoEnd, bounds[at + LINE_END]!), moved[at + END_INFO]!);
      end = moved[at + END_INFO]! + bounds[at + LINE_END]! - infoEnd;
      moved[at + LINE_END] = end;
    }
    return { ...block, bytes: out, bounds: moved };
  }

  #info({ bytes, bounds }: VariantBlock, row: number, value: string): Buffer {
    const at = row * BOUNDS_STRIDE;
    const start = bounds[at + END_FILTER]! + 1;
    const end = bounds[at + END_INFO]!;
    const added = Buffer.from(value, 'latin1');
    const isEmpty = end === start || (end - start === 1 && bytes[start] === DOT);
    if (isEmpty) return added;
    const own = this.#without(Buffer.from(bytes.subarray(start, end)), value);
    return own.length === 0 ? added : Buffer.concat([own, Buffer.of(SEMICOLON), added]);
  }

  /** Without the values that new ones replace. */
  #without(info: Buffer, value: string): Buffer {
    if (this.#replaced.size === 0) return info;
    const fresh = new Set(value.split(';').map((entry) => entry.split('=', 1)[0] ?? ''));
    const kept: Buffer[] = [];
    for (let from = 0; from <= info.length; ) {
      const stop = info.indexOf(SEMICOLON, from);
      const entry = info.subarray(from, stop < 0 ? info.length : stop);
      const equals = entry.indexOf(EQUALS);
      const key = entry.toString('latin1', 0, equals < 0 ? entry.length : equals);
      if (!(this.#replaced.has(key) && fresh.has(key)))
        kept.push(kept.length === 0 ? entry : Buffer.concat([Buffer.of(SEMICOLON), entry]));
      from += entry.length + 1;
    }
    return Buffer.concat(kept);
  }
}
