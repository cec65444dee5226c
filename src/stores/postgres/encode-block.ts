import type { Envelope } from '../../core/envelope.ts';
import type { CopyBuffers } from './copy-buffers.ts';
import type { EnvelopeKeys } from './encode-variants.ts';

export const BLOCK_COLUMNS = [
  ...['tenant_id', 'file_id', 'first_variant', 'variant_count', 'length', 'encoding', 'columns'],
] as const;

/** Five integers with their lengths, the name of the encoding, the lengths of the last two, the number of columns. */
const ROW_OVERHEAD_BYTES = 2 + 5 * 8 + 4 + 8 + 4;

/** Encodes an envelope's packed columns as one row of a binary `COPY blocks`. They are sent from where they are. */
export function encodeBlock(
  { firstVariant, block, packed }: Pick<Envelope, 'firstVariant' | 'block' | 'packed'>,
  { tenantId, fileId }: EnvelopeKeys,
  out: CopyBuffers,
): void {
  out.reserve(ROW_OVERHEAD_BYTES);
  const { bytes } = out;
  let at = bytes.writeInt16BE(BLOCK_COLUMNS.length, out.at);
  for (const value of [tenantId, fileId, firstVariant, block.count, packed.length]) {
    at = bytes.writeInt32BE(4, at);
    at = bytes.writeInt32BE(value, at);
  }
  at = bytes.writeInt32BE(packed.encoding.length, at);
  at += bytes.write(packed.encoding, at, 'latin1');
  out.at = bytes.writeInt32BE(packed.bytes.length, at);
  out.append(packed.bytes);
}
