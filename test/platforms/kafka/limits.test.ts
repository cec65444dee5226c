import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Admin, ConfigResourceTypes, Producer } from '@platformatic/kafka';
import { kafkaOptions } from '../../../src/platforms/kafka/options.ts';
import { needs } from '../../support/needs.ts';
import { failureOf, idOf, message, newTopic, openPlatform } from './support.ts';

const MiB = 1024 * 1024;
const ANY = { maxMessages: 1000, maxBytes: 64 * MiB, waitMs: 100 };
const list = (variable: string): string[] => (process.env[variable] ?? '').split(',');

describe('kafka, limits, refusals and losses', needs('kafka', 'kafka-secure'), () => {
  const brokers = list('TEST_KAFKA_BROKERS');
  const secure = list('TEST_KAFKA_SECURE_BROKERS');
  const caFile = process.env.TEST_KAFKA_CA_FILE ?? '';
  /** A client of Kafka that is not ours, to do to the log what ours does not. */
  let admin: Admin;
  before(() => {
    admin = new Admin({ clientId: 'test', bootstrapBrokers: brokers });
  });
  after(() => admin?.close());

  test('should refuse only the message that is too large when others are sent beside it', async (t) => {
    const platform = openPlatform(t, { brokers, maxMessageBytes: MiB, batchBytes: 8 * MiB });
    const topic = await newTopic(platform, 1);
    const producer = await platform.producer(topic);
    const sizes = [100, 3 * MiB, 100];
    const outcomes = await Promise.allSettled(sizes.map((size, at) => producer.send([message('1', `m${at}`, size)])));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    const { reason } = outcomes[1] as PromiseRejectedResult;
    assert.deepEqual([reason.code, reason.retryable], ['PLATFORM_ERROR', false]);
    const polled = await (await platform.consumer(topic, 'store')).poll({ ...ANY, waitMs: 5000 });
    assert.deepEqual(
      polled.map(({ id }) => id),
      [idOf('m0'), idOf('m2')],
    );
  });

  for (const compression of ['zstd', 'lz4', 'gzip', 'snappy'] as const) {
    test(`should take 5 MB where 1 MB is allowed when batches are compressed by ${compression}`, async (t) => {
      const platform = openPlatform(t, { brokers, compression, maxMessageBytes: MiB });
      const topic = await newTopic(platform, 1);
      const sent = message('1', 'large', 5 * MiB);
      await (await platform.producer(topic)).send([sent]);
      const [polled] = await (await platform.consumer(topic, 'store')).poll({ ...ANY, waitMs: 5000 });
      assert.equal(polled!.id, sent.id);
      assert.ok(Buffer.from(polled!.body).equals(sent.body));
    });
  }

  test('should send in several requests, in order, when one call brings more than a broker takes at once', async (t) => {
    const platform = openPlatform(t, { brokers, maxMessageBytes: 2 * MiB, batchBytes: MiB });
    const topic = await newTopic(platform, 1);
    const labels = Array.from({ length: 200 }, (_, at) => `m${at}`);
    await (await platform.producer(topic)).send(labels.map((label) => message('1', label, 50_000)));
    const consumer = await platform.consumer(topic, 'store');
    const ids: string[] = [];
    while (ids.length < 200) {
      const polled = await consumer.poll({ ...ANY, waitMs: 2000 });
      assert.ok(polled.length > 0, `only ${ids.length} came`);
      ids.push(...polled.map(({ id }) => id));
    }
    assert.deepEqual(ids, labels.map(idOf));
  });

  test('should say once that messages were deleted unread, and go on behind them, when retention was shorter than the lag', async (t) => {
    const platform = openPlatform(t, { brokers });
    const topic = await newTopic(platform, 1);
    const producer = await platform.producer(topic);
    const consumer = await platform.consumer(topic, 'store');
    for (let at = 0; at < 10; at++) await producer.send([message('1', `m${at}`)]);
    const [first] = await consumer.poll({ ...ANY, maxMessages: 1, waitMs: 5000 });
    await consumer.commit([first!.position]);
    await consumer.close();
    await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 6n }] }] });

    const again = await platform.consumer(topic, 'store');
    const { error } = await failureOf(again.poll({ ...ANY, waitMs: 5000 }));
    assert.deepEqual([error.code, error.retryable], ['PLATFORM_ERROR', false]);
    assert.match(String(error), /deleted messages 1 to 5 of .* before they were read/);
    const polled = await again.poll({ ...ANY, waitMs: 5000 });
    assert.deepEqual(
      polled.map(({ id }) => id),
      ['m6', 'm7', 'm8', 'm9'].map(idOf),
    );
  });

  test('should read everything again when its position lies behind the end of the log', async (t) => {
    const platform = openPlatform(t, { brokers });
    const topic = await newTopic(platform, 1);
    await (await platform.producer(topic)).send(['a', 'b', 'c'].map((label) => message('1', label)));
    // As if the broker had lost a tail that was read and committed.
    await admin.alterConsumerGroupOffsets({
      groupId: `store.${topic}`,
      topics: [{ name: topic, partitionOffsets: [{ partition: 0, offset: 500n }] }],
    });
    const consumer = await platform.consumer(topic, 'store');
    const polled = await consumer.poll({ ...ANY, waitMs: 5000 });
    assert.deepEqual(
      polled.map(({ id }) => id),
      ['a', 'b', 'c'].map(idOf),
    );
  });

  test('should give a message of somebody else with an empty id when it has no header', async (t) => {
    const platform = openPlatform(t, { brokers });
    const topic = await newTopic(platform, 1);
    const foreign = new Producer({ clientId: 'test', bootstrapBrokers: brokers });
    t.after(() => foreign.close());
    await foreign.send({ messages: [{ topic, value: Buffer.from('hello') }], acks: -1 });
    const [polled] = await (await platform.consumer(topic, 'store')).poll({ ...ANY, waitMs: 5000 });
    assert.deepEqual([polled!.id, Buffer.from(polled!.body).toString()], ['', 'hello']);
  });

  test('should make topics whose acknowledged messages are safe, unless it is told otherwise', async (t) => {
    const own = openPlatform(t, { brokers });
    const told = openPlatform(t, { brokers, topicConfig: { 'flush.messages': '1000', 'retention.ms': '60000' } });
    const [safe, fast] = [await newTopic(own, 1), await newTopic(told, 1)];
    const described = await admin.describeConfigs({
      resources: [safe, fast].map((resourceName) => ({
        resourceType: ConfigResourceTypes.TOPIC,
        resourceName,
        configurationKeys: ['flush.messages', 'min.insync.replicas', 'max.message.bytes', 'retention.ms'],
      })),
    });
    const configs = described.map(({ configs }) => Object.fromEntries(configs.map(({ name, value }) => [name, value])));
    assert.equal(configs[0]!['flush.messages'], '1');
    assert.equal(configs[0]!['min.insync.replicas'], '1');
    assert.equal(configs[0]!['max.message.bytes'], String(16 * MiB));
    assert.deepEqual([configs[1]!['flush.messages'], configs[1]!['retention.ms']], ['1000', '60000']);
  });

  const sasl = { mechanism: 'PLAIN', username: 'vcf-agent', password: 'loopback-only' } as const;
  const misfits = {
    'the certificate is of an authority that nobody trusts': { brokers: secure, tls: {}, sasl },
    'the certificate is of another name': { brokers: secure, tls: { caFile, serverName: 'elsewhere.example' }, sasl },
    'the broker wants TLS and we do not': { brokers: secure, sasl },
  };
  for (const [when, given] of Object.entries(misfits)) {
    test(`should reject for good, and show no password, when ${when}`, async (t) => {
      const platform = openPlatform(t, given);
      const { error, ms } = await failureOf(platform.probe());
      assert.ok(error instanceof Error);
      assert.deepEqual([error.code, error.retryable], ['PLATFORM_AUTHENTICATION', false], String(error));
      assert.ok(ms < 5000, `${ms} ms`);
      assert.doesNotMatch(JSON.stringify([error.message, error.stack]), /loopback-only/);
    });
  }

  test('should log in by SCRAM-SHA-256, and be refused with another password', async (t) => {
    const login = { ...sasl, mechanism: 'SCRAM-SHA-256' } as const;
    const platform = openPlatform(t, { brokers: secure, tls: { caFile }, sasl: login });
    const topic = await newTopic(platform, 1);
    await (await platform.producer(topic)).send([message('1', 'a')]);
    const wrong = openPlatform(t, { brokers: secure, tls: { caFile }, sasl: { ...login, password: 'wrong' } });
    assert.equal((await failureOf(wrong.probe())).error.code, 'PLATFORM_AUTHENTICATION');
  });

  test('should reject, and soon, when the broker hangs up because we have no login', async (t) => {
    const platform = openPlatform(t, { brokers: secure, tls: { caFile } });
    const { error, ms } = await failureOf(platform.probe());
    // The broker closes the connection and says no more: it cannot be told from one that goes down.
    assert.equal(error.code, 'PLATFORM_UNAVAILABLE');
    assert.ok(ms < 5000, `${ms} ms`);
  });

  test('should name the option and not its value when options are wrong', async (t) => {
    const wrong = [
      { brokers: [] },
      { brokers: ['no-port'] },
      { brokers, requestTimeoutMs: 0 },
      { brokers, sasl: { ...sasl, mechanism: 'GSSAPI' as 'PLAIN' } },
    ];
    for (const given of wrong) {
      assert.throws(() => kafkaOptions(given), {
        code: 'CONFIG_INVALID',
        message: /^kafka\.(brokers|requestTimeoutMs|sasl)/,
      });
    }
    const platform = openPlatform(t, { brokers, tls: { caFile: '/nowhere/ca.pem' } });
    await assert.rejects(platform.probe(), { code: 'CONFIG_INVALID', message: /^kafka\.tls\.caFile/ });
  });
});
