import { IggyError } from './errors.ts';
import { ByteReader, ByteWriter } from './protocol/bytes.ts';

/** Kinds of header values in the order of their numbers on the wire, from 1. */
const KINDS = [
  'raw',
  'string',
  'bool',
  'i8',
  'i16',
  'i32',
  'i64',
  'i128',
  'u8',
  'u16',
  'u32',
  'u64',
  'u128',
  'f32',
  'f64',
] as const;

export type HeaderKind = (typeof KINDS)[number];

/** A header of a message, or an option of a resource. Keys are text here; values keep kind and bytes as on the wire. */
export interface UserHeader {
  readonly key: string;
  readonly kind: HeaderKind;
  /** 1 to 255 bytes; numbers little-endian. */
  readonly value: Uint8Array;
}

const MAX_FIELD_BYTES = 255;
/** The server refuses a larger block with 4017. */
const MAX_BLOCK_BYTES = 100_000;

/** A header whose value is text. */
export function textHeader(key: string, value: string): UserHeader {
  return { key, kind: 'string', value: Buffer.from(value) };
}

/** The text of the first header of this name that holds text. */
export function headerText(headers: readonly UserHeader[], key: string): string | undefined {
  const found = headers.find((header) => header.key === key && header.kind === 'string');
  return found === undefined ? undefined : Buffer.from(found.value).toString();
}

/** Pairs of `u8 kind | u32 length | bytes`, key then value. */
export function encodeHeaders(headers: readonly UserHeader[]): Uint8Array {
  if (headers.length === 0) return new Uint8Array(0);
  const writer = new ByteWriter();
  for (const { key, kind, value } of headers) {
    writeField(writer, 'string', Buffer.from(key));
    writeField(writer, kind, value);
  }
  const block = writer.joined();
  if (block.length > MAX_BLOCK_BYTES) throw new IggyError('INVALID_ARGUMENT', `headers of ${block.length} bytes`);
  return block;
}

function writeField(writer: ByteWriter, kind: HeaderKind, value: Uint8Array): void {
  if (value.length === 0 || value.length > MAX_FIELD_BYTES) {
    throw new IggyError('INVALID_ARGUMENT', `a header's key or value has ${value.length} bytes, not 1 to 255`);
  }
  writer
    .u8(KINDS.indexOf(kind) + 1)
    .u32(value.length)
    .bytes(value);
}

/** Reads a whole block. A value of a kind unknown to us is `raw`: the format lets newer servers add kinds. */
export function decodeHeaders(block: Uint8Array): UserHeader[] {
  const reader = new ByteReader(block);
  const headers: UserHeader[] = [];
  while (reader.remaining > 0) {
    reader.u8();
    const key = reader.bytes(reader.u32()).toString();
    const kind = KINDS[reader.u8() - 1] ?? 'raw';
    headers.push({ key, kind, value: reader.bytes(reader.u32()) });
  }
  return headers;
}
