import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { JsonObject, parseJson } from '../../../../src/platforms/iggy/client/http/json.ts';
import {
  decodeHeaders,
  encodeHeaders,
  type HeaderKind,
  IggyError,
} from '../../../../src/platforms/iggy/client/index.ts';
import { ByteReader, ByteWriter } from '../../../../src/platforms/iggy/client/protocol/bytes.ts';
import { legacyProtocol } from '../../../../src/platforms/iggy/client/protocol/legacy.ts';
import type { Framing } from '../../../../src/platforms/iggy/client/protocol/protocol.ts';
import { vsrProtocol } from '../../../../src/platforms/iggy/client/protocol/vsr.ts';
import { loadXxh3 } from '../../../../src/platforms/iggy/client/protocol/xxh3.ts';
import { FrameAssembler } from '../../../../src/platforms/iggy/client/transport/frame-assembler.ts';
import { scenario } from '../transcripts/scenario.ts';
import { transcripts } from '../transcripts/transcript.ts';

describe('iggy client, the wire', () => {
  test('should read what was written when pieces are of any size', () => {
    const piece = fc.uint8Array({ maxLength: 20_000 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), piece), { maxLength: 12 }),
        (items) => {
          const writer = new ByteWriter(16);
          for (const [number, bytes] of items) writer.u128(number).u32(bytes.length).bytes(bytes).u8(7);
          const { length } = writer;
          const reader = new ByteReader(writer.joined());
          assert.equal(reader.remaining, length);
          for (const [number, bytes] of items) {
            assert.equal(reader.u128(), number);
            assert.deepEqual(new Uint8Array(reader.bytes(reader.u32())), bytes);
            assert.equal(reader.u8(), 7);
          }
          assert.equal(reader.remaining, 0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('should hand large pieces over without copying them', () => {
    const large = new Uint8Array(100_000);
    const pieces = new ByteWriter().u32(1).bytes(large).u32(2).pieces();
    assert.deepEqual(
      pieces.map((piece) => piece.length),
      [4, 100_000, 4],
    );
    assert.equal(pieces[1], large);
  });

  test('should reject with PROTOCOL when a reply ends inside a field', () => {
    const short = new ByteReader(Uint8Array.of(5, 65, 66));
    assert.throws(() => short.name(), { code: 'PROTOCOL' });
    assert.throws(() => new ByteReader(new Uint8Array(7)).u64(), { code: 'PROTOCOL' });
  });

  test('should refuse names that the protocol cannot carry', () => {
    for (const name of ['', 'x'.repeat(256)]) {
      assert.throws(() => new ByteWriter().identifier(name), { code: 'INVALID_ARGUMENT' });
    }
  });

  test('should read headers as they were written, whatever their kind', () => {
    const kinds: HeaderKind[] = ['raw', 'string', 'bool', 'u64', 'f64'];
    const header = fc.record({
      key: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      kind: fc.constantFrom(...kinds),
      value: fc.uint8Array({ minLength: 1, maxLength: 255 }),
    });
    fc.assert(
      fc.property(fc.array(header, { maxLength: 10 }), (headers) => {
        const read = decodeHeaders(encodeHeaders(headers)).map((one) => ({ ...one, value: new Uint8Array(one.value) }));
        assert.deepEqual(
          read,
          headers.map((one) => ({ ...one })),
        );
      }),
    );
    assert.throws(() => encodeHeaders([{ key: 'k', kind: 'raw', value: new Uint8Array(256) }]), {
      code: 'INVALID_ARGUMENT',
    });
  });

  test('should compute the checksums that a real server computed', async () => {
    const xxh3 = await loadXxh3();
    const legacy = transcripts().find(({ transcript }) => transcript.protocol === 'legacy')!.transcript;
    const poll = legacy.steps.find(({ name }) => name === 'poll from an offset')!;
    const reply = Buffer.from(poll.exchanges[0]!.reply, 'base64');
    const reader = new ByteReader(reply.subarray(8 + 12));
    const count = reader.u32();
    assert.ok(count > 1);
    let at = 8 + 16;
    for (let index = 0; index < count; index++) {
      const end = at + 64 + reply.readUInt32LE(at + 48) + reply.readUInt32LE(at + 52);
      assert.equal(xxh3([reply.subarray(at + 8, end)]), reply.readBigUInt64LE(at), `message ${index}`);
      assert.equal(xxh3([reply.subarray(at + 8, at + 20), reply.subarray(at + 20, end)]), reply.readBigUInt64LE(at));
      at = end;
    }
    assert.equal(at, reply.length);
  });

  test('should answer nonsense with an error of its own, never with another', async () => {
    const dialects = [legacyProtocol, vsrProtocol(await loadXxh3())].map((protocol) => protocol.openSession().dialect);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.array(fc.constantFrom(0, 1, 2, 255), { maxLength: 600 }),
    );
    const json = fc.oneof(fc.jsonValue(), fc.object({ key: fc.constantFrom('id', 'name', 'messages', 'partitions') }));
    fc.assert(
      fc.property(
        fc.constantFrom(...scenario()),
        fc.constantFrom(...dialects),
        bytes,
        json,
        (step, dialect, body, value) => {
          const { binary, http } = step.operation;
          allows(() => binary.decode(new ByteReader(Uint8Array.from(body)), dialect));
          allows(() => http?.decode(parseJson(JSON.stringify(value))));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('should keep every digit of integers in JSON', () => {
    const text = '{"id":340282366920938463463374607431768211455,"small":7,"real":0.25,"text":"12345678901234567890"}';
    const json = new JsonObject(parseJson(text));
    assert.equal(json.bigint('id'), 2n ** 128n - 1n);
    assert.equal(json.number('small'), 7);
    assert.equal(json.number('real'), 0.25);
    assert.equal(json.text('text'), '12345678901234567890');
    assert.throws(() => json.number('absent'), { code: 'PROTOCOL' });
    assert.throws(() => parseJson('<html>'), { code: 'PROTOCOL' });
  });

  test('should read sizes that are written for people', () => {
    const json = new JsonObject({ a: '0 B', b: '1284 KiB', c: '85.5 MiB', d: '18335.316 KB' });
    const sizes = ['a', 'b', 'c', 'd'].map((name) => json.bytes(name));
    assert.deepEqual(sizes, [0n, 1_314_816n, 89_653_248n, 18_335_316n]);
  });
});

function allows(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof IggyError)) throw error;
  }
}

const framing: Framing = {
  headerBytes: 8,
  bodyBytes: (header) => header.readUInt32LE(4),
  classify: () => ({ kind: 'reply' }),
};

describe('iggy client, frames', () => {
  test('should cut the same frames whatever the chunks are', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(
        bodies,
        fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 50 }),
        (frames, cuts) => {
          const whole = frames.map((body) => new ByteWriter().u32(0).u32(body.length).bytes(body).joined());
          const stream = Buffer.concat(whole);
          const assembler = new FrameAssembler(framing, 1000);
          const found: Buffer[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const take = cuts[turn % cuts.length]!;
            found.push(...assembler.push(stream.subarray(at, at + take)));
            at += take;
          }
          assert.deepEqual(
            found.map(String),
            whole.map((bytes) => Buffer.from(bytes).toString()),
          );
        },
      ),
    );
  });

  test('should refuse a frame beyond the limit before it takes its memory', () => {
    const header = new ByteWriter().u32(0).u32(0xffff_ffff).joined();
    assert.throws(() => [...new FrameAssembler(framing, 1000).push(header)], { code: 'REPLY_TOO_LARGE' });
  });
});
