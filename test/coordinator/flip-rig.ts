import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../../scripts/services/kafka.ts';
import { kafkaVictim, type Victim } from '../../scripts/services/victim.ts';
import { systemClock } from '../../src/app/clock.ts';
import { blockColumns } from '../../src/codec/content.ts';
import { encodeEnvelope } from '../../src/codec/envelope-codec.ts';
import { StreamingCoordinator } from '../../src/coordinator/coordinator.ts';
import type { FlightEvent } from '../../src/coordinator/flight.ts';
import { CoordinatorOptions } from '../../src/coordinator/options.ts';
import type { Platform, PlatformName } from '../../src/core/ports.ts';
import { parseOptions } from '../../src/health/options.ts';
import { healthOptions } from '../../src/health/thresholds.ts';
import { EmbeddedPlatform } from '../../src/platforms/embedded/platform.ts';
import { kafkaOptions } from '../../src/platforms/kafka/options.ts';
import { KafkaPlatform } from '../../src/platforms/kafka/platform.ts';
import { unitOf } from '../support/envelope.ts';
import { LettersInMemory } from './rig.ts';

export type Blow = 'hung' | 'killed';

export interface Flip {
  readonly blow: Blow;
  /** From the signal to the first envelope that the fallback acknowledged. */
  readonly failoverMs: number;
  /** From the primary answering again to the first envelope that it acknowledged. */
  readonly failbackMs: number;
  /** The longest that a sender waited in this flip. */
  readonly slowestSendMs: number;
}

export interface FlipReport {
  readonly flips: readonly Flip[];
  /** Each of one variant. */
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** Acknowledged, and on neither platform afterwards. */
  readonly lost: readonly string[];
}

export interface FlipSetting {
  readonly primary: Platform;
  readonly fallback: Platform;
  /** The server behind the primary. */
  readonly victim: Victim;
  readonly blows: readonly Blow[];
  readonly onFlip?: ((flip: Flip) => void) | undefined;
}

export const FLIP_TOPIC = 'vcf-variants';
const VARIANT = 'chr7 140753336 rs113488022 A T 50 PASS DP=88;AC=1;AF=0.5';
const PAUSE_MS = 5;
const SENDERS = 4;
const PATIENCE_MS = 60_000;
/** A flip an hour would let all of this be long; fifty of them in a row are not to take the afternoon. */
const QUICK = { failbackHoldMs: 300, maxFailbackHoldMs: 300 };

/** A coordinator over two platforms, with senders that never pause for long. */
class FlipRig {
  readonly #setting: FlipSetting;
  readonly #coordinator: StreamingCoordinator;
  readonly #events: { readonly atMs: number; readonly platform: PlatformName }[] = [];
  readonly acknowledged = new Set<string>();
  sent = 0;
  failed = 0;
  slowestSendMs = 0;

  constructor(setting: FlipSetting) {
    const { primary, fallback } = setting;
    this.#setting = setting;
    this.#coordinator = new StreamingCoordinator(
      { primary, fallback },
      parseOptions('coordinator', CoordinatorOptions, QUICK),
      healthOptions('production', {
        signals: { windowMs: 1000 },
        breaker: { openMs: 1000 },
        monitor: { recoveryCheckMs: 200 },
      }),
      {
        clock: systemClock,
        random: Math.random,
        recorder: { record: (event) => this.#note(event) },
        deadLetters: new LettersInMemory(),
      },
    );
  }

  /** Sends until it is told to stop. */
  async run(stop: AbortSignal): Promise<void> {
    const monitoring = this.#coordinator.run({ signal: stop });
    const producer = await this.#coordinator.producer(FLIP_TOPIC, { tenant: 'default' });
    const { envelope } = unitOf([VARIANT]);
    const { body } = await encodeEnvelope(envelope, blockColumns(envelope.block), { compressionLevel: 1 });
    const sendOn = async () => {
      while (!stop.aborted) {
        const id = (this.sent++).toString(16).padStart(64, '0');
        const begunMs = performance.now();
        await producer.send([{ key: `chr${this.sent % 22}`, id, body: body.slice() }]).then(
          () => this.acknowledged.add(id),
          () => {
            this.failed += 1;
          },
        );
        this.slowestSendMs = Math.max(this.slowestSendMs, performance.now() - begunMs);
        await systemClock.sleep(PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sendOn));
    await monitoring;
  }

  async flip(blow: Blow): Promise<Flip> {
    const { primary, fallback, victim } = this.#setting;
    await this.#firstOn(primary.name, performance.now());
    await systemClock.sleep(500);
    this.slowestSendMs = 0;
    const downMs = performance.now();
    const killing = blow === 'hung' ? victim.hang() : victim.kill();
    const failoverMs = await this.#firstOn(fallback.name, downMs);
    await systemClock.sleep(1000);
    await killing;
    if (blow === 'hung') victim.wake();
    else await victim.restart();
    const failbackMs = await this.#firstOn(primary.name, performance.now());
    return { blow, failoverMs, failbackMs, slowestSendMs: this.slowestSendMs };
  }

  /** Everything acknowledged that neither platform gives back. */
  async lost(): Promise<readonly string[]> {
    const missing = new Set(this.acknowledged);
    const consumer = await this.#coordinator.consumer(FLIP_TOPIC, 'check');
    let silentSinceMs = performance.now();
    // A group needs a moment to be given its partitions: nothing at once is not nothing.
    while (missing.size > 0 && performance.now() - silentSinceMs < 10_000) {
      const messages = await consumer.poll({ maxMessages: 1000, maxBytes: 1 << 24, waitMs: 500 });
      if (messages.length > 0) silentSinceMs = performance.now();
      for (const { id } of messages) missing.delete(id);
      // After trouble a platform gives again what is not committed.
      await consumer.commit(messages.map(({ position }) => position));
    }
    await this.#coordinator.close();
    return [...missing];
  }

  #note(event: FlightEvent): void {
    if (event.kind !== 'attempt' || event.outcome !== 'acknowledged') return;
    this.#events.push({ atMs: performance.now(), platform: event.platform });
  }

  /** How long after `sinceMs` the platform first acknowledged something. */
  async #firstOn(platform: PlatformName, sinceMs: number): Promise<number> {
    while (performance.now() - sinceMs < PATIENCE_MS) {
      const first = this.#events.find((event) => event.platform === platform && event.atMs >= sinceMs);
      if (first !== undefined) return first.atMs - sinceMs;
      await systemClock.sleep(1);
    }
    throw new Error(
      `${platform} acknowledged nothing for ${PATIENCE_MS} ms: ${JSON.stringify(this.#coordinator.status())}`,
    );
  }
}

/** Hangs or kills the primary again and again under load, measures how long it takes to get away and back, and counts. */
export async function runFlips(setting: FlipSetting): Promise<FlipReport> {
  const rig = new FlipRig(setting);
  const stop = new AbortController();
  const running = rig.run(stop.signal);
  const flips: Flip[] = [];
  for (const blow of setting.blows) {
    const flip = await rig.flip(blow);
    flips.push(flip);
    setting.onFlip?.(flip);
  }
  stop.abort();
  await running;
  const { sent, failed, acknowledged } = rig;
  return { flips, sent, acknowledged: acknowledged.size, failed, lost: await rig.lost() };
}

/** Flips from a real Kafka broker to an embedded log. */
export async function flipKafka({ blows, onFlip }: Pick<FlipSetting, 'blows' | 'onFlip'>): Promise<FlipReport> {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-flips-'));
  const cluster = await startKafka();
  try {
    const options = kafkaOptions({ brokers: [...cluster.brokers] });
    await using primary = new KafkaPlatform(options, { clock: systemClock });
    await primary.topics.create({ name: FLIP_TOPIC, partitions: 4 });
    const embedded = { directory: folder, partitions: 4, maxBytes: 1 << 30 };
    await using fallback = new EmbeddedPlatform(embedded, { clock: systemClock });
    return await runFlips({ primary, fallback, victim: kafkaVictim(cluster.nodes[0]!), blows, onFlip });
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
