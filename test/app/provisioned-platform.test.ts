import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/app/clock.ts';
import { ProvisionedPlatform } from '../../src/app/provisioned-platform.ts';
import { topicSpec, variantTopic } from '../../src/app/topics.ts';
import { EmbeddedPlatform } from '../../src/platforms/embedded/platform.ts';

/** A log that makes no topic by itself. */
async function withLog(work: (log: EmbeddedPlatform) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'vcf-agent-provisioned-'));
  try {
    await using log = new EmbeddedPlatform({ directory, maxBytes: 1 << 20 }, { clock: systemClock });
    await work(log);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const partitionsIn = async (log: EmbeddedPlatform) =>
  Object.fromEntries((await log.topics.list()).map(({ name, partitions }) => [name, partitions]));

test('should make the topic once, as it should be, when several use it for the first time', () =>
  withLog(async (log) => {
    const platform = new ProvisionedPlatform(log, topicSpec);
    await assert.rejects(log.producer('vcf-variants'), { code: 'TOPIC_NOT_FOUND' });
    const consumer = await platform.consumer('vcf-variants', 'g');
    const [producer] = await Promise.all([platform.producer('vcf-variants'), platform.producer('vcf-variants-clinic')]);
    await producer.send([{ key: 'chr1', id: 'a', body: new Uint8Array(1) }]);
    const [message] = await consumer.poll({ maxMessages: 1, maxBytes: 1024, waitMs: 5000 });
    assert.equal(message?.id, 'a');
    assert.deepEqual(await partitionsIn(log), { 'vcf-variants': 10, 'vcf-variants-clinic': 10 });
  }));

test('should leave a topic as it is when it is there', () =>
  withLog(async (log) => {
    await log.topics.create({ name: 'vcf-variants', partitions: 3 });
    await new ProvisionedPlatform(log, topicSpec).producer('vcf-variants');
    assert.deepEqual(await partitionsIn(log), { 'vcf-variants': 3 });
  }));

test('should pass on why a topic cannot be made', () =>
  withLog(async (log) => {
    const platform = new ProvisionedPlatform(log, (name) => ({ name, partitions: 1, replication: 2 }));
    await assert.rejects(platform.producer('vcf-variants'), { code: 'OPTION_CONFLICT' });
  }));

test('should give each tenant a topic only when it is asked to', () => {
  assert.equal(variantTopic('clinic', false), 'vcf-variants');
  assert.equal(variantTopic('clinic', true), 'vcf-variants-clinic');
});
