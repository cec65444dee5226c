import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/app/clock.ts';
import { blockColumns } from '../../src/codec/content.ts';
import { encodeEnvelope } from '../../src/codec/envelope-codec.ts';
import { type AppliedEnvelope, EnvelopeConsumer } from '../../src/consume/consumer.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import type { ApplyUnit, IncomingMessage, LogPosition, PlatformConsumer, VariantStore } from '../../src/core/ports.ts';
import { DeadLetterFolder } from '../../src/delivery/dead-letter.ts';
import { unitOf } from '../support/envelope.ts';

const LINES = ['chr1\t10\t.\tA\tG\t.\t.\t.', 'chr1\t20\t.\tC\tT\t.\t.\t.'];

/** A log that is a list, so that a test says what comes and sees what was committed. */
class ListedLog implements PlatformConsumer {
  readonly committed: bigint[] = [];
  readonly #messages: IncomingMessage[];

  constructor(messages: readonly IncomingMessage[]) {
    this.#messages = [...messages];
  }

  /** How often a poll fails before it works. */
  failures = 0;

  async poll({ maxMessages }: { maxMessages: number }) {
    if (this.failures-- > 0) throw new VcfAgentError('PLATFORM_TIMEOUT', 'no answer', { retryable: true });
    return this.#messages.splice(0, maxMessages);
  }

  async commit(positions: readonly LogPosition[]) {
    this.committed.push(...positions.map(({ offset }) => offset));
  }

  async lag() {
    return [];
  }

  async close() {}
}

async function messages(count: number): Promise<IncomingMessage[]> {
  const made: IncomingMessage[] = [];
  for (let offset = 0; offset < count; offset++) {
    const { envelope } = unitOf(LINES, { firstOrdinal: offset * LINES.length });
    const { body } = await encodeEnvelope(envelope, blockColumns(envelope.block), { compressionLevel: 1 });
    const position = { platform: 'embedded', topic: 't', partition: 0, offset: BigInt(offset) } as const;
    made.push({ position, id: envelope.id, body });
  }
  return made;
}

/** Runs a consumer over these messages with this `apply`, on a clock whose sleeps end at once. */
async function consume(
  t: { after(hook: () => void): void },
  incoming: IncomingMessage[],
  apply: VariantStore['apply'],
  failingPolls = 0,
  onBuried?: (envelopeId: string, error: Error) => void,
  onApplied?: (envelopes: readonly AppliedEnvelope[]) => void,
) {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-dead-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const platform = new ListedLog(incoming);
  platform.failures = failingPolls;
  const applied: string[] = [];
  let nowMs = 0;
  const clock = {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (durationMs: number) => {
      nowMs += durationMs;
    },
  };
  const store = { apply } as VariantStore;
  const consumer = new EnvelopeConsumer({ platform, store, clock, deadLetters: new DeadLetterFolder(folder) });
  const failure = await consumer
    .run({
      batch: { maxEnvelopes: 4, maxBytes: 1 << 20, enoughVariants: 1 },
      retryForMs: 10_000,
      untilDrained: true,
      onBuried,
      onApplied: (envelopes) => {
        applied.push(...envelopes.map(({ envelopeId }) => envelopeId));
        onApplied?.(envelopes);
      },
    })
    .then(
      () => undefined,
      (error) => error,
    );
  return { failure, applied, committed: platform.committed, letters: readdirSync(folder).sort(), folder, nowMs };
}

const outcomes = (units: readonly ApplyUnit[]) =>
  units.map(({ envelope }) => ({ envelopeId: envelope.id, applied: true }));

test('should commit a position only after its transaction when envelopes are applied', async (t) => {
  const incoming = await messages(6);
  const { failure, applied, committed } = await consume(t, incoming, async (units) => outcomes(units));
  assert.equal(failure, undefined);
  assert.deepEqual(
    applied,
    incoming.map(({ id }) => id),
  );
  assert.deepEqual(committed, [0n, 1n, 2n, 3n, 4n, 5n]);
});

test('should wait for company while more keeps coming, and no longer than until it is enough', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-dead-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const incoming = await messages(8);
  // How many each poll brings. The database has written what there was before the next one answers.
  const polls = [1, 1, 0, 2, 1, 1, 2, 1, 0];
  const stop = new AbortController();
  const platform = new ListedLog([]);
  platform.poll = async ({ maxMessages }) => {
    await new Promise((resolve) => setImmediate(resolve));
    const count = polls.shift();
    if (count === undefined) stop.abort();
    stop.signal.throwIfAborted();
    return incoming.splice(0, Math.min(count!, maxMessages));
  };
  const sizes: number[] = [];
  const apply: VariantStore['apply'] = async (units) => {
    sizes.push(units.length);
    return outcomes(units);
  };
  const deadLetters = new DeadLetterFolder(folder);
  const consumer = new EnvelopeConsumer({
    platform,
    store: { apply } as VariantStore,
    clock: systemClock,
    deadLetters,
  });
  const batch = { maxEnvelopes: 4, maxBytes: 1 << 20, enoughVariants: 3 * LINES.length };
  await consumer.run({ batch, retryForMs: 0, signal: stop.signal });
  assert.deepEqual(sizes, [2, 3, 3]);
});

test('should ask again when the store is unavailable, and give up after the time it was given', async (t) => {
  let calls = 0;
  const flaky: VariantStore['apply'] = async (units) => {
    if (++calls < 4) throw new VcfAgentError('DATABASE_UNAVAILABLE', 'not now', { retryable: true });
    return outcomes(units);
  };
  const recovered = await consume(t, await messages(1), flaky);
  assert.deepEqual([recovered.failure, recovered.committed], [undefined, [0n]]);
  const down = await consume(t, await messages(1), async () => {
    throw new VcfAgentError('DATABASE_UNAVAILABLE', 'never', { retryable: true });
  });
  assert.equal(down.failure.code, 'DATABASE_UNAVAILABLE');
  assert.ok(down.nowMs >= 10_000);
  assert.deepEqual([down.committed, down.letters], [[], []]);
});

test('should ask the log again when it does not answer, and give up after the time it was given', async (t) => {
  const recovered = await consume(t, await messages(2), async (units) => outcomes(units), 3);
  assert.deepEqual([recovered.failure, recovered.committed], [undefined, [0n, 1n]]);
  const down = await consume(t, await messages(2), async (units) => outcomes(units), Number.POSITIVE_INFINITY);
  assert.equal(down.failure.code, 'PLATFORM_TIMEOUT');
  assert.deepEqual(down.committed, []);
});

test('should keep the refused envelope as a dead letter and apply those before it when the store refuses one', async (t) => {
  const incoming = await messages(4);
  const refused = incoming[2]!;
  const { failure, committed, letters, folder } = await consume(t, incoming, async (units) => {
    if (units.some(({ envelope }) => envelope.id === refused.id)) throw new VcfAgentError('DATABASE_ERROR', 'refused');
    return outcomes(units);
  });
  assert.equal(failure.code, 'DATABASE_ERROR');
  assert.match(failure.message, /is kept in/);
  assert.deepEqual(committed, [0n, 1n, 2n]);
  assert.deepEqual(letters, [`${refused.id}.envelope`, `${refused.id}.json`]);
  assert.deepEqual(readFileSync(join(folder, letters[0]!)), Buffer.from(refused.body));
});

test('should keep a message as a dead letter when it is not an envelope', async (t) => {
  const [good, bad] = (await messages(2)) as [IncomingMessage, IncomingMessage];
  const damaged = { ...bad, body: bad.body.slice(0, 20) };
  const { failure, committed, letters } = await consume(t, [damaged, good], async (units) => outcomes(units));
  assert.equal(failure.code, 'ENVELOPE_CORRUPT');
  assert.deepEqual([committed, letters.length], [[1n], 2]);
});

test('should go on behind what it has put aside when the caller hears of it', async (t) => {
  const incoming = await messages(6);
  const refused = incoming[4]!;
  incoming[1] = { ...incoming[1]!, body: incoming[1]!.body.slice(0, 20) };
  const buried: string[] = [];
  const apply: VariantStore['apply'] = async (units) => {
    if (units.some(({ envelope }) => envelope.id === refused.id)) throw new VcfAgentError('DATABASE_ERROR', 'refused');
    return outcomes(units);
  };
  const { failure, applied, committed, letters } = await consume(t, incoming, apply, 0, (id) => buried.push(id));
  assert.equal(failure, undefined);
  assert.deepEqual(buried, [incoming[1]!.id, refused.id]);
  assert.deepEqual(
    applied,
    [0, 2, 3, 5].map((index) => incoming[index]!.id),
  );
  assert.deepEqual(committed, [0n, 1n, 2n, 3n, 4n, 5n]);
  assert.equal(letters.length, 4);
});

test('should end with what the caller throws when something was put aside', async (t) => {
  const incoming = await messages(2);
  incoming[0] = { ...incoming[0]!, body: incoming[0]!.body.slice(0, 20) };
  const { failure } = await consume(
    t,
    incoming,
    async (units) => outcomes(units),
    0,
    (_id, error) => {
      throw error;
    },
  );
  assert.equal(failure.code, 'ENVELOPE_CORRUPT');
});

test('should tell what it applied, from where and how large', async (t) => {
  const told: unknown[] = [];
  await consume(
    t,
    await messages(1),
    async (units) => outcomes(units),
    0,
    undefined,
    (envelopes) => told.push(...envelopes),
  );
  const [{ plainBytes, packedBytes, latencyMs, envelopeId: _, ...envelope }] = told as [Record<string, unknown>];
  assert.deepEqual(envelope, { applied: true, platform: 'embedded', variants: 2, rejected: 0 });
  assert.ok(Number(plainBytes) > 0 && Number(packedBytes) > 0 && Number(latencyMs) >= 0);
});

test('should commit in the order of the log when a later transaction is faster', async (t) => {
  const incoming = await messages(8);
  let slow = true;
  const { committed } = await consume(t, incoming, async (units) => {
    const wait = slow;
    slow = false;
    if (wait) await new Promise((resolve) => setTimeout(resolve, 50));
    return outcomes(units);
  });
  assert.deepEqual(committed, [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n]);
});

test('should commit nothing past a transaction that failed when a later one succeeded', async (t) => {
  const incoming = await messages(8);
  const { failure, committed } = await consume(t, incoming, async (units) => {
    if (!units.some(({ envelope }) => envelope.id === incoming[0]!.id)) return outcomes(units);
    await new Promise((resolve) => setTimeout(resolve, 50));
    throw new Error('the first is lost');
  });
  assert.equal(failure.message, 'the first is lost');
  assert.deepEqual(committed, []);
});

test('should apply what came before a message that is not an envelope when both come at once', async (t) => {
  const incoming = await messages(3);
  incoming[2] = { ...incoming[2]!, body: incoming[2]!.body.slice(0, 20) };
  const { failure, applied, committed } = await consume(t, incoming, async (units) => outcomes(units));
  assert.equal(failure.code, 'ENVELOPE_CORRUPT');
  assert.deepEqual(applied, [incoming[0]!.id, incoming[1]!.id]);
  assert.deepEqual(committed, [0n, 1n, 2n]);
});

test('should move past nothing when the store is down before a message that is not an envelope', async (t) => {
  const incoming = await messages(3);
  incoming[2] = { ...incoming[2]!, body: incoming[2]!.body.slice(0, 20) };
  const { failure, committed, letters } = await consume(t, incoming, async () => {
    throw new VcfAgentError('DATABASE_UNAVAILABLE', 'never', { retryable: true });
  });
  assert.equal(failure.code, 'DATABASE_UNAVAILABLE');
  assert.deepEqual([committed, letters], [[], []]);
});

const OUTAGES = [
  new VcfAgentError('DISK_FULL', 'full'),
  new VcfAgentError('DATABASE_ERROR', 'read-only', { context: { sqlstate: '25006' } }),
  new VcfAgentError('DATABASE_ERROR', 'permission denied', { context: { sqlstate: '42501' } }),
  new VcfAgentError('DATABASE_ERROR', 'statement timeout', { context: { sqlstate: '57014' } }),
];

for (const outage of OUTAGES) {
  test(`should leave envelopes in the log when the store has an outage (${outage.message})`, async (t) => {
    const { failure, committed, letters } = await consume(t, await messages(2), async () => {
      throw outage;
    });
    assert.equal(failure, outage);
    assert.deepEqual([committed, letters], [[], []]);
  });
}

test('should report every envelope as applied when several are refused together but not alone', async (t) => {
  const incoming = await messages(4);
  const { failure, applied } = await consume(t, incoming, async (units) => {
    if (units.length > 1) throw new VcfAgentError('DATABASE_ERROR', 'refused');
    return outcomes(units);
  });
  assert.equal(failure, undefined);
  assert.deepEqual(
    applied,
    incoming.map(({ id }) => id),
  );
});
