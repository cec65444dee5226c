import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockColumns } from '../../src/codec/content.ts';
import { encodeEnvelope } from '../../src/codec/envelope-codec.ts';
import { EnvelopeHandoff } from '../../src/codec/handoff.ts';
import { unitOf } from '../support/envelope.ts';

async function sealed(line: string) {
  const unit = unitOf([line]);
  const { envelope, body } = await encodeEnvelope(unit.envelope, blockColumns(unit.envelope.block), {
    compressionLevel: 1,
  });
  return { prepared: { ...unit, envelope }, body };
}

test('should hand an envelope over once when the message is the one that went in', async () => {
  const { prepared, body } = await sealed('1 5 . A G . . DP=1');
  const handoff = new EnvelopeHandoff();
  handoff.offer(prepared, body);
  assert.equal(handoff.take(prepared.envelope.id, body.slice()), prepared);
  assert.equal(handoff.take(prepared.envelope.id, body), undefined);
});

test('should keep nothing of an envelope that somebody else has applied', async () => {
  const { prepared, body } = await sealed('1 5 . A G . . DP=1');
  const handoff = new EnvelopeHandoff();
  handoff.offer(prepared, body);
  handoff.drop(prepared.envelope.id);
  assert.equal(handoff.take(prepared.envelope.id, body), undefined);
});

test('should hand over nothing when the log gave another message under the same id', async () => {
  const { prepared, body } = await sealed('1 5 . A G . . DP=1');
  const other = await sealed('1 5 . A G . . DP=2');
  const handoff = new EnvelopeHandoff();
  handoff.offer(prepared, body);
  assert.equal(prepared.envelope.id, other.prepared.envelope.id);
  assert.equal(handoff.take(prepared.envelope.id, other.body), undefined);
  assert.equal(handoff.take('0'.repeat(64), body), undefined);
});

test('should be ENVELOPE_CORRUPT when the log gave the message back damaged', async () => {
  const { prepared, body } = await sealed('1 5 . A G . . DP=1');
  const handoff = new EnvelopeHandoff();
  handoff.offer(prepared, body);
  const damaged = body.slice();
  damaged[body.length - 1]! ^= 4;
  assert.throws(() => handoff.take(prepared.envelope.id, damaged), { code: 'ENVELOPE_CORRUPT' });
});
