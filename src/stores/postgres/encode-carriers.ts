import type { CarrierBlock } from '../../core/annotation.ts';
import type { CopyBuffers } from './copy-buffers.ts';
import type { EnvelopeKeys } from './encode-variants.ts';

export const CARRIER_COLUMNS = ['tenant_id', 'file_id', 'first_variant', 'sample', 'carried'] as const;

/** Four integers and the length of the last column, each with its length. */
const ROW_OVERHEAD_BYTES = 2 + 4 * 8 + 4;

/**
 * Encodes who carries what for a binary `COPY carriers`: one row a sample, with a bit for each variant of the envelope
 * (bit n of PostgreSQL's get_bit: the lowest of byte 0 first). A quarter of the bytes of a list of numbers when one
 * variant in 128 is carried, a thirtieth when one in four is.
 */
export function encodeCarriers(
  { samples, offsets, rows }: CarrierBlock,
  { firstVariant, count }: { readonly firstVariant: number; readonly count: number },
  { tenantId, fileId }: EnvelopeKeys,
  out: CopyBuffers,
): void {
  const width = Math.ceil(count / 8);
  for (let i = 0; i < samples.length; i++) {
    out.reserve(ROW_OVERHEAD_BYTES + width);
    const { bytes } = out;
    let at = bytes.writeInt16BE(CARRIER_COLUMNS.length, out.at);
    for (const value of [tenantId, fileId, firstVariant, samples[i]!]) {
      at = bytes.writeInt32BE(4, at);
      at = bytes.writeInt32BE(value, at);
    }
    at = bytes.writeInt32BE(width, at);
    bytes.fill(0, at, at + width);
    for (let j = offsets[i]!; j < offsets[i + 1]!; j++) {
      const row = rows[j]!;
      bytes[at + (row >> 3)]! |= 1 << (row & 7);
    }
    out.at = at + width;
  }
}

/** The inverse, from rows in order of sample. */
export function decodeCarriers(
  rows: readonly { readonly sample: number; readonly carried: Uint8Array }[],
): CarrierBlock {
  const offsets = new Uint32Array(rows.length + 1);
  const numbers: number[] = [];
  rows.forEach(({ carried }, i) => {
    for (let byte = 0; byte < carried.length; byte++) {
      for (let bits = carried[byte]!; bits !== 0; bits &= bits - 1) {
        numbers.push(byte * 8 + 31 - Math.clz32(bits & -bits));
      }
    }
    offsets[i + 1] = numbers.length;
  });
  return { samples: Uint32Array.from(rows, ({ sample }) => sample), offsets, rows: Uint32Array.from(numbers) };
}
