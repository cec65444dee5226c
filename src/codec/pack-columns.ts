import { constants, type ZstdOptions, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { PackedColumns } from '../core/envelope.ts';
import { VcfAgentError } from '../core/errors.ts';

/** More than any envelope we make (4 MiB of lines, a header): a hostile length must not allocate gigabytes. */
const MAX_BYTES = 256 * 1024 * 1024;

export interface PackOptions {
  /** zstd level; 0 leaves the bytes as they are. Level 1 is the default: see bench/RESULTS.md. */
  readonly compressionLevel: number;
}

/**
 * One zstd frame. Made on the spot, a millisecond for an envelope: through the thread pool it takes a quarter more CPU, and
 * who packs many has a thread of its own.
 */
export function packColumns(bytes: Uint8Array, { compressionLevel }: PackOptions): PackedColumns {
  if (compressionLevel === 0) return { encoding: 'plain', bytes, length: bytes.length };
  const options: ZstdOptions = {
    params: { [constants.ZSTD_c_compressionLevel]: compressionLevel },
    // One output buffer instead of 16 KiB pieces; lines compress by five and more.
    chunkSize: Math.max(bytes.length >> 2, 64 * 1024),
  };
  return { encoding: 'zstd', bytes: zstdCompressSync(bytes, options), length: bytes.length };
}

/**
 * The bytes before packing. Throws ENVELOPE_CORRUPT when they are not of the length that was said. On the spot, as they were
 * packed: through the thread pool a decoded envelope takes two fifths more CPU.
 */
export function unpackColumns({ encoding, bytes, length }: PackedColumns): Uint8Array {
  if (length > MAX_BYTES) throw corrupt(`${length} bytes are over the limit of ${MAX_BYTES}`);
  const unpacked = encoding === 'plain' ? bytes : inflate(bytes, length);
  if (unpacked.length !== length) throw corrupt(`${unpacked.length} bytes where ${length} were announced`);
  return unpacked;
}

function inflate(bytes: Uint8Array, length: number): Uint8Array {
  // One output buffer of the right size instead of 16 KiB pieces is 1.5 times faster. One byte more than needed, or
  // zlib makes a second one before it notices the end.
  const chunkSize = Math.max(length + 1, 64);
  try {
    return zstdDecompressSync(bytes, { chunkSize, maxOutputLength: chunkSize });
  } catch (cause) {
    throw corrupt('not a zstd frame of that length', cause);
  }
}

function corrupt(message: string, cause?: unknown): VcfAgentError {
  return new VcfAgentError('ENVELOPE_CORRUPT', `packed columns are damaged: ${message}`, { cause });
}
