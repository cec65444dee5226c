import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DuplicateKind } from '../../src/coordinator/sender.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import { changed } from '../support/changed-platform.ts';
import { makeRig, message, sendingWith } from './rig.ts';

test('should send to the primary alone when it is well', async () => {
  const { send, primary, fallback, idsOn, flights } = makeRig();
  await send('a');
  assert.deepEqual([idsOn(primary), idsOn(fallback)], [['a'], []]);
  assert.deepEqual(
    flights.map(({ kind }) => kind),
    ['decision', 'attempt', 'result'],
  );
});

test('should have the fallback acknowledge within a second when the primary hangs', async () => {
  const { clock, send, primary, fallback, idsOn } = makeRig();
  primary.mode = 'hung';
  await send('a');
  assert.ok(clock.monotonicMs() < 300, `${clock.monotonicMs()} ms`);
  assert.deepEqual(idsOn(fallback), ['a']);
  primary.mode = 'well';
  await clock.advance(100);
  assert.deepEqual(idsOn(primary), ['a'], 'unknown was not absent: it is on both now');
});

test('should send straight to the fallback once the primary has been silent for half a second', async () => {
  const { clock, send, primary, flights } = makeRig();
  primary.mode = 'hung';
  await send('a');
  await clock.advance(300);
  const beforeMs = clock.monotonicMs();
  await send('b');
  assert.ok(clock.monotonicMs() - beforeMs < 20);
  const decision = flights.filter((event) => event.kind === 'decision').at(-1)!;
  assert.deepEqual([decision.order, decision.reason], [['fallback', 'primary'], 'the primary is ill']);
  assert.deepEqual(decision.health.primary.reasons, ['silent']);
});

test('should come back to the primary when it has been well for the hold', async () => {
  const { clock, send, primary, coordinator, sending } = makeRig({ options: { failbackHoldMs: 3000 } });
  const stop = new AbortController();
  const running = coordinator.run({ signal: stop.signal });
  await clock.advance(10);
  primary.mode = 'down';
  await send('a');
  assert.equal(coordinator.status().active, 'kafka');
  await clock.advance(5000);
  primary.mode = 'well';
  await clock.advance(3000);
  await send('b');
  assert.equal(coordinator.status().active, 'kafka', 'well, but not for long enough');
  await clock.advance(20_000);
  await clock.until(sending('c'));
  const { active, failovers, failbacks } = coordinator.status();
  assert.deepEqual([active, failovers, failbacks, primary.ids.has('c')], ['iggy', 1, 1, true]);
  stop.abort();
  await running;
});

test('should carry an envelope once when it is sent again while it is under way', async () => {
  const duplicates: DuplicateKind[] = [];
  const { clock, sending, primary, idsOn } = makeRig({
    ports: { events: { onDuplicate: (kind) => duplicates.push(kind) } },
  });
  await clock.until(Promise.all([sending('a'), sending('a')]));
  assert.deepEqual([idsOn(primary), duplicates], [['a'], ['in flight']]);
});

test('should carry the same envelope over each topic that it is sent to', async () => {
  const { clock, coordinator, primary, idsOn } = makeRig();
  const topics = ['vcf-variants', 'cache-events'];
  const producers = await Promise.all(topics.map((topic) => coordinator.producer(topic, { tenant: 'default' })));
  await clock.until(Promise.all(producers.map((producer) => producer.send([message('a')]))));
  assert.deepEqual(idsOn(primary), ['a', 'a']);
});

test('should go on for the second caller when the first gave up', async () => {
  const { clock, sending, primary, idsOn } = makeRig();
  const patience = new AbortController();
  const first = sending('a', patience.signal);
  const second = sending('a');
  const refused = assert.rejects(first, /enough/);
  patience.abort(new Error('enough'));
  await clock.until(Promise.all([refused, second]));
  assert.ok(idsOn(primary).includes('a'));
});

test('should skip an envelope only when the ledger has it, not because it was sent before', async () => {
  const applied = new Set<string>();
  const duplicates: DuplicateKind[] = [];
  const { send, primary, idsOn, flights } = makeRig({
    ledger: { has: async (id) => applied.has(id) },
    ports: { events: { onDuplicate: (kind) => duplicates.push(kind) } },
  });
  await send('a');
  await send('a');
  applied.add('a');
  await send('a');
  assert.deepEqual(
    [idsOn(primary), duplicates],
    [
      ['a', 'a'],
      ['sent again', 'applied'],
    ],
  );
  const last = flights.at(-1)!;
  assert.equal(last.kind === 'result' && last.result, 'skipped');
});

test('should send again when the ledger cannot be asked', async () => {
  const ledger = { has: async () => Promise.reject(new VcfAgentError('DATABASE_UNAVAILABLE', 'down')) };
  const { send, primary, idsOn } = makeRig({ ledger });
  await send('a');
  await send('a');
  assert.deepEqual(idsOn(primary), ['a', 'a']);
});

test('should keep a dead letter and say so after three retries when both platforms are down', async () => {
  const { clock, sending, letters, primary, fallback, flights } = makeRig();
  primary.mode = 'down';
  fallback.mode = 'down';
  await clock.until(assert.rejects(sending('a'), { code: 'DELIVERY_FAILED', retryable: true }));
  const letter = letters.kept.get('a')!;
  assert.deepEqual(
    [letter.code, letter.rounds, letter.topic, letter.tenant, letter.key, [...letter.body]],
    ['PLATFORM_UNAVAILABLE', 4, 'vcf-variants', 'default', 'chr1', [1, 2, 3, 4]],
  );
  assert.equal(flights.filter(({ kind }) => kind === 'decision').length, 4);
});

test('should forget the dead letter when the envelope arrives after all', async () => {
  const { clock, sending, letters, primary, fallback } = makeRig({ options: { maxRetries: 0 } });
  primary.mode = 'down';
  fallback.mode = 'down';
  await clock.until(assert.rejects(sending('a'), { code: 'DELIVERY_FAILED' }));
  primary.mode = 'well';
  await clock.until(sending('a'));
  assert.equal(letters.kept.size, 0);
});

test('should bury at once when both refuse for good, and say that trying again is no use', async () => {
  const tooLarge = new VcfAgentError('PLATFORM_ERROR', 'message too large');
  const wrap = sendingWith(async () => Promise.reject(tooLarge));
  const { clock, sending, flights } = makeRig({ wrap });
  await clock.until(assert.rejects(sending('a'), { code: 'DELIVERY_FAILED', retryable: false }));
  assert.equal(flights.filter(({ kind }) => kind === 'decision').length, 1);
});

test('should wait for room and make no dead letter when the only log is full', async () => {
  let room = false;
  const full = new VcfAgentError('LOG_FULL', 'full', { retryable: true });
  const { clock, sending, letters, coordinator } = makeRig({
    alone: true,
    options: { maxRetries: 0 },
    wrap: sendingWith(async () => (room ? undefined : Promise.reject(full))),
  });
  const delivery = sending('a');
  await clock.advance(60_000);
  assert.equal(letters.kept.size, 0);
  room = true;
  await clock.until(delivery);
  const [health] = coordinator.status().platforms;
  assert.deepEqual([health!.breaker.state, health!.errorRate], ['CLOSED', 0], 'a full log is not an ill one');
});

test('should write to the database when no platform is up and that is allowed', async () => {
  const written: string[] = [];
  const direct = {
    write: async (messages: readonly { id: string }[]) => void written.push(...messages.map(({ id }) => id)),
  };
  for (const directFallback of [true, false]) {
    const { clock, sending, primary, fallback, letters, flights } = makeRig({
      options: { directFallback },
      ports: { direct },
    });
    primary.mode = 'down';
    fallback.mode = 'down';
    const delivery = sending('a');
    if (directFallback) {
      await clock.until(delivery);
      assert.ok(clock.monotonicMs() < 50, 'it does not wait for retries');
      assert.deepEqual([written, letters.kept.size], [['a'], 0]);
      assert.ok(flights.some((event) => event.kind === 'result' && event.result === 'direct'));
    } else {
      await clock.until(assert.rejects(delivery, { code: 'DELIVERY_FAILED' }));
      assert.equal(written.length, 1);
    }
  }
});

test('should refuse more than it may hold and take it later', async () => {
  const { clock, sending, primary } = makeRig({ options: { maxPendingMessages: 2 } });
  const held = [sending('a'), sending('b')];
  await assert.rejects(sending('c'), { code: 'OVERLOADED', retryable: true });
  await clock.until(Promise.all(held));
  await clock.until(sending('c'));
  assert.ok(primary.ids.has('c'));
});

test('should cut off what a hung platform collects when it is more than its bound', async () => {
  const { clock, send, primary, coordinator } = makeRig({
    options: { maxStragglerBytes: 10, hedgeAfterMs: 10, sendTimeoutMs: 60_000, strategy: 'PRIMARY_ONLY' },
  });
  primary.mode = 'hung';
  for (const id of ['a', 'b', 'c', 'd', 'e']) await send(id);
  assert.equal(coordinator.status().platforms[0]!.inFlight, 2, 'ten bytes are two envelopes');
  assert.equal(coordinator.status().stragglerBytes, 8);
  await clock.advance(60_000);
  assert.deepEqual([coordinator.status().stragglerBytes, clock.sleeping], [0, 0]);
});

test('should leave the breaker alone when it is the caller who gives up', async () => {
  const { clock, sending, primary, coordinator } = makeRig({ alone: true });
  primary.mode = 'hung';
  for (let count = 0; count < 10; count++) {
    const patience = new AbortController();
    const delivery = assert.rejects(sending(`${count}`, patience.signal), { name: 'AbortError' });
    await clock.advance(100);
    patience.abort();
    await delivery;
  }
  assert.equal(coordinator.status().platforms[0]!.breaker.state, 'CLOSED');
});

test('should open the breaker of a primary that refuses five times in a row, and send past it', async () => {
  const { send, primary, coordinator, flights } = makeRig({ options: { strategy: 'PRIMARY_ONLY' } });
  primary.mode = 'refusing';
  for (let count = 0; count < 7; count++) await send(`${count}`);
  const { breaker } = coordinator.status().platforms[0]!;
  assert.deepEqual([breaker.state, breaker.rejected], ['OPEN', 2]);
  assert.equal(flights.filter((event) => event.kind === 'attempt' && event.outcome === 'refused').length, 2);
});

test('should carry a tenant outside the rollout over the fallback only', async () => {
  const { clock, sending, primary, fallback, idsOn } = makeRig({ options: { rolloutPercent: 50 } });
  await clock.until(sending('in', undefined, 'default'));
  await clock.until(sending('out', undefined, 'clinic-a'));
  assert.deepEqual([idsOn(primary), idsOn(fallback)], [['in'], ['out']]);
});

test('should carry several envelopes of one call together, and only those that are not under way', async () => {
  const { clock, coordinator, primary, idsOn } = makeRig();
  const producer = await coordinator.producer('t', { tenant: 'default' });
  await clock.until(
    Promise.all([producer.send([message('a'), message('b')]), producer.send([message('b'), message('c')])]),
  );
  assert.deepEqual(idsOn(primary).sort(), ['a', 'b', 'c']);
});

test('should work with one platform, and refuse one in both roles', async () => {
  const { send, primary, idsOn, coordinator } = makeRig({ alone: true });
  await send('a');
  assert.deepEqual([idsOn(primary), coordinator.status().platforms.length], [['a'], 1]);
  assert.throws(() => makeRig({ wrap: (platform) => changed(platform, { name: 'iggy' }) }), {
    code: 'OPTION_CONFLICT',
  });
});

test('should not send everything twice when the primary is slow and alive', async () => {
  let answer = async () => {};
  const { clock, sending, flights } = makeRig({ wrap: sendingWith(() => answer()) });
  answer = () => clock.sleep(400);
  const deliveries: Promise<void>[] = [];
  for (let count = 0; count < 20; count++) {
    deliveries.push(sending(`${count}`));
    await clock.advance(50);
  }
  await clock.until(Promise.all(deliveries));
  await clock.advance(1000);
  const onKafka = flights.filter((event) => event.kind === 'attempt' && event.platform === 'kafka');
  assert.ok(onKafka.length <= 4, `${onKafka.length} of 20: only those before its first answer`);
});

test('should ask the fallback within a second when one message hangs among others that pass', async () => {
  const { clock, coordinator, sending, flights } = makeRig({
    wrap: (platform) =>
      changed(platform, {
        producer: async () => ({
          send: async ([first]: readonly { id: string }[]) => {
            if (first?.id === 'hanging' && platform.name === 'iggy') await new Promise(() => {});
          },
          close: async () => undefined,
        }),
      }),
  });
  const delivery = sending('hanging');
  for (let count = 0; count < 20; count++) {
    await sending(`${count}`);
    await clock.advance(50);
  }
  await delivery;
  const rescue = flights.find((event) => event.kind === 'result' && event.envelopes[0] === 'hanging');
  assert.ok(rescue?.kind === 'result' && rescue.platform === 'kafka' && rescue.durationMs < 1000);
  assert.equal(coordinator.status().active, 'iggy', 'one message is no reason to fail over');
});

test('should end what is under way when it is closed', async () => {
  const { clock, sending, primary, fallback, coordinator } = makeRig();
  primary.mode = 'hung';
  fallback.mode = 'hung';
  const delivery = assert.rejects(sending('a'), { code: 'ABORTED' });
  await clock.advance(1000);
  await coordinator.close();
  await clock.until(delivery);
  assert.equal(coordinator.status().pendingMessages, 0);
});
