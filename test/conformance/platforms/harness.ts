import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, OutgoingMessage, Platform, PlatformConsumer } from '../../../src/core/ports.ts';

/** What the suite needs of a platform: clients of one set of servers. Whatever `open*` gives is closed by the suite. */
export interface PlatformHarness {
  /** A client as another process would have it; each call gives a new one of the same servers. */
  open(): Promise<Platform>;
  /** A client that the servers must refuse for its credentials. Left out where there are none. */
  readonly openWithWrongCredentials?: () => Promise<Platform>;
  /** A client of an address where nobody listens. Left out where there is no address. */
  readonly openUnreachable?: () => Promise<Platform>;
  close(): Promise<void>;
}

/** Where platforms may differ. */
export interface PlatformTraits {
  /** False where a consumer cannot join a group (Iggy over HTTP): the tests of two members are not declared. */
  readonly sharesPartitions: boolean;
  /** Longest that a group may take until a new or a closed member's partitions have moved. */
  readonly rebalanceWithinMs: number;
  /** True where nobody has to log in: the test of wrong credentials is not declared. */
  readonly withoutCredentials?: boolean;
  /** True where there is no server to reach: the test of one that is not there is not declared. */
  readonly withoutAddress?: boolean;
}

export const MiB = 1024 * 1024;
/** Limits of a poll that a test does not care about. */
export const ANY = { maxMessages: 1000, maxBytes: 64 * MiB, waitMs: 100 };
/** Longest that anything which has to happen may take. Less where it is known not to happen: planted.test.ts. */
export const WITHIN_MS = Number(process.env.CONFORMANCE_WITHIN_MS ?? 20_000);

/** A name that no other test has. */
export const unique = (prefix: string): string => `${prefix}-${randomBytes(6).toString('hex')}`;

/** A message whose id (as of an envelope: 64 hex digits) and body follow from its label. */
export function message(key: string, label: string, size = 40): OutgoingMessage {
  return { key, id: idOf(label), body: bodyOf(label, size) };
}

export const idOf = (label: string): string => createHash('sha256').update(label).digest('hex');

export function bodyOf(label: string, size = 40): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(size).fill(label.length);
  const text = Buffer.from(label).subarray(0, size);
  body.set(text);
  return body;
}

export interface Collected {
  readonly messages: readonly IncomingMessage[];
  readonly ids: readonly string[];
}

/** Polls until `count` different ids have come, or the time is over; then for `quietMs` more, for what should not come. */
export async function collect(
  consumer: PlatformConsumer,
  count: number,
  options: { readonly quietMs?: number; readonly withinMs?: number; readonly commit?: boolean } = {},
): Promise<Collected> {
  const { quietMs = 0, withinMs = WITHIN_MS, commit = false } = options;
  const messages: IncomingMessage[] = [];
  const seen = new Set<string>();
  const take = async (): Promise<void> => {
    const polled = await consumer.poll(ANY);
    for (const { id } of polled) seen.add(id);
    messages.push(...polled);
    if (commit && polled.length > 0) await consumer.commit(polled.map(({ position }) => position));
  };
  const deadline = performance.now() + withinMs;
  while (seen.size < count && performance.now() < deadline) await take();
  const quietUntil = performance.now() + quietMs;
  while (performance.now() < quietUntil) await take();
  return { messages, ids: messages.map(({ id }) => id) };
}

/** Waits for a condition; false when it did not come true in time. */
export async function eventually(condition: () => Promise<boolean>, withinMs = WITHIN_MS): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return condition();
}

/** Offsets of each partition in the order in which they came. */
export function offsetsByPartition(messages: readonly IncomingMessage[]): Map<number, bigint[]> {
  const offsets = new Map<number, bigint[]>();
  for (const { position } of messages) {
    const known = offsets.get(position.partition);
    if (known === undefined) offsets.set(position.partition, [position.offset]);
    else known.push(position.offset);
  }
  return offsets;
}
