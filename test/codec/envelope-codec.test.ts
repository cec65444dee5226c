import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockColumns, contentDigest } from '../../src/codec/content.ts';
import {
  decodeEnvelope,
  encodeEnvelope,
  releaseEnvelope,
  type UnpackedEnvelope,
} from '../../src/codec/envelope-codec.ts';
import { envelopeId } from '../../src/core/ids.ts';
import type { RejectedRecord } from '../../src/core/problem.ts';
import { BOUNDS_STRIDE, type VariantBlock } from '../../src/core/variant-block.ts';
import { scanBounds } from '../../src/vcf/lines.ts';

const HEADER = Buffer.from('##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n');
const LINES = [
  'chr1\t10\t.\tA\tG\t50\tPASS\tDP=3',
  'chr1\t20\trs1\tC\tT\t.\t.\t.\tGT\t0|1\t1/1',
  'chr2\t1\t.\tT\tTA\t1e3\tq10\tX',
];

/** Rows with this text between them: '\n' is a block without gaps. */
function block(lines: readonly string[], between = '\n'): VariantBlock {
  const bytes = Buffer.from(lines.map((line) => line + between).join(''));
  const bounds = new Uint32Array(lines.length * BOUNDS_STRIDE);
  let at = 0;
  lines.forEach((line, row) => {
    scanBounds(bytes, at, at + Buffer.byteLength(line), bounds, row);
    at += Buffer.byteLength(line + between);
  });
  const numbers = lines.map((_, index) => index);
  return {
    bytes,
    count: lines.length,
    bounds,
    ordinals: Uint32Array.from(numbers),
    alleles: Uint16Array.from(numbers),
  };
}

function envelope(
  lines: readonly string[],
  options: { between?: string; rejected?: RejectedRecord[] } = {},
): UnpackedEnvelope {
  const { between = '\n', rejected = [] } = options;
  const rows = block(lines, between);
  const plan = { batchSize: 1000, split: 'bcftools', reference: null } as const;
  const source = { digest: 'ab'.repeat(32), kind: 'file', name: 'a.vcf', bytes: 100, plan } as const;
  return {
    id: envelopeId('default', source.digest, 0, lines.length - 1),
    tenant: 'default',
    source,
    firstOrdinal: 0,
    lastOrdinal: lines.length - 1,
    firstVariant: 0,
    block: rows,
    rejected,
    header: HEADER,
    contentDigest: digestOf(rows, HEADER, rejected),
  };
}

const digestOf = (rows: VariantBlock, header: Uint8Array = HEADER, rejected: readonly RejectedRecord[] = []) =>
  contentDigest({ header, count: rows.count, columns: blockColumns(rows), rejected });

const encode = (unpacked: UnpackedEnvelope, compressionLevel: number) =>
  encodeEnvelope(unpacked, blockColumns(unpacked.block), { compressionLevel }).body;

const text = ({ bytes, bounds, count }: VariantBlock) =>
  Array.from({ length: count }, (_, row) =>
    Buffer.from(bytes.subarray(bounds[row * BOUNDS_STRIDE]!, bounds[row * BOUNDS_STRIDE + 9]!)).toString(),
  );

for (const compressionLevel of [0, 1, 3]) {
  test(`should give back the same envelope when packed at level ${compressionLevel}`, () => {
    const sent = envelope(LINES);
    const received = decodeEnvelope(encode(sent, compressionLevel));
    assert.deepEqual(text(received.block), LINES);
    assert.deepEqual(received.block.bounds, sent.block.bounds);
    assert.deepEqual(received.block.ordinals, sent.block.ordinals);
    assert.deepEqual(received.block.alleles, sent.block.alleles);
    assert.deepEqual(received.source, sent.source);
    assert.equal(received.contentDigest, sent.contentDigest);
    assert.deepEqual(Buffer.from(received.header), HEADER);
  });
}

test('should digest the same content alike when rows have gaps between them', () => {
  const gaps = envelope(LINES, { between: '\r\nrejected line\n' });
  assert.equal(gaps.contentDigest, envelope(LINES).contentDigest);
  const received = decodeEnvelope(encode(gaps, 1));
  assert.deepEqual(text(received.block), LINES);
});

test('should carry an envelope without rows when a file has none', () => {
  const received = decodeEnvelope(encode(envelope([]), 1));
  assert.equal(received.block.count, 0);
});

test('should refuse with ENVELOPE_CORRUPT when any byte is changed or the end is cut', () => {
  for (const compressionLevel of [0, 1]) {
    const bytes = encode(envelope(LINES), compressionLevel);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << (at % 8);
      assert.throws(() => decodeEnvelope(damaged), { code: 'ENVELOPE_CORRUPT' }, `byte ${at}`);
      assert.throws(() => decodeEnvelope(bytes.subarray(0, at)), { code: 'ENVELOPE_CORRUPT' }, `cut at ${at}`);
    }
  }
});

test('should refuse with ENVELOPE_CORRUPT when the content is not what the digest or the id says', () => {
  const good = envelope(LINES);
  for (const wrong of [
    { ...good, contentDigest: 'cd'.repeat(32) },
    { ...good, tenant: 'other' },
  ]) {
    const bytes = encode(wrong, 1);
    assert.throws(() => decodeEnvelope(bytes), { code: 'ENVELOPE_CORRUPT' });
  }
});

test('should digest differently when one field, ordinal, allele, header or rejected record differs', () => {
  const base = envelope(LINES);
  const digest = (change: Partial<VariantBlock>) => digestOf({ ...base.block, ...change });
  const problem = { code: 'X', severity: 'error', line: 1, column: 1, field: 'POS', message: 'm' } as const;
  const others = [
    digest({ ordinals: Uint32Array.from([0, 1, 3]) }),
    digest({ alleles: Uint16Array.from([0, 1, 1]) }),
    digestOf(base.block, Buffer.from('#')),
    digestOf(base.block, HEADER, [{ ordinal: 1, problem, text: 'x' }]),
    envelope([...LINES.slice(0, 2), LINES[2]!.replace('q10', 'q11')]).contentDigest,
  ];
  assert.equal(new Set([base.contentDigest, ...others]).size, others.length + 1);
});

test('should leave the buffer that a message is a part of alone when an envelope is released', () => {
  for (const level of [0, 1]) {
    const message = encode(envelope(LINES), level);
    const fetched = new Uint8Array(2 * Buffer.poolSize + message.length).fill(7);
    fetched.set(message, 100);
    const received = decodeEnvelope(fetched.subarray(100, 100 + message.length));
    releaseEnvelope(received);
    assert.equal(fetched.length, 2 * Buffer.poolSize + message.length);
    assert.deepEqual(fetched.subarray(100, 100 + message.length), message);
  }
});
