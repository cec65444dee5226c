import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VcfAgentError } from '../../src/core/errors.ts';
import { PatientSender } from '../../src/ingest/patient-sender.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

const MESSAGE = { key: 'chr1', id: 'a', body: new Uint8Array([1, 2, 3]) };

const failed = new VcfAgentError('DELIVERY_FAILED', 'no platform took it', { retryable: true });
const full = new VcfAgentError('LOG_FULL', 'full', { retryable: true });

/** A platform that answers the tries one after the other, then always like the last; some it takes whatever it says. */
function make(answers: (VcfAgentError | undefined)[], takes = (_id: string) => false) {
  const clock = new FakeClock();
  const triedAtMs: number[] = [];
  const bodies: number[][] = [];
  const send = async ([message]: readonly (typeof MESSAGE)[]) => {
    if (takes(message!.id)) return;
    triedAtMs.push(clock.monotonicMs());
    bodies.push([...message!.body]);
    message!.body.fill(0);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer !== undefined) throw answer;
  };
  const producer = { send, close: async () => undefined };
  const sender = new PatientSender({ producer, clock, pause: clock.sleep.bind(clock) });
  return { clock, sender, triedAtMs, bodies };
}

test('should wait twice as long before each further try, and two seconds at most', async () => {
  const { clock, sender, triedAtMs, bodies } = make([...Array.from({ length: 8 }, () => failed), undefined]);
  await clock.until(sender.send(MESSAGE, {}));
  const waitsMs = triedAtMs.slice(1).map((atMs, index) => atMs - triedAtMs[index]!);
  assert.deepEqual(waitsMs, [50, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
  assert.deepEqual(new Set(bodies.map(String)), new Set(['1,2,3']), 'each try has its own bytes');
});

test('should give up when nothing got through for a minute, after some thirty tries', async () => {
  const { clock, sender, triedAtMs } = make([failed]);
  await clock.until(assert.rejects(sender.send(MESSAGE, {}), { code: 'DELIVERY_FAILED' }));
  assert.ok(clock.monotonicMs() > 60_000 && clock.monotonicMs() < 62_500, `${clock.monotonicMs()}`);
  assert.ok(triedAtMs.length < 40, `${triedAtMs.length} tries`);
});

test('should give up a minute after the last send of any envelope got through', async () => {
  const { clock, sender } = make([failed], (id) => id === 'b');
  const sending = assert.rejects(sender.send(MESSAGE, {}), { code: 'DELIVERY_FAILED' });
  await clock.advance(50_000);
  await sender.send({ ...MESSAGE, id: 'b' }, {});
  await clock.until(sending);
  assert.ok(clock.monotonicMs() > 110_000 && clock.monotonicMs() < 112_500, `${clock.monotonicMs()}`);
});

test('should ask a log that is full twenty times a second and for as long as it takes', async () => {
  const { clock, sender, triedAtMs } = make([...Array.from({ length: 2_000 }, () => full), undefined]);
  await clock.until(sender.send(MESSAGE, {}));
  assert.deepEqual([triedAtMs.length, clock.monotonicMs()], [2_001, 100_000]);
});

test('should not try again when that cannot help', async () => {
  const { sender, triedAtMs } = make([new VcfAgentError('DISK_FULL', 'no room', { retryable: true })]);
  await assert.rejects(sender.send(MESSAGE, {}), { code: 'DISK_FULL' });
  assert.equal(triedAtMs.length, 1);
});
