import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VcfAgentError } from '../../../src/core/errors.ts';
import type { Platform } from '../../../src/core/ports.ts';
import { ANY, collect, idOf, message, type PlatformTraits, unique, WITHIN_MS } from './harness.ts';
import type { Bench } from './suite.ts';

const CHROMOSOMES = Array.from({ length: 22 }, (_, at) => String(at + 1));

/** Closing in the middle of work, wrong credentials, nobody there. */
export function declareFailureTests(bench: Bench, traits: PlatformTraits): void {
  for (const closed of ['producer', 'platform'] as const) {
    test(`should settle every send and hold the acknowledged ones when the ${closed} is closed while sending`, async () => {
      const { topic } = await bench.withTopic(4);
      const platform = await bench.open();
      const producer = await platform.producer(topic);
      await producer.send([message('1', 'first')]);
      const labels = Array.from({ length: 200 }, (_, at) => `m${at}`);
      const sends = labels.map((label, at) => producer.send([message(CHROMOSOMES[at % 22]!, label, 5000)]));
      const settling = Promise.allSettled(sends);
      await (closed === 'producer' ? producer : platform).close();
      const outcomes = await within(settling, 'a send never settled');
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof VcfAgentError, String(outcome.reason));
      }
      const reader = await bench.open();
      const acknowledged = labels.filter((_, at) => outcomes[at]!.status === 'fulfilled').map(idOf);
      const { ids } = await collect(await reader.consumer(topic, 'store'), acknowledged.length + 1, { quietMs: 300 });
      const found = new Set(ids);
      assert.deepEqual(
        [idOf('first'), ...acknowledged].filter((id) => !found.has(id)),
        [],
      );
    });
  }

  test('should reject with our own error when a closed client is used', async () => {
    const { platform, topic } = await bench.withTopic(1);
    const producer = await platform.producer(topic);
    const consumer = await platform.consumer(topic, 'store');
    await platform.close();
    await platform.close();
    await assert.rejects(within(producer.send([message('1', 'late')]), 'send hangs'), VcfAgentError);
    await assert.rejects(within(consumer.poll(ANY), 'poll hangs'), VcfAgentError);
    await assert.rejects(within(platform.probe(), 'probe hangs'), VcfAgentError);
    await assert.rejects(within(platform.producer(topic), 'producer hangs'), VcfAgentError);
  });

  if (traits.withoutCredentials !== true) {
    test('should reject with PLATFORM_AUTHENTICATION, and soon, when the credentials are wrong', async (t) => {
      const open = bench.harness.openWithWrongCredentials;
      if (open === undefined) return t.skip('no credentials here');
      const { topic } = await bench.withTopic(1);
      const platform = bench.closeLater(await open());
      for (const use of uses(platform, topic)) {
        await assert.rejects(within(use(), `${use} hangs`), { code: 'PLATFORM_AUTHENTICATION', retryable: false });
      }
    });
  }

  if (traits.withoutAddress !== true) {
    test('should reject as unavailable, and soon, when nobody listens', async (t) => {
      const open = bench.harness.openUnreachable;
      if (open === undefined) return t.skip('no address here');
      const platform = bench.closeLater(await open());
      for (const use of uses(platform, unique('topic'))) {
        await assert.rejects(within(use(), `${use} hangs`), (error: VcfAgentError) => {
          assert.ok(['PLATFORM_UNAVAILABLE', 'PLATFORM_TIMEOUT'].includes(error.code), String(error));
          return error.retryable;
        });
      }
    });
  }
}

const uses = (platform: Platform, topic: string): (() => Promise<unknown>)[] => [
  () => platform.probe(),
  () => platform.topics.list(),
  () => platform.producer(topic).then((producer) => producer.send([message('1', 'a')])),
  () => platform.consumer(topic, 'store').then((consumer) => consumer.poll(ANY)),
];

/** The promise, or a failure when it does not settle: a test that hangs says nothing. */
async function within<T>(promise: Promise<T>, complaint: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), WITHIN_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
