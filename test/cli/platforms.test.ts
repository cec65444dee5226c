import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { needs } from '../support/needs.ts';
import { firstOf, jsonLines, runCli } from './run-cli.ts';

/** Nothing listens there: a port that only the system may use. */
const NOBODY = '127.0.0.1:1';

/** A tenant with a topic of its own: the broker is everybody's. */
function ownTopic() {
  const tenant = `t${randomUUID()}`;
  const env = {
    VCF_AGENT_PRIMARY: 'kafka',
    VCF_AGENT_TENANT: tenant,
    VCF_AGENT_TOPIC_PER_TENANT: 'true',
    KAFKA_BROKERS: process.env.TEST_KAFKA_BROKERS ?? '',
  };
  const topics = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(['topics', ...args, '--json'], { env });
    return { code, stderr, rows: jsonLines(stdout), own: jsonLines(stdout).find(({ name }) => name === topic) };
  };
  const topic = `vcf-variants-${tenant}`;
  return { topic, topics };
}

test('should say which platform does not answer, and why, when a broker is down', async () => {
  const env = { VCF_AGENT_PRIMARY: 'kafka', KAFKA_BROKERS: NOBODY };
  const { code, stdout } = await runCli(['platforms', '--json'], { env });
  assert.equal(code, 4);
  const report = firstOf(jsonLines(stdout));
  assert.deepEqual([report.name, report.role, report.address], ['kafka', 'primary', NOBODY]);
  assert.equal((report.error as { code: string }).code, 'PLATFORM_UNAVAILABLE');
  const plain = await runCli(['platforms'], { env });
  assert.match(plain.stdout, /kafka +primary +127\.0\.0\.1:1 +PLATFORM_UNAVAILABLE/);
  const topics = await runCli(['topics'], { env });
  assert.equal(topics.code, 4);
  assert.match(topics.stderr, /PLATFORM_UNAVAILABLE/);
});

test('should show the round trip, the nodes and the version when a broker answers', needs('kafka'), async () => {
  const env = { VCF_AGENT_PRIMARY: 'kafka', KAFKA_BROKERS: process.env.TEST_KAFKA_BROKERS ?? '' };
  const { code, stdout } = await runCli(['platforms', '--json'], { env });
  assert.equal(code, 0);
  const { latencyMs, brokers, version } = firstOf(jsonLines(stdout)).probe as Record<string, unknown>;
  assert.ok(Number(latencyMs) > 0);
  assert.equal(brokers, 1);
  assert.match(String(version), /Kafka/);
});

test('should list the topics of one platform when the other does not answer', needs('kafka'), async () => {
  const brokers = process.env.TEST_KAFKA_BROKERS ?? '';
  const env = { VCF_AGENT_PRIMARY: 'iggy', VCF_AGENT_FALLBACK: 'kafka', IGGY_PORT: '1', KAFKA_BROKERS: brokers };
  const { code, stdout, stderr } = await runCli(['topics', '--json'], { env });
  assert.equal(code, 4);
  assert.match(stderr, /iggy/);
  assert.deepEqual([...new Set(jsonLines(stdout).map(({ platform }) => platform))], ['kafka']);
});

test('should make, compare and grow topics on a broker', needs('kafka'), async () => {
  const { topic, topics } = ownTopic();
  assert.equal((await topics()).own?.state, 'missing');
  assert.equal((await topics('check')).code, 0);
  const made = (await topics('create')).rows.find((row) => row.topic === topic);
  assert.deepEqual(made, { platform: 'kafka', topic, result: 'created, 10 partitions' });
  const again = (await topics('create')).rows.find((row) => row.topic === topic);
  assert.equal(again?.result, 'was there');
  assert.equal((await topics('grow', topic, '12')).code, 0);
  const { own } = await topics('list');
  assert.deepEqual([own?.state, own?.partitions, own?.messages], ['ok', 12, '0']);
  const shrunk = await topics('grow', topic, '3');
  assert.equal(shrunk.code, 2);
  assert.match(shrunk.stderr, /OPTION_CONFLICT/);
});

test('should refuse a platform or a verb that there is not', async () => {
  for (const args of [
    ['platforms', '--platform', 'rabbit'],
    ['topics', 'shrink'],
    ['topics', 'grow', 'x', 'many'],
  ]) {
    const { code, stderr } = await runCli(args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, /USAGE/);
  }
});
