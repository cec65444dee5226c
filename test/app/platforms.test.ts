import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/app/clock.ts';
import { storeFolders } from '../../src/app/home.ts';
import { openRoute, type PlatformSettings, type Route, type RouteObserver } from '../../src/app/platforms.ts';
import { needs } from '../support/needs.ts';

let home: string;
before(() => {
  home = mkdtempSync(join(tmpdir(), 'vcf-agent-route-'));
});
after(() => rmSync(home, { recursive: true, force: true }));

/** Nobody listens there. */
const NOBODY = { brokers: ['127.0.0.1:1'] };
const KAFKA = { brokers: (process.env.TEST_KAFKA_BROKERS ?? '').split(',') };

const open = (settings: Omit<PlatformSettings, 'environment'> | undefined, observer?: RouteObserver): Promise<Route> =>
  openRoute(
    settings && { environment: 'development', ...settings },
    { home, folders: storeFolders(home, Math.random().toString(36).slice(2)), logMaxBytes: 1 << 24 },
    { clock: systemClock, observer },
  );

const topic = () => `route-${Math.random().toString(36).slice(2)}`;
const idOf = (number: number) => number.toString(16).padStart(64, '0');

/** Sends, reads and commits over the route. Returns the platforms that messages came over. */
async function carry(route: Route, name: string): Promise<readonly string[]> {
  const producer = await route.producer(name, { tenant: 'default' });
  for (let number = 0; number < 5; number++) {
    await producer.send([{ key: 'chr1', id: idOf(number), body: new Uint8Array([number]) }]);
  }
  const consumer = await route.consumer(name, 'g', { drained: 'reachable platforms' });
  const found = new Map<string, string>();
  const deadline = performance.now() + 30_000;
  while (found.size < 5 && performance.now() < deadline) {
    const messages = await consumer.poll({ maxMessages: 10, maxBytes: 1 << 20, waitMs: 500 });
    for (const { id, position } of messages) found.set(id, position.platform);
    await consumer.commit(messages.map(({ position }) => position));
  }
  assert.equal(found.size, 5);
  return [...new Set(found.values())];
}

test('should go over the embedded log without anything to decide when nothing is configured', async () => {
  for (const settings of [undefined, { primary: 'embedded' } as const]) {
    await using route = await open(settings);
    assert.equal(route.control, undefined);
    assert.deepEqual(await carry(route, topic()), ['embedded']);
    await route.whenAdmitted();
  }
});

test('should carry over the fallback when the primary is down at the start', async () => {
  const failovers: string[] = [];
  const observer = { onFailover: ({ to }: { to: string }) => failovers.push(to) };
  await using route = await open({ primary: 'kafka', fallback: 'embedded', kafka: NOBODY }, observer);
  assert.deepEqual(await carry(route, topic()), ['embedded']);
  assert.deepEqual(failovers, ['embedded']);
  assert.equal(route.control?.coordinator.status().active, 'embedded');
});

test('should carry over the primary when the fallback is down at the start', async () => {
  await using route = await open({ primary: 'embedded', fallback: 'kafka', kafka: NOBODY });
  assert.deepEqual(await carry(route, topic()), ['embedded']);
});

test('should make its topic and carry over Kafka when Kafka is alone', needs('kafka'), async () => {
  await using route = await open({ primary: 'kafka', kafka: KAFKA });
  const name = topic();
  assert.deepEqual(await carry(route, name), ['kafka']);
  const topics = await route.platforms[0]!.topics.list();
  assert.equal(topics.find((found) => found.name === name)?.partitions, 10);
});

test('should tell the observer and the flight recorder where an envelope went', async () => {
  const flights: string[] = [];
  // Whoever wants to look at the control gets one. With a second platform there may be a second attempt, on a slow machine.
  const observer: RouteObserver = { onFlight: ({ kind }) => flights.push(kind), onControl: () => {} };
  await using route = await open({ primary: 'embedded' }, observer);
  const producer = await route.producer(topic(), { tenant: 'default' });
  await producer.send([{ key: 'chr1', id: idOf(1), body: new Uint8Array(1) }]);
  assert.deepEqual(flights, ['decision', 'attempt', 'result']);
  const events = await route.control!.recorder.explain(idOf(1));
  assert.deepEqual(
    events.map(({ kind }) => kind),
    flights,
  );
});

test('should keep an envelope as a dead letter when no platform takes it', async () => {
  const coordinator = { maxRetries: 0 };
  await using route = await open({ primary: 'kafka', kafka: { ...NOBODY, connectTimeoutMs: 200 }, coordinator });
  const producer = await route.producer(topic(), { tenant: 'default' });
  const sending = producer.send([{ key: 'chr1', id: idOf(2), body: new Uint8Array(1) }]);
  await assert.rejects(sending, { code: 'DELIVERY_FAILED', retryable: true });
  assert.deepEqual(
    (await route.control!.undelivered.list()).map(({ id }) => id),
    [idOf(2)],
  );
});

test('should refuse settings that cannot be', async () => {
  await assert.rejects(open({ primary: 'kafka', fallback: 'kafka' }), { code: 'CONFIG_INVALID' });
  const coordinator = { hedgeAfterMs: -1 };
  await assert.rejects(open({ primary: 'embedded', fallback: 'kafka', coordinator }), { code: 'CONFIG_INVALID' });
});
