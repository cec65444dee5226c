import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InFlight } from '../../src/ingest/backpressure.ts';
import { besideLedger } from '../../src/ingest/ledger-watch.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

/** A ledger that others write, and what is in flight here. */
async function make(ids: readonly string[]) {
  const clock = new FakeClock();
  const inFlight = new InFlight({ maxVariants: 100, maxBytes: 100 });
  for (const id of ids) await inFlight.acquire(id, 1, 1);
  const ledger = new Set<string>();
  const told: string[] = [];
  const asked: number[] = [];
  const stuck: (string | number)[][] = [];
  const failing = { store: false };
  const failed = new AbortController();
  const run = (signal?: AbortSignal) =>
    besideLedger(
      {
        inFlight,
        clock,
        applied: async (waiting) => {
          asked.push(clock.monotonicMs());
          if (failing.store) throw new Error('the store is away');
          return waiting.filter((id) => ledger.has(id));
        },
        onStuck: (ids) => stuck.push([clock.monotonicMs(), ...ids]),
        onApplied: (found) => {
          told.push(...found);
          for (const id of found) inFlight.release(id);
        },
      },
      { signal, failed: failed.signal },
      (stop) => inFlight.idle({ signal: stop }).then(() => 'done'),
    );
  return { clock, inFlight, ledger, told, asked, stuck, failing, failed, run };
}

test('should release what others have applied', async () => {
  const { clock, ledger, told, run } = await make(['a', 'b']);
  const running = run();
  ledger.add('b');
  await clock.advance(1000);
  assert.deepEqual(told, ['b']);
  ledger.add('a');
  await clock.advance(1000);
  assert.equal(await running, 'done');
  assert.deepEqual(told, ['b', 'a']);
  assert.equal(clock.sleeping, 0);
});

test('should look often while others apply, and seldom while nobody else does', async () => {
  const { clock, ledger, asked, run } = await make(['a', 'b', 'c']);
  const running = run();
  await clock.advance(2000);
  assert.equal(asked.length, 4);
  ledger.add('a').add('b');
  await clock.advance(500);
  asked.length = 0;
  await clock.advance(70);
  assert.ok(asked.length >= 3, String(asked.length));
  ledger.add('c');
  await clock.advance(1000);
  await running;
});

test('should go on when the store cannot be asked for a while', async () => {
  const { clock, ledger, failing, run } = await make(['a']);
  const running = run();
  failing.store = true;
  await clock.advance(5000);
  failing.store = false;
  ledger.add('a');
  await clock.advance(1000);
  assert.equal(await running, 'done');
});

test('should have sent again what nobody applies, after a while and seldom', async () => {
  const { clock, ledger, stuck, run } = await make(['a', 'b']);
  const running = run();
  await clock.advance(14_000);
  assert.equal(stuck.length, 0);
  await clock.advance(60_000);
  const [first, second, third] = stuck;
  assert.deepEqual(first?.slice(1), ['a', 'b']);
  assert.ok(Number(first?.[0]) < 17_000 && Number(second?.[0]) >= 30_000 && Number(third?.[0]) >= 60_000);
  ledger.add('a');
  await clock.advance(10_000);
  ledger.add('b');
  await clock.advance(1000);
  await running;
  assert.equal(stuck.length, 3);
});

test('should end with APPLY_STALLED when nobody applies the oldest for two minutes, whatever becomes of others', async () => {
  const { clock, inFlight, run } = await make(['stuck']);
  const running = run();
  const refused = assert.rejects(running, { code: 'APPLY_STALLED', retryable: true });
  for (let number = 0; number < 119; number++) {
    await inFlight.acquire(`${number}`, 1, 1);
    await clock.advance(1000);
    inFlight.release(`${number}`);
  }
  assert.ok(inFlight.has('stuck'));
  await clock.advance(5000);
  await refused;
});

test('should end with what stopped it: the consumer or the caller', async () => {
  const first = await make(['a']);
  const failing = first.run();
  first.failed.abort(new Error('the log is gone'));
  await assert.rejects(failing, { message: 'the log is gone' });
  const second = await make(['a']);
  const stop = new AbortController();
  const stopping = second.run(stop.signal);
  stop.abort(new Error('enough'));
  await assert.rejects(stopping, { message: 'enough' });
  assert.equal(second.clock.sleeping, 0);
});
