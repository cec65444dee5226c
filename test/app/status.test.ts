import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/app/clock.ts';
import { hostStatus, recordedRouting, workerStatus } from '../../src/app/status.ts';
import type { DecisionEvent, HealthNote } from '../../src/coordinator/flight.ts';
import { FileFlightRecorder } from '../../src/coordinator/flight-recorder.ts';
import type { PlatformName } from '../../src/core/ports.ts';

function noteOf(platform: PlatformName): HealthNote {
  const figures = { score: 1, latencyMs: 1, errorRate: 0, throughput: 1, inFlight: 0, silentMs: 0 };
  return { platform, usable: true, state: 'CLOSED', permitted: true, reasons: [], ...figures };
}

function decisionAt(atMs: number, first: 'primary' | 'fallback', round = 0): DecisionEvent {
  const health = { primary: noteOf('iggy'), fallback: noteOf('kafka') };
  const about = {
    kind: 'decision',
    topic: 'vcf-variants',
    tenant: 'default',
    strategy: 'INTELLIGENT',
    arm: 'control',
  } as const;
  return { ...about, atMs, envelopes: [`e${atMs}`], round, health, order: [first], reason: 'the primary is well' };
}

test('should count where recorded envelopes went first and when that last changed, retries left out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vcf-agent-status-'));
  try {
    assert.equal(await recordedRouting({ flights: folder }, systemClock), undefined);
    await using recorder = new FileFlightRecorder({ folder, maxBytes: 1e6, now: () => 1 });
    const firsts = ['primary', 'primary', 'fallback', 'fallback', 'primary', 'primary'] as const;
    for (const [index, first] of firsts.entries()) recorder.record(decisionAt(1000 + index, first));
    recorder.record(decisionAt(2000, 'fallback', 1));
    await recorder.flush();
    assert.deepEqual(await recordedRouting({ flights: folder }, systemClock), {
      decisions: 6,
      fromMs: 1000,
      toMs: 1005,
      first: { iggy: 4, kafka: 2 },
      changes: 2,
      lastChangeMs: 1004,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('should tell a worker that is not ready from one that nobody is, and wait for none that hangs', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/health/ready') response.statusCode = 503;
    response.end(JSON.stringify({ active: 'kafka', variantsPerSecond: { last10s: 12.5 } }));
  });
  const hanging = createServer(() => undefined);
  for (const each of [server, hanging]) await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  const at = (of: typeof server) => ({ host: '127.0.0.1', port: (of.address() as AddressInfo).port });
  try {
    const { url, ...said } = await workerStatus(at(server));
    assert.deepEqual(said, { ready: false, inCharge: 'kafka', variantsPerSecond: 12.5 });
    assert.equal(url, `http://127.0.0.1:${at(server).port}`);
    assert.equal((await workerStatus({ ...at(server), host: '0.0.0.0' })).ready, false);
    assert.equal((await workerStatus({ host: '127.0.0.1', port: 1 })).ready, undefined);
    const begunMs = performance.now();
    assert.equal((await workerStatus(at(hanging))).ready, undefined);
    assert.ok(performance.now() - begunMs < 5_000);
  } finally {
    for (const each of [server, hanging]) {
      each.closeAllConnections();
      each.close();
    }
  }
});

test('should look at the host twice, so that shares and rates are of now', async () => {
  const host = await hostStatus(tmpdir(), systemClock);
  assert.ok(host.cpuShare >= 0 && host.cpuShare <= 1);
  assert.ok(host.memoryTotalBytes > 0 && (host.diskFreeBytes ?? 1) > 0);
});
