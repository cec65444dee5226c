import { gunzipSync } from 'node:zlib';
import { VcfAgentError } from '../../core/errors.ts';
import type { Problem } from '../../core/problem.ts';
import type { ByteSource } from './byte-source.ts';
import { releaseMemory } from './release-memory.ts';
import { damageAt, type TextChunk, type TextSource } from './text-source.ts';

/** SAM specification, section 4.1: neither a block nor what it holds is larger. */
export const MAX_BLOCK_BYTES = 65536;
const READ_BYTES = 2 ** 20;
/** Blocks inflated by one call: one gunzip of many members costs a third less than a raw inflate and a CRC of each. */
const MAX_RUN_BLOCKS = 8;
const HEADER_BYTES = 12;
const FOOTER_BYTES = 8;
const WITHIN_BITS = 16n;

interface Run {
  /** End of the run in the input buffer. */
  readonly end: number;
  /** Offset in the file of each block's first byte, and one more: of what follows the last. */
  readonly offsets: readonly number[];
  /** Where each block ends in the decompressed bytes. */
  readonly ends: readonly number[];
}

/**
 * Size in bytes of the BGZF block whose header begins at `at`; 0 when more bytes are needed to know; -1 when this is no
 * BGZF block.
 */
export function bgzfBlockSize(bytes: Buffer, at: number, end: number): number {
  if (end - at < HEADER_BYTES) return 0;
  const magic = bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytes[at + 2] === 8 && (bytes[at + 3]! & 4) !== 0;
  if (!magic) return -1;
  const extraEnd = at + HEADER_BYTES + bytes.readUInt16LE(at + 10);
  if (extraEnd > end) return 0;
  for (let field = at + HEADER_BYTES; field + 4 <= extraEnd; field += 4 + bytes.readUInt16LE(field + 2)) {
    const isSize = bytes[field] === 0x42 && bytes[field + 1] === 0x43 && bytes.readUInt16LE(field + 2) === 2;
    if (!isSize || field + 6 > extraEnd) continue;
    const size = bytes.readUInt16LE(field + 4) + 1;
    return size >= extraEnd - at + FOOTER_BYTES ? size : -1;
  }
  return -1;
}

/** Blocked gzip: many blocks inflated by one call, CRC checked, every position addressable. */
export class BgzfText implements TextSource {
  readonly container = 'bgzf';
  damage: Problem | undefined;
  readonly #source: ByteSource;
  readonly #input = Buffer.allocUnsafeSlow(READ_BYTES + MAX_BLOCK_BYTES);
  #from = 0;
  #to: number;
  #ended = false;
  /** The last block held nothing: the end-of-file marker, if nothing follows. */
  #lastBlockEmpty = false;
  /** What the last call of `next` gave. */
  #chunk: Buffer | undefined;
  /** Decompressed bytes to drop from the next block, after a seek. */
  #skip = 0;

  constructor(source: ByteSource, lookahead: Buffer) {
    this.#source = source;
    this.#to = lookahead.copy(this.#input);
  }

  get name(): string {
    return this.#source.name;
  }

  get totalBytes(): number {
    return this.#source.totalBytes;
  }

  get bytesRead(): number {
    return this.#source.position - (this.#to - this.#from);
  }

  get seekable(): boolean {
    return this.#source.seekable;
  }

  async next(): Promise<TextChunk | undefined> {
    this.#releaseChunk();
    while (this.damage === undefined) {
      const run = await this.#nextRun();
      if (run === undefined) return undefined;
      const from = this.#from;
      this.#from = run.end;
      const bytes = this.#inflate(run, from);
      const skip = this.#skip;
      this.#skip = 0;
      if (skip > bytes.length) throw new VcfAgentError('CHECKPOINT_CORRUPT', `${this.name} has no such position`);
      if (bytes.length > skip) {
        this.#chunk = bytes;
        return toChunk(bytes, skip, run);
      }
    }
    return undefined;
  }

  /** Frees the last chunk at once: waiting for the collector costs a fifth of the CPU time in collections and new pages. */
  #releaseChunk(): void {
    const bytes = this.#chunk;
    this.#chunk = undefined;
    // Smaller buffers may lie in Node's shared pool.
    if (bytes !== undefined) releaseMemory(bytes);
  }

  /** Up to MAX_RUN_BLOCKS whole blocks that are in memory; undefined at the end (then `damage` may be set). */
  async #nextRun(): Promise<Run | undefined> {
    if (!(await this.#ensureBlock())) return undefined;
    const offsets: number[] = [];
    const ends: number[] = [];
    let at = this.#from;
    let length = 0;
    while (offsets.length < MAX_RUN_BLOCKS) {
      const size = bgzfBlockSize(this.#input, at, this.#to);
      if (size <= 0 || at + size > this.#to) break;
      const blockLength = this.#input.readUInt32LE(at + size - 4);
      // A block that lies about its length stands alone, where the error is found.
      if (blockLength > MAX_BLOCK_BYTES) break;
      offsets.push(this.bytesRead + at - this.#from);
      length += blockLength;
      ends.push(length);
      at += size;
      this.#lastBlockEmpty = blockLength === 0;
    }
    if (offsets.length === 0) {
      this.damage = damageAt('BGZF_CORRUPT', `BGZF block at byte ${this.bytesRead} claims more than 64 KiB`);
      return undefined;
    }
    offsets.push(this.bytesRead + at - this.#from);
    return { end: at, offsets, ends };
  }

  /** Reads until a whole block is in memory. False at the end and at damage. */
  async #ensureBlock(): Promise<boolean> {
    for (;;) {
      const size = bgzfBlockSize(this.#input, this.#from, this.#to);
      if (size > 0 && this.#from + size <= this.#to) return true;
      if (size < 0) {
        this.damage = damageAt('BGZF_CORRUPT', `no BGZF block at byte ${this.bytesRead}`);
        return false;
      }
      if (this.#ended) {
        this.damage = this.#endDamage();
        return false;
      }
      this.#input.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
      const read = await this.#source.read(this.#input, this.#to);
      this.#to += read;
      this.#ended = read === 0;
    }
  }

  #endDamage(): Problem | undefined {
    if (this.#to > this.#from) {
      return damageAt('BGZF_TRUNCATED', `the file ends inside the BGZF block that begins at byte ${this.bytesRead}`);
    }
    if (this.#lastBlockEmpty) return undefined;
    return damageAt('BGZF_EOF_MISSING', 'the BGZF end-of-file marker is missing: the file was cut between two blocks');
  }

  /** The decompressed bytes of a run; when a block is damaged, of the blocks before it. */
  #inflate(run: Run, from: number): Buffer {
    const length = run.ends.at(-1)!;
    if (length === 0) return Buffer.alloc(0);
    try {
      const bytes = gunzipMembers(this.#input.subarray(from, run.end), length);
      if (bytes.length === length) return bytes;
    } catch {
      // Found again below, in the one block that causes it.
    }
    return this.#inflateSingly(run, from);
  }

  #inflateSingly(run: Run, from: number): Buffer {
    const good: Buffer[] = [];
    const origin = run.offsets[0]!;
    for (let block = 0; block < run.ends.length; block++) {
      const start = run.offsets[block]!;
      const length = run.ends[block]! - (block === 0 ? 0 : run.ends[block - 1]!);
      const member = this.#input.subarray(from + start - origin, from + run.offsets[block + 1]! - origin);
      try {
        const bytes = gunzipMembers(member, length);
        if (bytes.length !== length) throw new Error('incorrect length check');
        good.push(bytes);
      } catch (error) {
        const reason = (error as Error).message;
        const code = reason === 'incorrect data check' ? 'BGZF_CRC_MISMATCH' : 'BGZF_CORRUPT';
        this.damage = damageAt(code, `BGZF block at byte ${start} is damaged: ${reason}`);
        break;
      }
    }
    return Buffer.concat(good);
  }

  async seek(offset: string): Promise<void> {
    const virtual = BigInt(offset);
    this.#source.seek(Number(virtual >> WITHIN_BITS));
    this.#from = 0;
    this.#to = 0;
    this.#ended = false;
    this.#lastBlockEmpty = false;
    this.damage = undefined;
    this.#skip = Number(virtual & 0xffffn);
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function gunzipMembers(members: Buffer, length: number): Buffer {
  // One byte more than needed, or zlib asks for a second buffer before it notices the end.
  const chunkSize = Math.max(64, length + 1);
  return gunzipSync(members, { chunkSize, maxOutputLength: chunkSize });
}

function toChunk(bytes: Buffer, skip: number, run: Run): TextChunk {
  return {
    bytes: skip === 0 ? bytes : bytes.subarray(skip),
    locate(index) {
      const at = index + skip;
      if (at === 0) return toVirtual(run.offsets[0]!, 0);
      let block = 0;
      while (run.ends[block]! < at) block++;
      // The end of a block is the beginning of the next one, whether or not that one is at hand.
      if (run.ends[block] === at) return toVirtual(run.offsets[block + 1]!, 0);
      return toVirtual(run.offsets[block]!, at - (block === 0 ? 0 : run.ends[block - 1]!));
    },
  };
}

function toVirtual(blockOffset: number, within: number): string {
  return String((BigInt(blockOffset) << WITHIN_BITS) | BigInt(within));
}
