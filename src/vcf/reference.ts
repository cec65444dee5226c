import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { VcfAgentError } from '../core/errors.ts';

const WINDOW_BYTES = 65_536;
const GZIP_MAGIC = 0x1f8b;
const BGZF_HEADER_BYTES = 18;
const BGZF_FOOTER_BYTES = 8;

const N = 0x4e;

/** A, C, G, T in upper case, N for every other symbol, as bcftools reads a reference; 0 for white space. */
const BASE_OF_BYTE = baseTable();

/** One sequence of the reference. */
export interface ReferenceContig {
  readonly name: string;
  /** In bases. */
  readonly length: number;
  /** The base at a 0-based position as an upper-case byte (A, C, G, T or N), 0 outside of the contig. */
  baseAt(position: number): number;
}

/** An indexed FASTA file. Reads are synchronous and go through one window of 64 KiB: made for sorted positions. */
export interface Reference extends Disposable {
  readonly path: string;
  /** SHA-256 (hex) of the .fai: what an IngestPlan remembers of the reference. */
  readonly digest: string;
  contig(name: string): ReferenceContig | undefined;
  close(): void;
}

interface IndexEntry {
  readonly name: string;
  readonly length: number;
  /** Byte offset of its first base in the (uncompressed) FASTA. */
  readonly offset: number;
  readonly lineBases: number;
  readonly lineBytes: number;
}

/** The one window of a reference, handed from contig to contig: an assembly may have thousands of them. */
interface Window {
  readonly bytes: Uint8Array;
  owner: WindowedContig | undefined;
}

/** Fills `target` from an offset of the uncompressed FASTA; returns the bytes read, fewer only at its end. */
type ReadAt = (target: Uint8Array, offset: number) => number;

/**
 * Opens a FASTA file with its index (`<path>.fai`), plain or bgzipped (then with `<path>.gzi`).
 * @throws VcfAgentError REFERENCE_UNUSABLE when the file or an index is missing, unreadable, or they do not belong together.
 */
export async function openReference(path: string): Promise<Reference> {
  const index = readIndex(path);
  const descriptor = openFasta(path);
  try {
    const compressed = isGzip(descriptor);
    const readAt = compressed ? bgzfReader(descriptor, path) : plainReader(descriptor);
    if (!compressed) checkSize(descriptor, path, index.entries);
    const contigs = new Map<string, ReferenceContig>();
    const window: Window = { bytes: new Uint8Array(WINDOW_BYTES), owner: undefined };
    for (const entry of index.entries) contigs.set(entry.name, new WindowedContig(entry, readAt, window));
    let open = true;
    const close = () => {
      if (open) closeSync(descriptor);
      open = false;
    };
    return { path, digest: index.digest, contig: (name) => contigs.get(name), close, [Symbol.dispose]: close };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Bases are looked up in the window's raw bytes: a record needs a few, decoding every window would cost more. */
class WindowedContig implements ReferenceContig {
  readonly name: string;
  readonly length: number;
  readonly #offset: number;
  readonly #lineBases: number;
  readonly #lineBytes: number;
  readonly #readAt: ReadAt;
  readonly #window: Window;
  readonly #bytes: Uint8Array;
  /** What of this contig is in the window, in bytes from its first base; empty while another contig has it. */
  #start = 0;
  #size = 0;

  constructor({ name, length, offset, lineBases, lineBytes }: IndexEntry, readAt: ReadAt, window: Window) {
    this.name = name;
    this.length = length;
    this.#offset = offset;
    this.#lineBases = lineBases;
    this.#lineBytes = lineBytes;
    this.#readAt = readAt;
    this.#window = window;
    this.#bytes = window.bytes;
  }

  baseAt(position: number): number {
    if (position < 0 || position >= this.length) return 0;
    const line = Math.floor(position / this.#lineBases);
    const byte = line * this.#lineBytes + position - line * this.#lineBases;
    let at = byte - this.#start;
    if (at < 0 || at >= this.#size) {
      this.#load(byte);
      at = byte - this.#start;
    }
    return at < this.#size ? BASE_OF_BYTE[this.#bytes[at]!]! : 0;
  }

  /** Loads a window that reaches further ahead than back: left-alignment steps back, the file goes forward. */
  #load(byte: number): void {
    const { owner } = this.#window;
    if (owner !== undefined) owner.#size = 0;
    this.#window.owner = this;
    this.#start = Math.max(0, byte - WINDOW_BYTES / 4);
    this.#size = this.#readAt(this.#bytes, this.#offset + this.#start);
  }
}

/** Which reference: SHA-256 (hex) of its index, which names every contig and length. Throws REFERENCE_UNUSABLE. */
export function referenceDigest(path: string): string {
  return digestOf(readIndexText(path));
}

function digestOf(indexText: Buffer): string {
  return createHash('sha256').update(indexText).digest('hex');
}

function readIndexText(path: string): Buffer {
  try {
    return readFileSync(`${path}.fai`);
  } catch (cause) {
    throw unusable(path, `its index ${path}.fai cannot be read: make it with "samtools faidx ${path}"`, cause);
  }
}

function readIndex(path: string): { entries: readonly IndexEntry[]; digest: string } {
  const text = readIndexText(path);
  const entries: IndexEntry[] = [];
  for (const line of text.toString('utf8').split('\n')) {
    if (line === '') continue;
    const [name = '', ...numbers] = line.trimEnd().split('\t');
    const [length = 0, offset = 0, lineBases = 0, lineBytes = 0] = numbers.map(Number);
    const sound = name !== '' && Number.isSafeInteger(length) && Number.isSafeInteger(offset) && length >= 0;
    if (!sound || !(lineBases > 0 || length === 0) || !(lineBytes >= lineBases)) {
      throw unusable(path, `${path}.fai is not a FASTA index: make it again with "samtools faidx ${path}"`);
    }
    entries.push({ name, length, offset, lineBases: Math.max(1, lineBases), lineBytes: Math.max(1, lineBytes) });
  }
  return { entries, digest: digestOf(text) };
}

function openFasta(path: string): number {
  try {
    const descriptor = openSync(path, 'r');
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
  } catch (cause) {
    throw unusable(path, 'it cannot be read', cause);
  }
  throw unusable(path, 'it is not a file');
}

function isGzip(descriptor: number): boolean {
  const magic = Buffer.alloc(2);
  return readSync(descriptor, magic, 0, 2, 0) === 2 && magic.readUInt16BE(0) === GZIP_MAGIC;
}

function plainReader(descriptor: number): ReadAt {
  return (target, offset) => {
    let done = 0;
    while (done < target.length) {
      const read = readSync(descriptor, target, done, target.length - done, offset + done);
      if (read === 0) break;
      done += read;
    }
    return done;
  };
}

function checkSize(descriptor: number, path: string, entries: readonly IndexEntry[]): void {
  const bytes = fstatSync(descriptor).size;
  for (const { name, length, offset, lineBases, lineBytes } of entries) {
    const end = offset + Math.floor(length / lineBases) * lineBytes + (length % lineBases);
    // A last full line may lack its line end.
    if (end - (lineBytes - lineBases) > bytes) {
      throw unusable(
        path,
        `it ends before ${name} does: ${path}.fai belongs to another file ("samtools faidx ${path}")`,
      );
    }
  }
}

/** Reads a bgzipped FASTA through its .gzi: little-endian count, then (compressed, uncompressed) offsets of blocks from the second on. */
function bgzfReader(descriptor: number, path: string): ReadAt {
  if (!existsSync(`${path}.gzi`)) {
    throw unusable(path, `it is compressed and ${path}.gzi is missing: make it with "samtools faidx ${path}"`);
  }
  const index = readFileSync(`${path}.gzi`);
  const count = index.length >= 8 ? Number(index.readBigUInt64LE(0)) : -1;
  if (index.length !== 8 + count * 16) throw unusable(path, `${path}.gzi is damaged: run "samtools faidx ${path}"`);
  const starts: { compressed: number; plain: number }[] = [{ compressed: 0, plain: 0 }];
  for (let i = 0; i < count; i++) {
    const at = 8 + i * 16;
    starts.push({ compressed: Number(index.readBigUInt64LE(at)), plain: Number(index.readBigUInt64LE(at + 8)) });
  }
  return (target, offset) => {
    let low = 0;
    for (let high = starts.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]!.plain <= offset) low = middle;
      else high = middle - 1;
    }
    let done = 0;
    for (let block = low; block < starts.length && done < target.length; block++) {
      const { compressed, plain } = starts[block]!;
      const bytes = inflateBlock(descriptor, path, compressed).subarray(Math.max(0, offset + done - plain));
      target.set(bytes.subarray(0, target.length - done), done);
      done += Math.min(bytes.length, target.length - done);
    }
    return done;
  };
}

function inflateBlock(descriptor: number, path: string, offset: number): Uint8Array {
  const bytes = Buffer.alloc(WINDOW_BYTES);
  const read = readSync(descriptor, bytes, 0, WINDOW_BYTES, offset);
  // BSIZE, the total block size minus one, stands at 16 of the fixed header that bgzip writes (SAM specification §4.1).
  const size = read > BGZF_HEADER_BYTES && bytes.readUInt16BE(12) === 0x4243 ? bytes.readUInt16LE(16) + 1 : 0;
  const why = 'it is compressed but not sound BGZF there: compress it with "bgzip"';
  if (size > read || size <= BGZF_HEADER_BYTES + BGZF_FOOTER_BYTES) throw unusable(path, why);
  try {
    return inflateRawSync(bytes.subarray(BGZF_HEADER_BYTES, size - BGZF_FOOTER_BYTES));
  } catch (cause) {
    throw unusable(path, why, cause);
  }
}

function baseTable(): Uint8Array {
  const table = new Uint8Array(256).fill(N, 0x21, 0x7f);
  for (const base of Buffer.from('ACGT')) {
    table[base] = base;
    table[base | 0x20] = base;
  }
  return table;
}

function unusable(path: string, why: string, cause?: unknown): VcfAgentError {
  return new VcfAgentError('REFERENCE_UNUSABLE', `reference ${path}: ${why}`, { cause, context: { file: path } });
}
