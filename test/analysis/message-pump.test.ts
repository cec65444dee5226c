import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pump } from '../../src/analysis/message-pump.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import type { IncomingMessage, PlatformConsumer } from '../../src/core/ports.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

const DOWN = new VcfAgentError('DATABASE_UNAVAILABLE', 'down', { retryable: true });
const REFUSED = new VcfAgentError('DATABASE_ERROR', 'no');

/** A log of these texts, two a poll; what is committed is written down. */
function rig(texts: readonly string[]) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const waiting = texts.map(
    (text, offset): IncomingMessage => ({
      position: { platform: 'embedded', topic: 't', partition: 0, offset: BigInt(offset) },
      id: text,
      body: Buffer.from(text),
    }),
  );
  const [committed, handled, buried]: [bigint[], string[], string[]] = [[], [], []];
  const consumer: PlatformConsumer = {
    poll: async ({ waitMs, signal }) => {
      if (waiting.length === 0) await clock.sleep(waitMs, { signal });
      return waiting.splice(0, 2);
    },
    commit: async (positions) => void committed.push(...positions.map(({ offset }) => offset)),
    lag: async () => [],
    close: async () => {},
  };
  const run = (handle: (texts: readonly string[]) => Promise<void> = async (some) => void handled.push(...some)) =>
    pump(
      { consumer, clock, bury: async ({ id }) => void buried.push(id) },
      {
        signal: stop.signal,
        maxMessages: 2,
        decode: ({ id }) => {
          if (id.startsWith('bad')) throw new VcfAgentError('ENVELOPE_CORRUPT', id);
          return id;
        },
        handle,
      },
    );
  return { clock, stop, run, committed, handled, buried };
}

test('should commit what it was given after it is handled, and end when it is told to', async () => {
  const { clock, stop, run, committed, handled } = rig(['a', 'b', 'c']);
  const running = run();
  await clock.advance(1000);
  assert.deepEqual(
    [handled, committed],
    [
      ['a', 'b', 'c'],
      [0n, 1n, 2n],
    ],
  );
  stop.abort();
  await running;
});

test('should commit nothing of what is in hand when it is ended', async () => {
  const { clock, stop, run, committed } = rig(['a', 'b']);
  const running = run(() => clock.sleep(1e6, { signal: stop.signal }));
  await clock.advance(1000);
  stop.abort(new Error('end'));
  await running;
  assert.deepEqual(committed, []);
});

test('should try again with the same while the store is away, and commit once', async () => {
  const { clock, stop, run, committed, handled } = rig(['a']);
  let tries = 0;
  const running = run(async (some) => {
    if (++tries < 4) throw DOWN;
    handled.push(...some);
  });
  await clock.advance(10_000);
  assert.deepEqual([tries, handled, committed], [4, ['a'], [0n]]);
  stop.abort();
  await running;
});

test('should put aside what it cannot read, and go on', async () => {
  const { clock, stop, run, committed, handled, buried } = rig(['bad1', 'a', 'bad2', 'b']);
  const running = run();
  await clock.advance(1000);
  assert.deepEqual(
    [buried, handled, committed],
    [
      ['bad1', 'bad2'],
      ['a', 'b'],
      [0n, 1n, 2n, 3n],
    ],
  );
  stop.abort();
  await running;
});

test('should reject, and commit nothing, when the store refuses for good', async () => {
  const { clock, run, committed } = rig(['a']);
  const running = run(() => Promise.reject(REFUSED));
  await assert.rejects(clock.until(running), (error) => error === REFUSED);
  assert.deepEqual(committed, []);
});
