import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Observer } from '../../src/app/observe.ts';
import { HealthReports } from '../../src/app/observe-health.ts';
import type { RouteControl } from '../../src/app/platforms.ts';
import type { AppliedEnvelope } from '../../src/consume/consumer.ts';
import type { HostSample } from '../../src/health/collectors/host.ts';
import { BreakerOptions, parseOptions, SystemLimits } from '../../src/health/options.ts';
import { SystemGuard } from '../../src/health/system-guard.ts';
import { makeRig, type RigOptions } from '../coordinator/rig.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

const HOST: HostSample = {
  cpuShare: 0.25,
  loadPerCpu: 1,
  memoryShare: 0.5,
  memoryTotalBytes: 8e9,
  residentBytes: 2e8,
  diskFreeBytes: 1e9,
  diskTotalBytes: 1e10,
  networkReceivedPerSecond: undefined,
  networkSentPerSecond: undefined,
  storageReadPerSecond: 10,
  storageWrittenPerSecond: 20,
  eventLoopDelayMs: 20,
};

const ENVELOPE: AppliedEnvelope = {
  envelopeId: 'a',
  platform: 'kafka',
  applied: true,
  variants: 100,
  rejected: 2,
  plainBytes: 40_000,
  packedBytes: 10_000,
  latencyMs: 12,
};

/** A coordinator over two simulated platforms with everything about it observed. */
function observedRig(options: RigOptions = {}) {
  const observer = new Observer(new FakeClock());
  const ports = { events: observer.events, recorder: { record: observer.events.onFlight! } };
  const rig = makeRig({ ...options, ports });
  const guard = new SystemGuard(parseOptions('system', SystemLimits), parseOptions('breaker', BreakerOptions), {
    clock: rig.clock,
    collect: async () => HOST,
    onBreakerChange: observer.events.onBreakerChange,
  });
  const database = { answers: true };
  const stop = new AbortController();
  const control = { coordinator: rig.coordinator, guard } as RouteControl;
  observer.events.onControl?.(control);
  const reports = new HealthReports(observer, {
    clock: rig.clock,
    signal: stop.signal,
    database: async () => {
      if (!database.answers) throw new Error('connection refused');
    },
    deadLetters: async () => ({ undelivered: 1, refused: 2 }),
  });
  const scrape = async () => (await reports.metrics()).text.split('\n').filter((line) => !line.startsWith('#'));
  const ready = () => rig.clock.until(reports.ready());
  return { ...rig, observer, guard, database, stop, reports, scrape, ready };
}

test('should count what the coordinator does when envelopes are carried', async () => {
  const { send, scrape } = observedRig();
  await send('a');
  await send('b');
  const lines = await scrape();
  const decisions = 'routing_decisions_total{strategy="INTELLIGENT",platform="iggy",reason="the_primary_is_well"} 2';
  assert.ok(lines.includes(decisions));
  assert.ok(lines.includes('platform_send_attempts_total{platform="iggy",outcome="acknowledged"} 2'));
  assert.ok(lines.includes('message_deliveries_total{result="delivered"} 2'));
  assert.ok(lines.includes('coordinator_latency_seconds_count{result="delivered"} 2'));
  assert.ok(lines.includes('platform_health_status{platform="iggy",role="primary"} 1'));
  assert.ok(lines.includes('platform_in_charge{platform="kafka"} 0'));
  assert.ok(lines.includes('dead_letters{kind="refused"} 2'));
});

test('should count a failover and the breaker that opened when the primary goes down', async () => {
  const { primary, send, scrape } = observedRig();
  primary.mode = 'down';
  for (let count = 0; count < 8; count++) await send(`e${count}`);
  const lines = await scrape();
  assert.ok(lines.includes('platform_failovers_total{from="iggy",to="kafka"} 1'));
  assert.ok(lines.includes('platform_in_charge{platform="kafka"} 1'));
  assert.ok(lines.includes('platform_health_status{platform="iggy",role="primary"} 0'));
  assert.ok(lines.some((line) => /^platform_send_attempts_total\{platform="iggy",outcome="failed"\} [1-9]/.test(line)));
});

test('should count the envelope that is on both platforms when the first answers after all', async () => {
  const { clock, primary, sending, scrape } = observedRig();
  primary.mode = 'slow';
  await clock.until(sending('a'));
  await clock.advance(10_000);
  const lines = await scrape();
  assert.ok(lines.includes('duplicate_messages_total{kind="on_both_platforms"} 1'));
});

test('should count what is sent again and what the ledger keeps from being sent', async () => {
  const applied = new Set<string>();
  const { send, scrape } = observedRig({ ledger: { has: async (id) => applied.has(id) } });
  await send('a');
  await send('a');
  applied.add('a');
  await send('a');
  const lines = await scrape();
  assert.ok(lines.includes('duplicate_messages_total{kind="sent_again"} 1'));
  assert.ok(lines.includes('duplicate_messages_total{kind="applied"} 1'));
  assert.ok(lines.includes('message_deduplication_total{stage="send"} 1'));
});

test('should count variants by platform and status when envelopes reach the store', async () => {
  const { observer, scrape, reports } = observedRig();
  observer.events.onApplied?.([ENVELOPE, { ...ENVELOPE, variants: 50, rejected: 0 }, { ...ENVELOPE, applied: false }]);
  const lines = await scrape();
  assert.ok(lines.includes('vcf_variants_processed_total{platform="kafka",status="stored"} 150'));
  assert.ok(lines.includes('vcf_variants_processed_total{platform="kafka",status="duplicate"} 100'));
  assert.ok(lines.includes('vcf_variants_processed_total{platform="kafka",status="rejected"} 2'));
  assert.ok(lines.includes('vcf_processing_latency_seconds_count{platform="kafka"} 3'));
  assert.ok(lines.includes('vcf_message_compression_ratio_bucket{le="4"} 3'));
  assert.ok(lines.includes('vcf_message_compression_ratio_bucket{le="3"} 0'));
  const { variants, envelopes, compressionRatio, processingLatencyMs } = reports.performance();
  assert.deepEqual(variants, { stored: 150, duplicate: 100, rejected: 2 });
  assert.deepEqual(envelopes, { applied: 2, known: 1, delivered: 0 });
  assert.equal(compressionRatio, 4);
  assert.equal(processingLatencyMs.samples, 3);
  assert.ok(processingLatencyMs.p50 >= 12 && processingLatencyMs.p50 < 14);
});

test('should give the host and the lag of each platform when they are known, and nothing when they are not', async () => {
  const { guard, coordinator, clock, scrape } = observedRig();
  const before = await scrape();
  assert.ok(!before.some((line) => line.startsWith('host_') || line.includes('_consumer_lag')));
  guard.observe(HOST);
  const consumer = await coordinator.consumer('vcf-variants', 'postgres');
  await clock.until(consumer.poll({ maxMessages: 1, maxBytes: 1, waitMs: 10 }));
  await clock.until(coordinator.monitor.check('kafka'));
  const lines = await scrape();
  assert.ok(lines.includes('host_cpu_ratio 0.25'));
  assert.ok(lines.includes('host_storage_bytes_per_second{direction="written"} 20'));
  assert.ok(!lines.some((line) => line.startsWith('host_network_bytes_per_second{')));
  assert.ok(lines.some((line) => /^kafka_consumer_lag\{partition="0"\} \d+$/.test(line)));
  await consumer.close();
});

test('should be ready only while it runs and has a platform, a database and a machine that is not short of anything', async () => {
  const { primary, fallback, guard, database, clock, coordinator, stop, reports, ready } = observedRig();
  const failing = async () => {
    await clock.advance(2_000);
    const { ok, body } = await ready();
    const { status, ...checks } = body;
    assert.equal(status, ok ? 'ready' : 'not ready');
    return Object.keys(checks).filter((name) => checks[name] === false);
  };
  assert.deepEqual(await failing(), []);
  database.answers = false;
  assert.deepEqual(await failing(), ['database']);
  database.answers = true;
  primary.mode = 'down';
  await clock.until(coordinator.monitor.check('iggy'));
  assert.deepEqual(await failing(), []);
  fallback.mode = 'down';
  await clock.until(coordinator.monitor.check('kafka'));
  assert.deepEqual(await failing(), ['platforms']);
  fallback.mode = 'well';
  await clock.until(coordinator.monitor.check('kafka'));
  guard.observe({ ...HOST, memoryShare: 0.99 });
  assert.deepEqual(await failing(), ['system']);
  assert.ok((await ready()).retryAfterMs! > 20_000);
  assert.equal(reports.system().ok, false);
  stop.abort();
  assert.deepEqual(await failing(), ['running', 'system']);
  assert.equal(reports.live().ok, true);
});

test('should say that it is idle, and nothing of platforms, when no route is open', async () => {
  const { observer, reports, scrape, ready, send } = observedRig();
  await send('a');
  observer.events.onControl?.(undefined);
  assert.deepEqual(reports.coordinator(), { ok: false, body: { status: 'idle' } });
  assert.equal(reports.system().ok, false);
  assert.equal(reports.platform('iggy'), undefined);
  assert.equal((await ready()).ok, false);
  const lines = await scrape();
  assert.ok(!lines.some((line) => line.startsWith('platform_health_status{')));
  assert.ok(lines.includes('message_deliveries_total{result="delivered"} 1'));
});

test('should leave breakers and counts of shed work as they are when health is asked for', async () => {
  const { guard, coordinator, reports, scrape } = observedRig();
  guard.observe({ ...HOST, memoryShare: 0.99 });
  const before = JSON.stringify([guard.health().shed, coordinator.monitor.breaker('iggy').status()]);
  for (let count = 0; count < 10; count++) {
    reports.system();
    reports.coordinator();
    reports.platform('iggy');
    await scrape();
  }
  assert.equal(JSON.stringify([guard.health().shed, coordinator.monitor.breaker('iggy').status()]), before);
});
