import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { COUNTERS, GAUGES, HISTOGRAMS, type MetricShape } from '../../src/telemetry/metric-names.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';

const ALL: Readonly<Record<string, MetricShape>> = { ...COUNTERS, ...HISTOGRAMS, ...GAUGES };

test('should document every metric with its labels, and no other, when docs/metrics.md is read', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'metrics.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z_]+)` \|([^|]*)\|/gm)].map((row) => [
    row[1],
    [...row[2]!.matchAll(/`([a-z]+)`/g)].map((label) => label[1]),
  ]);
  const known = Object.entries(ALL).map(([name, { labels }]) => [name, labels]);
  assert.deepEqual(rows.sort(), known.sort());
});

test('should have no label that names a variant, a file, a sample, a tenant or an envelope', () => {
  const bounded = ['platform', 'status', 'strategy', 'reason', 'from', 'to', 'breaker', 'stage', 'kind', 'result'];
  const allowed = new Set([...bounded, 'outcome', 'role', 'partition', 'state', 'direction']);
  for (const [name, { labels }] of Object.entries(ALL)) {
    for (const label of labels) assert.ok(allowed.has(label), `${label} of ${name}`);
  }
});

test('should not say what is not known when a gauge is not set anew', async () => {
  const metrics = new Metrics();
  let known: number | undefined = 0.5;
  metrics.onScrape(async () => {
    metrics.set('host_cpu_ratio', {}, known);
    metrics.set('platform_brokers', { platform: 'kafka' }, known);
  });
  assert.match(await metrics.text(), /^host_cpu_ratio 0\.5$/m);
  known = undefined;
  const text = await metrics.text();
  assert.doesNotMatch(text, /^host_cpu_ratio [0-9]/m);
  assert.doesNotMatch(text, /^platform_brokers\{/m);
});

test('should give what somebody else counts as it is when it is told again and again', async () => {
  const metrics = new Metrics();
  for (const total of [3, 3, 7]) metrics.total('circuit_breaker_rejected_total', { breaker: 'kafka' }, total);
  assert.match(await metrics.text(), /^circuit_breaker_rejected_total\{breaker="kafka"\} 7$/m);
});

test('should refuse a label that the metric does not have', () => {
  const metrics = new Metrics();
  const labels = { platform: 'kafka', file: 'trio.vcf.gz' } as unknown as { platform: string };
  assert.throws(() => metrics.observe('vcf_processing_latency_seconds', labels, 1), /label/i);
});
