// The suite over the embedded platform with one bug planted in it, named by PLANTED: run by planted.test.ts, which wants it to fail.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/app/clock.ts';
import { EmbeddedConsumer } from '../../../src/platforms/embedded/consumer.ts';
import { EmbeddedPlatform } from '../../../src/platforms/embedded/platform.ts';
import { EmbeddedProducer } from '../../../src/platforms/embedded/producer.ts';
import { EmbeddedTopics } from '../../../src/platforms/embedded/topics.ts';
import { MiB } from './harness.ts';
import { describePlatform } from './suite.ts';

const { poll, commit, lag } = EmbeddedConsumer.prototype;
const { send } = EmbeddedProducer.prototype;
const { grow } = EmbeddedTopics.prototype;

const BUGS: Readonly<Record<string, () => void>> = {
  'order turned round': () => {
    EmbeddedConsumer.prototype.poll = async function (options) {
      return [...(await poll.call(this, options))].reverse();
    };
  },
  'offset committed when polled': () => {
    EmbeddedConsumer.prototype.poll = async function (options) {
      const messages = await poll.call(this, options);
      await commit.call(
        this,
        messages.map(({ position }) => position),
      );
      return messages;
    };
  },
  'commit forgotten': () => {
    EmbeddedConsumer.prototype.commit = async () => undefined;
  },
  'acknowledged before it is durable': () => {
    EmbeddedProducer.prototype.send = async function (messages, options) {
      setTimeout(() => send.call(this, messages, options).catch(() => undefined), 200);
    };
  },
  'limits ignored': () => {
    EmbeddedConsumer.prototype.poll = function (options) {
      return poll.call(this, { ...options, maxMessages: 1000, maxBytes: 64 * MiB });
    };
  },
  'every member has every partition': () => {
    EmbeddedPlatform.prototype.consumer = async function (topic, group) {
      return consumer.call(this, topic, `${group}-${Math.random()}`);
    };
  },
  'lag of what was polled': () => {
    EmbeddedConsumer.prototype.lag = async function (options) {
      const messages = await poll.call(this, { maxMessages: 1000, maxBytes: 64 * MiB, waitMs: 0 });
      return messages.length > 0 ? lag.call(this, options) : [];
    };
  },
  'growth that nobody sees': () => {
    EmbeddedTopics.prototype.grow = async function (name, partitions) {
      if (partitions !== 5) await grow.call(this, name, partitions);
    };
  },
};

const { consumer } = EmbeddedPlatform.prototype;
const bug = process.env.PLANTED ?? '';
if (bug !== '') BUGS[bug]!();

describePlatform(
  `embedded with ${bug || 'no bug'}`,
  { sharesPartitions: true, rebalanceWithinMs: 2000, withoutCredentials: true, withoutAddress: true },
  {},
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'vcf-agent-planted-'));
    return {
      open: async () => new EmbeddedPlatform({ directory, maxBytes: 256 * MiB }, { clock: systemClock }),
      close: () => rm(directory, { recursive: true, force: true }),
    };
  },
);
