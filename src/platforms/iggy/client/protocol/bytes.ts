import { IggyError } from '../errors.ts';
import type { Identifier } from '../types.ts';

/** Pieces from this size on are handed over as they are; smaller ones are copied together. */
const REFERENCE_FROM_BYTES = 8 * 1024;
const FIRST_BLOCK_BYTES = 512;
const LARGEST_BLOCK_BYTES = 256 * 1024;

/**
 * Writes little-endian fields into as few pieces as pays: small ones are copied together, large payloads stay where they
 * are. `pieces()` goes to the socket as one vectored write.
 */
export class ByteWriter {
  readonly #done: Uint8Array[] = [];
  #block: Buffer;
  #start = 0;
  #at = 0;
  #doneBytes = 0;

  constructor(firstBlockBytes = FIRST_BLOCK_BYTES) {
    this.#block = Buffer.allocUnsafe(firstBlockBytes);
  }

  get length(): number {
    return this.#doneBytes + this.#at - this.#start;
  }

  u8(value: number): this {
    this.#need(1);
    this.#at = this.#block.writeUInt8(value, this.#at);
    return this;
  }

  u32(value: number): this {
    this.#need(4);
    this.#at = this.#block.writeUInt32LE(value, this.#at);
    return this;
  }

  u64(value: bigint): this {
    this.#need(8);
    this.#at = this.#block.writeBigUInt64LE(value, this.#at);
    return this;
  }

  u128(value: bigint): this {
    return this.u64(BigInt.asUintN(64, value)).u64(BigInt.asUintN(64, value >> 64n));
  }

  zeros(count: number): this {
    this.#need(count);
    this.#block.fill(0, this.#at, this.#at + count);
    this.#at += count;
    return this;
  }

  bytes(value: Uint8Array): this {
    if (value.length >= REFERENCE_FROM_BYTES) {
      this.#cut();
      this.#done.push(value);
      this.#doneBytes += value.length;
      return this;
    }
    this.#need(value.length);
    this.#block.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  /** `u8 length | bytes`, of 1 to 255 bytes. */
  name(value: string): this {
    const bytes = Buffer.from(value);
    if (bytes.length === 0 || bytes.length > 255) {
      throw new IggyError('INVALID_ARGUMENT', `a name of ${bytes.length} bytes, not 1 to 255`);
    }
    return this.u8(bytes.length).bytes(bytes);
  }

  /** `u32 length | bytes`. */
  text(value: string): this {
    const bytes = Buffer.from(value);
    return this.u32(bytes.length).bytes(bytes);
  }

  /** `u8 kind (1 number, 2 name) | u8 length | value`. */
  identifier(value: Identifier): this {
    return typeof value === 'number' ? this.u8(1).u8(4).u32(value) : this.u8(2).name(value);
  }

  /** What was written, in order. The writer must not be used afterwards. */
  pieces(): readonly Uint8Array[] {
    this.#cut();
    return this.#done;
  }

  joined(): Uint8Array {
    const pieces = this.pieces();
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  #need(count: number): void {
    if (this.#at + count <= this.#block.length) return;
    const doubled = Math.min(this.#block.length * 2, LARGEST_BLOCK_BYTES);
    this.#cut();
    this.#block = Buffer.allocUnsafe(Math.max(doubled, count));
    this.#start = 0;
    this.#at = 0;
  }

  #cut(): void {
    if (this.#at === this.#start) return;
    this.#done.push(this.#block.subarray(this.#start, this.#at));
    this.#doneBytes += this.#at - this.#start;
    this.#start = this.#at;
  }
}

/** Reads little-endian fields; whatever lies outside is PROTOCOL, never undefined. Byte runs are views. */
export class ByteReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#buffer.length - this.#at;
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  u16(): number {
    return this.#buffer.readUInt16LE(this.#take(2));
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#take(4));
  }

  u64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#take(8));
  }

  u128(): bigint {
    const low = this.u64();
    return low | (this.u64() << 64n);
  }

  f32(): number {
    return this.#buffer.readFloatLE(this.#take(4));
  }

  bytes(count: number): Buffer {
    const start = this.#take(count);
    return this.#buffer.subarray(start, start + count);
  }

  skip(count: number): this {
    this.#take(count);
    return this;
  }

  name(): string {
    return this.bytes(this.u8()).toString();
  }

  text(): string {
    return this.bytes(this.u32()).toString();
  }

  /** As many as `count`, each read by `one`. */
  times<T>(count: number, one: (reader: this) => T): T[] {
    // A count is the server's word: what it promises is read one by one, never allocated ahead.
    const items: T[] = [];
    for (let index = 0; index < count; index++) items.push(one(this));
    return items;
  }

  /** Until nothing is left. */
  rest<T>(one: (reader: this) => T): T[] {
    const items: T[] = [];
    while (this.remaining > 0) items.push(one(this));
    return items;
  }

  #take(count: number): number {
    const start = this.#at;
    if (count > this.remaining) {
      throw new IggyError('PROTOCOL', `a reply ends ${count - this.remaining} bytes before a field at ${start} does`);
    }
    this.#at += count;
    return start;
  }
}
