import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareTopics, wantedTopics } from '../../src/app/topic-check.ts';

const KAFKA = wantedTopics('kafka', { replication: 3 }, 'default');
const topic = (name: string, partitions: number, replication = 3) => ({ name, partitions, replication, messages: 7n });
const states = (...found: Parameters<typeof topic>[]) =>
  compareTopics(
    'kafka',
    found.map((args) => topic(...args)),
    KAFKA,
  )
    .filter(({ state }) => state !== 'missing')
    .map(({ name, state }) => [name, state]);

test('should want the topics of the design with their partitions, and as many copies as configured', () => {
  const partitions = Object.fromEntries(KAFKA.map((spec) => [spec.name, spec.partitions]));
  assert.deepEqual(partitions, {
    'vcf-variants': 10,
    'ai-analysis-requests': 5,
    'ai-analysis-results': 5,
    'database-writes': 3,
    'cache-events': 2,
    'user-notifications': 1,
  });
  assert.ok(KAFKA.every(({ replication }) => replication === 3));
  assert.ok(wantedTopics('iggy', { replication: 3 }, 'default').every(({ replication }) => replication === undefined));
});

test("should want a tenant's own topic only when each tenant has one", () => {
  const names = (topicPerTenant: boolean) => wantedTopics('kafka', { topicPerTenant }, 'lab').map(({ name }) => name);
  assert.ok(!names(false).includes('vcf-variants-lab'));
  assert.ok(names(true).includes('vcf-variants-lab'));
});

test('should tell what lacks partitions or copies from what has enough or more', () => {
  assert.deepEqual(states(['vcf-variants', 10]), [['vcf-variants', 'ok']]);
  assert.deepEqual(states(['vcf-variants', 20]), [['vcf-variants', 'ok']]);
  assert.deepEqual(states(['vcf-variants', 9]), [['vcf-variants', 'fewer partitions']]);
  assert.deepEqual(states(['vcf-variants', 10, 2]), [['vcf-variants', 'fewer copies']]);
  assert.deepEqual(states(['orders', 1]), [['orders', 'not ours']]);
});
