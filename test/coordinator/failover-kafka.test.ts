import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needs } from '../support/needs.ts';
import { flipKafka } from './flip-rig.ts';

const FAILOVER_MS = 1000;

test(
  'should have the fallback acknowledge within a second and lose nothing when a real broker hangs and is killed',
  needs('kafka-server'),
  async (t) => {
    const { flips, sent, acknowledged, failed, lost } = await flipKafka({
      blows: ['hung', 'killed', 'hung', 'killed'],
    });
    for (const { blow, failoverMs, failbackMs, slowestSendMs } of flips) {
      const [away, back, slowest] = [failoverMs, failbackMs, slowestSendMs].map((ms) => ms.toFixed(0));
      t.diagnostic(`${blow}: away ${away} ms, back ${back} ms, slowest send ${slowest} ms`);
      assert.ok(failoverMs < FAILOVER_MS, `${blow}: ${failoverMs} ms`);
    }
    assert.ok(acknowledged > 500);
    assert.deepEqual([acknowledged, failed, lost], [sent, 0, []]);
  },
);
