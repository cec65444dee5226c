import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { Explanation } from '../../src/app/explain.ts';
import { explanationLines } from '../../src/cli/flight-lines.ts';
import { createStyle } from '../../src/telemetry/style.ts';

const ID = 'a'.repeat(64);
const style = createStyle(new PassThrough());
const about = { atMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678), envelopes: [ID] };
const well = {
  usable: true,
  score: 1,
  state: 'CLOSED',
  permitted: true,
  reasons: [],
  latencyMs: 1.25,
  errorRate: 0,
} as const;
const ill = { ...well, usable: false, reasons: ['disconnected'], score: 0.4, state: 'OPEN', errorRate: 0.25 } as const;
const more = { throughput: 1, inFlight: 0, silentMs: 0 };

const WAY: Explanation = {
  envelopeId: ID,
  flights: [
    {
      ...about,
      kind: 'decision',
      topic: 'vcf-variants',
      tenant: 'default',
      round: 1,
      strategy: 'INTELLIGENT',
      arm: 'experiment',
      health: { primary: { platform: 'iggy', ...ill, ...more }, fallback: { platform: 'kafka', ...well, ...more } },
      order: ['fallback', 'primary'],
      reason: 'the primary is ill',
    },
    {
      ...about,
      kind: 'attempt',
      platform: 'kafka',
      round: 1,
      outcome: 'unknown',
      code: 'PLATFORM_TIMEOUT',
      durationMs: 5000,
      late: false,
      times: 4,
    },
    { ...about, kind: 'result', result: 'delivered', platform: 'iggy', rounds: 2, durationMs: 5010.5 },
  ],
  letters: [],
  applied: {
    envelopeId: ID,
    firstOrdinal: 1000,
    lastOrdinal: 1999,
    firstVariant: 1010,
    variantCount: 1004,
    rejectedCount: 2,
    contentDigest: '',
    fileId: 3,
    fileName: 'trio\u001b[31m.vcf.gz',
    position: { platform: 'iggy', topic: 'vcf-variants', partition: 4, offset: 42n },
    appliedAt: new Date(about.atMs + 1000),
  },
};

test('should tell the way of an envelope line by line, without letting a file steer the terminal', () => {
  assert.deepEqual(explanationLines(WAY, { style, most: 10 }), [
    `envelope ${ID}`,
    '  trio\ufffd[31m.vcf.gz (file 3), records 1,000 to 1,999, 1,004 variants, 2 rejected',
    '  2026-01-02 03:04:05.678  decided kafka, then iggy (retry 1): the primary is ill (INTELLIGENT, experiment)',
    '                           iggy: ill (disconnected), score 0.40, breaker OPEN, 1.3 ms, 25.0 % errors',
    '                           kafka: well, score 1.00, breaker CLOSED, 1.3 ms',
    '  2026-01-02 03:04:05.678  sent to kafka: unknown after 5000.0 ms, PLATFORM_TIMEOUT (4 times by now)',
    '  2026-01-02 03:04:05.678  delivered over iggy in 5010.5 ms, 2 rounds',
    '  2026-01-02 03:04:06.678  applied from iggy, vcf-variants, partition 4, offset 42',
  ]);
});

test('should say so when an envelope is not applied and nothing was recorded', () => {
  const lines = explanationLines({ ...WAY, flights: [], applied: undefined }, { style, most: 10 });
  assert.match(lines.join('\n'), /No decision is recorded here/);
  assert.match(lines.join('\n'), /it is not applied/);
});

test('should show the first and the last events, and how many lie between, when there are more than are wanted', () => {
  const result = WAY.flights[2]!;
  const flights = Array.from({ length: 100 }, (_, index) => ({ ...result, durationMs: index }) as typeof result);
  const lines = explanationLines({ ...WAY, flights }, { style, most: 4 });
  assert.deepEqual(
    lines.slice(2, -1).map((line) => /in (\d+)\.0 ms|(\d+ more)/.exec(line)?.slice(1).find(Boolean)),
    ['0', '1', '96 more', '98', '99'],
  );
});
