import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { crc32, gzipSync } from 'node:zlib';
import { Crc32Joiner } from '../../src/vcf/reader/crc32.ts';
import { hashSource, identifySource } from '../../src/vcf/source-identity.ts';
import { createRandom } from '../fuzz/random.ts';
import { twins } from '../support/twins.ts';
import { bgzip, dataLines, HEADER, temporaryFolder, writeTemporary } from './reader/fixtures.ts';

const folder = temporaryFolder();
const TEXT = `${HEADER}${dataLines(40).join('\n')}\n`;

test('should join CRCs as if the bytes had been one run when they are cut anywhere', () => {
  const seed = randomBytes(4).readUInt32LE();
  const { below } = createRandom(seed, 1);
  const joiner = new Crc32Joiner();
  for (let round = 0; round < 200; round++) {
    const bytes = randomBytes(below(round % 10 === 0 ? 200_000 : 300));
    const cut = below(bytes.length + 1);
    const [first, second] = [bytes.subarray(0, cut), bytes.subarray(cut)];
    assert.equal(joiner.join(crc32(first), crc32(second), second.length), crc32(bytes), `seed ${seed}, round ${round}`);
  }
});

describe('the identity of a file', () => {
  test('should be the same when the same text is packed in another way, read or not', async () => {
    const plain = await identifySource(writeTemporary(folder, TEXT));
    assert.equal(plain.contentDigest, createHash('sha256').update(TEXT).digest('hex'));
    assert.equal(plain.bytes, TEXT.length);
    for (const blockBytes of [17, 500, 60_000]) {
      const path = writeTemporary(folder, await bgzip(TEXT, { blockBytes }));
      const { contentDigest, ...told } = await identifySource(path);
      assert.equal(contentDigest, undefined, 'the blocks tell it: nothing is inflated');
      assert.deepEqual({ ...told, contentDigest: plain.contentDigest }, plain);
      assert.deepEqual(await hashSource(path), plain);
    }
    assert.deepEqual(await identifySource(writeTemporary(folder, gzipSync(TEXT))), plain);
  });

  test('should be another one when one byte differs', async () => {
    const [one, other] = [TEXT, TEXT.replace('rs7', 'rs8')];
    for (const pack of [async (text: string) => Buffer.from(text), (text: string) => bgzip(text)]) {
      const [first, second] = await Promise.all(
        [one, other].map(async (text) => identifySource(writeTemporary(folder, await pack(text)))),
      );
      assert.notEqual(first!.digest, second!.digest);
    }
  });

  test('should differ in its content when two texts have one length and one CRC-32', async () => {
    const [one, other] = twins(TEXT, 'rs7');
    assert.notEqual(one, other);
    const [first, second] = await Promise.all([one, other].map((text) => hashSource(writeTemporary(folder, text))));
    assert.equal(first!.digest, second!.digest);
    assert.notEqual(first!.contentDigest, second!.contentDigest);
  });

  test('should be read from the text when the file does not end as BGZF has to', async () => {
    const whole = await bgzip(TEXT);
    for (const bytes of [whole.subarray(0, -1), whole.subarray(0, -28), whole.subarray(0, -40)]) {
      const { contentDigest, damage } = await identifySource(writeTemporary(folder, bytes));
      assert.notEqual(contentDigest, undefined);
      assert.match(damage?.code ?? '', /^BGZF_/);
    }
  });
});
