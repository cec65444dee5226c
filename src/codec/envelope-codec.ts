import { crc32 } from 'node:zlib';
// Not the package's first entry: that looks for a native part, which costs 15 ms a thread and gains us nothing.
import { Packr } from 'msgpackr/pack';
import { Unpackr } from 'msgpackr/unpack';
import { ENCODING_VERSION, type Envelope, type PackedColumns, type Source } from '../core/envelope.ts';
import { VcfAgentError } from '../core/errors.ts';
import { envelopeId } from '../core/ids.ts';
import type { RejectedRecord } from '../core/problem.ts';
import { releaseMemory, releaseOwnMemory } from '../vcf/reader/release-memory.ts';
import { blockFromColumns, contentDigest } from './content.ts';
import { type PackOptions, packColumns, unpackColumns } from './pack-columns.ts';

/**
 * Envelope bytes: one version byte, one flags byte (bit 0: columns and header are zstd frames), four bytes little-endian
 * with the CRC-32 of everything else, then a MessagePack map. Plain MessagePack without extensions, so that a consumer in
 * another language needs nothing of ours: docs/envelope.md.
 */
const FLAG_ZSTD = 1;
const CHECKSUM_AT = 2;
const PREFIX_BYTES = 6;

const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });

interface WireEnvelope {
  readonly id: string;
  readonly tenant: string;
  readonly source: Source;
  readonly first: number;
  readonly last: number;
  readonly firstVariant: number;
  readonly count: number;
  readonly columns: Uint8Array;
  readonly columnsLength: number;
  readonly rejected: readonly RejectedRecord[];
  readonly header: Uint8Array;
  readonly headerLength: number;
  readonly digest: string;
}

/** An envelope whose columns are not packed yet. */
export type UnpackedEnvelope = Omit<Envelope, 'packed'>;

/** The header of a source is the same in each of its envelopes: packed once a level, for as long as somebody has it. */
const packedHeaders = new WeakMap<Uint8Array, Map<number, PackedColumns>>();

function packHeader(header: Uint8Array, options: PackOptions): PackedColumns {
  const levels = packedHeaders.get(header) ?? new Map<number, PackedColumns>();
  packedHeaders.set(header, levels);
  const level = options.compressionLevel;
  const packed = levels.get(level) ?? packColumns(header, options);
  levels.set(level, packed);
  return packed;
}

/**
 * Packs an envelope's columns (`blockColumns` of its block) and makes its bytes, ready for any platform. The bytes own
 * their memory, so they can be transferred between threads.
 */
export function encodeEnvelope(
  unpacked: UnpackedEnvelope,
  columns: Uint8Array,
  options: PackOptions,
): { readonly envelope: Envelope; readonly body: Uint8Array<ArrayBuffer> } {
  const packed = packColumns(columns, options);
  const header = packHeader(unpacked.header, options);
  const map = packMap(unpacked, packed, header);
  const body = new Uint8Array(PREFIX_BYTES + map.length);
  body[0] = ENCODING_VERSION;
  body[1] = packed.encoding === 'zstd' ? FLAG_ZSTD : 0;
  body.set(map, PREFIX_BYTES);
  releaseMemory(map);
  new DataView(body.buffer).setUint32(CHECKSUM_AT, computeChecksum(body), true);
  return { envelope: { ...unpacked, packed }, body };
}

/** Room for everything in the map that is not a run of bytes: names, digests, plan, and a rejected record's frame. */
const SMALL_FIELDS_BYTES = 4096;
const REJECTED_FRAME_BYTES = 512;

function packMap(envelope: UnpackedEnvelope, packed: PackedColumns, header: PackedColumns): Uint8Array {
  const wire: WireEnvelope = {
    id: envelope.id,
    tenant: envelope.tenant,
    source: envelope.source,
    first: envelope.firstOrdinal,
    last: envelope.lastOrdinal,
    firstVariant: envelope.firstVariant,
    count: envelope.block.count,
    columns: packed.bytes,
    columnsLength: packed.length,
    rejected: envelope.rejected,
    header: header.bytes,
    headerLength: header.length,
    digest: envelope.contentDigest,
  };
  const rejected = envelope.rejected.reduce((sum, { text }) => sum + 3 * text.length + REJECTED_FRAME_BYTES, 0);
  const size = packed.bytes.length + header.bytes.length + rejected + SMALL_FIELDS_BYTES;
  // A buffer of its own that fits: left alone, the packer takes four times the size and keeps it.
  packr.useBuffer(Buffer.allocUnsafeSlow(size));
  return packr.pack(wire);
}

/**
 * The envelope in these bytes. Throws ENVELOPE_CORRUPT when they are not one, or when its content is not what its producer
 * digested: a flipped bit between the file and here never becomes a row.
 */
export function decodeEnvelope(body: Uint8Array): Envelope {
  const wire = unwrap(body);
  const encoding = (body[1]! & FLAG_ZSTD) === 0 ? 'plain' : 'zstd';
  const packed: PackedColumns = { encoding, bytes: wire.columns, length: wire.columnsLength };
  const columns = unpackColumns(packed);
  const header = unpackColumns({ encoding, bytes: wire.header, length: wire.headerLength });
  const { count, rejected } = wire;
  const digest = contentDigest({ header, count, columns, rejected });
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
    block: blockFromColumns(columns, count),
    packed,
    rejected,
    header,
    contentDigest: digest,
  };
}

/** The CRC-32 that the bytes carry, taken at its word. */
export function carriedChecksum(body: Uint8Array): number {
  return new DataView(body.buffer, body.byteOffset, body.length).getUint32(CHECKSUM_AT, true);
}

/** The CRC-32 that the bytes carry. Throws ENVELOPE_CORRUPT when it is not that of the bytes. */
export function verifiedChecksum(body: Uint8Array): number {
  if (body.length < PREFIX_BYTES || body[0] !== ENCODING_VERSION) {
    throw new VcfAgentError('ENVELOPE_CORRUPT', `not an envelope of version ${ENCODING_VERSION}`);
  }
  const checksum = carriedChecksum(body);
  if (computeChecksum(body) === checksum) return checksum;
  throw new VcfAgentError('ENVELOPE_CORRUPT', 'the checksum of an envelope is wrong');
}

/** Over the version and the flags, then the map. */
function computeChecksum(body: Uint8Array): number {
  return crc32(body.subarray(PREFIX_BYTES), crc32(body.subarray(0, CHECKSUM_AT)));
}

function unwrap(body: Uint8Array): WireEnvelope {
  verifiedChecksum(body);
  try {
    return unpackr.unpack(body.subarray(PREFIX_BYTES)) as WireEnvelope;
  } catch (cause) {
    throw new VcfAgentError('ENVELOPE_CORRUPT', 'an envelope cannot be unpacked', { cause });
  }
}

/**
 * Gives the memory of an envelope's rows back at once. V8 answers external memory by full collections, which took a fifth
 * of an ingest's CPU. Nothing may look at the rows afterwards.
 */
export function releaseEnvelope({ block, packed }: Envelope): void {
  // Unpacked columns stand in the message itself, and a message may be a part of a larger buffer.
  if (block.bytes.buffer !== packed.bytes.buffer) releaseMemory(block.bytes);
  releaseMemory(block.bounds);
  releaseOwnMemory(packed.bytes);
}
