import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HomeLock, type StoreFolders, storeFolders } from '../../src/app/home.ts';
import { Letters } from '../../src/app/letters.ts';
import { type ReplayedLetter, replayLetters } from '../../src/app/replay-letters.ts';
import { blockColumns } from '../../src/codec/content.ts';
import { encodeEnvelope } from '../../src/codec/envelope-codec.ts';
import { UndeliveredFolder } from '../../src/coordinator/dead-letters.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import { DeadLetterFolder } from '../../src/delivery/dead-letter.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { unitOf } from '../support/envelope.ts';

const TOPIC = 'vcf-variants';
const WHY = { code: 'PLATFORM_TIMEOUT', reason: 'kafka did not answer', rounds: 4, tenant: 'default', key: '17' };
let t: TestApp;
let folders: StoreFolders;
let letters: Letters;

before(async () => {
  t = await openTestApp();
  await t.app.store.ensureTenant('default');
  folders = storeFolders(t.options.home, await t.app.store.identity());
  letters = new Letters(folders.deadLetters);
});
after(() => t[Symbol.asyncDispose]());

/** An envelope of one variant, as a producer makes it. */
async function envelopeAt(ordinal: number): Promise<{ readonly id: string; readonly body: Uint8Array }> {
  const { envelope } = unitOf([`17 ${43_044_295 + ordinal} . A G . PASS .`], { firstOrdinal: ordinal });
  const { body } = await encodeEnvelope(envelope, blockColumns(envelope.block), { compressionLevel: 1 });
  return { id: envelope.id, body };
}

async function undelivered(id: string, body: Uint8Array): Promise<void> {
  const folder = await UndeliveredFolder.open(folders.deadLetters, { now: () => Date.UTC(2026, 0, 1) });
  await folder.keep({ ...WHY, topic: TOPIC, id, body });
}

async function refused(id: string, body: Uint8Array): Promise<void> {
  const position = { platform: 'embedded', topic: TOPIC, partition: 0, offset: 7n } as const;
  const why = new VcfAgentError('DATABASE_ERROR', 'the table was read-only');
  await new DeadLetterFolder(folders.deadLetters).keep({ id, body, position }, why);
}

async function replayAll(): Promise<readonly ReplayedLetter[]> {
  const replayed: ReplayedLetter[] = [];
  await replayLetters({ app: t.app, letters }, await letters.list(), { onReplayed: (one) => replayed.push(one) });
  return replayed;
}

const applied = async (...ids: string[]) => (await t.app.store.applied('default', ids)).length;

test('should apply what no platform took and what the store refused when they are sent again', async () => {
  const [first, second] = [await envelopeAt(0), await envelopeAt(1)];
  await undelivered(first.id, first.body);
  await refused(second.id, second.body);
  assert.deepEqual(
    (await replayAll()).map(({ letter, outcome }) => [letter.id, outcome]),
    [
      [first.id, 'applied'],
      [second.id, 'applied'],
    ],
  );
  assert.equal(await applied(first.id, second.id), 2);
  assert.deepEqual(await letters.list(), []);
});

test('should store an envelope once when its letter is sent again although it had arrived', async () => {
  const envelope = await envelopeAt(2);
  for (let times = 0; times < 2; times++) {
    await undelivered(envelope.id, envelope.body);
    assert.deepEqual(
      (await replayAll()).map(({ outcome }) => outcome),
      ['applied'],
    );
  }
  const rows = await t.sql('select count(*) as n from variants where pos = $1', [43_044_297]);
  assert.equal(Number(rows[0]?.n), 1);
});

test('should join the group once when many letters are sent again', async () => {
  for (let ordinal = 10; ordinal < 30; ordinal++) {
    const { id, body } = await envelopeAt(ordinal);
    await undelivered(id, body);
  }
  let joined = 0;
  const ingesting: typeof t.app.ingesting = (work, options) => {
    joined += 1;
    return t.app.ingesting(work, options);
  };
  const outcomes: string[] = [];
  const app = { store: t.app.store, ingesting };
  await replayLetters({ app, letters }, await letters.list(), { onReplayed: (one) => outcomes.push(one.outcome) });
  assert.deepEqual([joined, outcomes], [1, Array(20).fill('applied')]);
});

test('should send no more when the caller gives up', async () => {
  const envelopes = [await envelopeAt(30), await envelopeAt(31)];
  for (const { id, body } of envelopes) await undelivered(id, body);
  const stop = new AbortController();
  const onReplayed = () => stop.abort(new Error('enough'));
  const replaying = replayLetters({ app: t.app, letters }, await letters.list(), { signal: stop.signal, onReplayed });
  await assert.rejects(replaying, { message: 'enough' });
  assert.equal((await letters.list()).length, 1);
  assert.equal((await replayAll())[0]?.outcome, 'applied');
});

test('should put aside again what is refused again, and go on with the next', async () => {
  const [broken, good] = [await envelopeAt(3), await envelopeAt(4)];
  await undelivered(
    broken.id,
    broken.body.map((byte, index) => (index === 40 ? byte ^ 1 : byte)),
  );
  await undelivered(good.id, good.body);
  const outcomes = new Map(
    (await replayAll()).map(({ letter, outcome, error }) => [letter.id, [outcome, error?.code]]),
  );
  assert.deepEqual(outcomes.get(broken.id), ['put aside again', 'ENVELOPE_CORRUPT']);
  assert.deepEqual(outcomes.get(good.id), ['applied', undefined]);
  const [letter, ...rest] = await letters.list();
  assert.deepEqual(rest, []);
  assert.deepEqual([letter?.id, letter?.kind, letter?.code], [broken.id, 'refused', 'ENVELOPE_CORRUPT']);
});

test('should keep a letter whose envelope does not say where it belongs', async () => {
  const [letter] = await letters.list();
  assert.equal(letter?.kind, 'refused');
  const [replayed] = await replayAll();
  assert.deepEqual([replayed?.outcome, replayed?.error?.code], ['kept', 'ENVELOPE_CORRUPT']);
  assert.equal((await letters.list()).length, 1);
});

test('should send nothing when somebody else is writing here', async () => {
  using _other = new HomeLock(t.options.home);
  await assert.rejects(replayAll(), (error: unknown) => error instanceof VcfAgentError && error.code === 'HOME_IN_USE');
  assert.equal((await letters.list()).length, 1);
});
