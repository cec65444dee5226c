import { createHash } from 'node:crypto';
import { systemClock } from '../../../src/app/clock.ts';
import type { OutgoingMessage, Platform, PlatformConsumer, PlatformProducer } from '../../../src/core/ports.ts';
import { type KafkaOptions, kafkaOptions } from '../../../src/platforms/kafka/options.ts';
import { KafkaPlatform } from '../../../src/platforms/kafka/platform.ts';

export type Given = Omit<Partial<KafkaOptions>, 'brokers'> & { readonly brokers: readonly string[] };

/** For tests that are not about time: a machine that is busy with others is slow, and that is no failure. */
export const PATIENT = { connectTimeoutMs: 10_000, requestTimeoutMs: 10_000, sendTimeoutMs: 10_000 };

/** A platform with the timeouts that it is shipped with, closed when the test ends. */
export function openAsShipped(t: { after(hook: () => Promise<void>): void }, given: Given): KafkaPlatform {
  const platform = new KafkaPlatform(kafkaOptions({ ...given, brokers: [...given.brokers] }), { clock: systemClock });
  t.after(() => platform.close());
  return platform;
}

/** A patient platform, closed when the test ends. */
export function openPlatform(t: { after(hook: () => Promise<void>): void }, given: Given): KafkaPlatform {
  return openAsShipped(t, { ...PATIENT, ...given });
}

export const idOf = (label: string): string => createHash('sha256').update(label).digest('hex');

export function message(key: string, label: string, size = 200): OutgoingMessage {
  return { key, id: idOf(label), body: new Uint8Array(size).fill(label.length) };
}

/** A topic that no other test has, of this many partitions. */
export async function newTopic(platform: Platform, partitions: number, replication?: number): Promise<string> {
  const name = `faults-${Math.random().toString(36).slice(2)}`;
  await platform.topics.create({ name, partitions, replication });
  return name;
}

/** The error of a promise that has to reject, and how long it took to. */
export async function failureOf(
  work: Promise<unknown>,
): Promise<{ error: { code?: string; retryable?: boolean }; ms: number }> {
  const begunMs = performance.now();
  const error = await work.then(
    () => ({ code: 'it resolved' }),
    (reason) => reason as { code?: string },
  );
  return { error, ms: performance.now() - begunMs };
}

/** Everything that comes until all of `wanted` has, or the time is over; a failure to poll is a reason to poll again. */
export async function pollUntil(
  consumer: PlatformConsumer,
  wanted: ReadonlySet<string>,
  withinMs = 30_000,
): Promise<Set<string>> {
  const found = new Set<string>();
  const deadline = performance.now() + withinMs;
  const missing = () => [...wanted].some((id) => !found.has(id));
  while (missing() && performance.now() < deadline) {
    const polled = await consumer.poll({ maxMessages: 1000, maxBytes: 1 << 26, waitMs: 200 }).catch((error) => {
      if (error.retryable !== true) throw error;
      return [];
    });
    for (const { id } of polled) found.add(id);
  }
  return found;
}

/** Again while it is worth it. Returns how often it took. */
export async function sendUntilTaken(
  producer: PlatformProducer,
  messages: readonly ReturnType<typeof message>[],
): Promise<number> {
  for (let attempts = 1; ; attempts++) {
    try {
      await producer.send(messages);
      return attempts;
    } catch (error) {
      if ((error as { retryable?: boolean }).retryable !== true) throw error;
      await systemClock.sleep(50);
    }
  }
}

/**
 * Sends labels one after the other until `stop`, each again until it is acknowledged, as an ingest does. Resolves with the
 * acknowledged labels and the longest time that one of them took.
 */
export function keepSending(producer: PlatformProducer, keys: readonly string[]) {
  let stopped = false;
  let sent = 0;
  const acknowledged: string[] = [];
  let longestMs = 0;
  const done = (async () => {
    for (let n = 0; !stopped; n++) {
      const begunMs = performance.now();
      sent += await sendUntilTaken(producer, [message(keys[n % keys.length]!, `kept ${n}`)]);
      acknowledged.push(`kept ${n}`);
      longestMs = Math.max(longestMs, performance.now() - begunMs);
    }
  })();
  return {
    get count() {
      return acknowledged.length;
    },
    async stop() {
      stopped = true;
      await done;
      return { acknowledged, longestMs, attempts: sent };
    },
  };
}
