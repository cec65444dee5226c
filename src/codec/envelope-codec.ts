import { promisify } from 'node:util';
import { constants, crc32, type ZstdOptions, zstdCompress, zstdDecompress } from 'node:zlib';
import { Packr, Unpackr } from 'msgpackr';
import { ENCODING_VERSION, type Envelope, type Source } from '../core/envelope.ts';
import { VcfAgentError } from '../core/errors.ts';
import { envelopeId } from '../core/ids.ts';
import type { RejectedRecord } from '../core/problem.ts';
import { releaseMemory } from '../vcf/reader/release-memory.ts';
import { blockColumns, blockFromColumns, contentDigest } from './content.ts';

/**
 * Envelope bytes: one version byte, one flags byte (bit 0: zstd), four bytes little-endian with the length of the
 * MessagePack map before compression, four with the CRC-32 of everything else, then that map. Plain MessagePack without extensions, so that a consumer in another
 * language needs nothing of ours.
 */
const FLAG_ZSTD = 1;
const PREFIX_BYTES = 10;
/** More than any envelope we make (4 MiB of lines, a header): a hostile length must not allocate gigabytes. */
const MAX_MAP_BYTES = 256 * 1024 * 1024;

const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

interface WireEnvelope {
  readonly id: string;
  readonly tenant: string;
  readonly source: Source;
  readonly first: number;
  readonly last: number;
  readonly firstVariant: number;
  readonly count: number;
  readonly ordinals: Uint8Array;
  readonly alleles: Uint8Array;
  readonly lines: Uint8Array;
  readonly rejected: readonly RejectedRecord[];
  readonly header: Uint8Array;
  readonly digest: string;
}

export interface EncodeOptions {
  /** zstd level; 0 leaves the map as it is. Level 1 is the default: see bench/RESULTS.md. */
  readonly compressionLevel: number;
}

/** Bytes of an envelope, ready for any platform. Owns its memory, so it can be transferred between threads. */
export async function encodeEnvelope(envelope: Envelope, options: EncodeOptions): Promise<Uint8Array<ArrayBuffer>> {
  const map = packEnvelope(envelope);
  const level = options.compressionLevel;
  const payload = level === 0 ? map : await compress(map, compression(level, map.length));
  const bytes = new Uint8Array(PREFIX_BYTES + payload.length);
  bytes[0] = ENCODING_VERSION;
  bytes[1] = level === 0 ? 0 : FLAG_ZSTD;
  const view = new DataView(bytes.buffer);
  view.setUint32(2, map.length, true);
  view.setUint32(6, checksum(bytes, payload), true);
  bytes.set(payload, PREFIX_BYTES);
  releaseMemory(map);
  releaseMemory(payload);
  return bytes;
}

/** Room for everything in the map that is not a column: names, digests, plan, and a rejected record's frame. */
const SMALL_FIELDS_BYTES = 4096;
const REJECTED_FRAME_BYTES = 512;

function packEnvelope(envelope: Envelope): Uint8Array {
  const columns = blockColumns(envelope.block);
  const wire: WireEnvelope = {
    id: envelope.id,
    tenant: envelope.tenant,
    source: envelope.source,
    first: envelope.firstOrdinal,
    last: envelope.lastOrdinal,
    firstVariant: envelope.firstVariant,
    count: columns.count,
    ordinals: columns.ordinals,
    alleles: columns.alleles,
    lines: columns.lines,
    rejected: envelope.rejected,
    header: envelope.header,
    digest: envelope.contentDigest,
  };
  const { ordinals, alleles, lines } = columns;
  const rejected = envelope.rejected.reduce((sum, { text }) => sum + 3 * text.length + REJECTED_FRAME_BYTES, 0);
  const size = ordinals.length + alleles.length + lines.length + envelope.header.length + rejected + SMALL_FIELDS_BYTES;
  // A buffer of its own that fits: left alone, the packer takes four times the size and keeps it.
  packr.useBuffer(Buffer.allocUnsafeSlow(size));
  return packr.pack(wire);
}

function compression(level: number, bytes: number): ZstdOptions {
  // One output buffer instead of 16 KiB pieces; lines compress by five and more.
  return { params: { [constants.ZSTD_c_compressionLevel]: level }, chunkSize: Math.max(bytes >> 2, 64 * 1024) };
}

/**
 * The envelope in these bytes. Its lines and header are views of one buffer, which `releaseEnvelope` gives back. Throws ENVELOPE_CORRUPT when they are not one, or when its content is not what its
 * producer digested: a flipped bit between the file and here never becomes a row.
 */
export async function decodeEnvelope(bytes: Uint8Array): Promise<Envelope> {
  const wire = await unwrap(bytes);
  const columns = { count: wire.count, ordinals: wire.ordinals, alleles: wire.alleles, lines: wire.lines };
  const digest = contentDigest(wire.header, columns, wire.rejected);
  const id = envelopeId(wire.tenant, wire.source.digest, wire.first, wire.last);
  if (digest !== wire.digest || id !== wire.id) {
    throw new VcfAgentError('ENVELOPE_CORRUPT', 'the content of an envelope is not what its producer sent', {
      context: { envelope: wire.id, expected: wire.digest, found: digest },
    });
  }
  return {
    id: wire.id,
    tenant: wire.tenant,
    source: wire.source,
    firstOrdinal: wire.first,
    lastOrdinal: wire.last,
    firstVariant: wire.firstVariant,
    block: blockFromColumns(columns),
    rejected: wire.rejected,
    header: wire.header,
    contentDigest: digest,
  };
}

/** Over the prefix before the checksum, then the payload. */
function checksum(bytes: Uint8Array, payload: Uint8Array): number {
  return crc32(payload, crc32(bytes.subarray(0, 6)));
}

async function unwrap(bytes: Uint8Array): Promise<WireEnvelope> {
  if (bytes.length < PREFIX_BYTES || bytes[0] !== ENCODING_VERSION) {
    throw new VcfAgentError('ENVELOPE_CORRUPT', `not an envelope of version ${ENCODING_VERSION}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const mapBytes = view.getUint32(2, true);
  if (mapBytes > MAX_MAP_BYTES) {
    throw new VcfAgentError(
      'ENVELOPE_CORRUPT',
      `an envelope of ${mapBytes} bytes is over the limit of ${MAX_MAP_BYTES}`,
    );
  }
  const payload = bytes.subarray(PREFIX_BYTES);
  if (checksum(bytes, payload) !== view.getUint32(6, true)) {
    throw new VcfAgentError('ENVELOPE_CORRUPT', 'the checksum of an envelope is wrong');
  }
  try {
    // One output buffer of the right size instead of 16 KiB pieces is 1.5 times faster. One byte more than needed, or
    // zlib makes a second one before it notices the end.
    const chunkSize = Math.max(mapBytes + 1, 64);
    const map =
      (bytes[1]! & FLAG_ZSTD) === 0 ? payload : await decompress(payload, { chunkSize, maxOutputLength: chunkSize });
    if (map.length !== mapBytes) throw new Error(`length ${map.length}, announced ${mapBytes}`);
    return unpackr.unpack(map) as WireEnvelope;
  } catch (cause) {
    throw new VcfAgentError('ENVELOPE_CORRUPT', 'an envelope cannot be unpacked', { cause });
  }
}

/**
 * Gives the memory of a decoded envelope back at once. V8 answers external memory by full collections, which took a fifth
 * of an ingest's CPU. Nothing may look at the envelope afterwards.
 */
export function releaseEnvelope(envelope: Envelope): void {
  releaseMemory(envelope.block.bytes);
}
