import { StreamingCoordinator } from '../../src/coordinator/coordinator.ts';
import type { DeadLetter, DeadLetters } from '../../src/coordinator/dead-letters.ts';
import type { AppliedLedger } from '../../src/coordinator/deduplicator.ts';
import type { FlightEvent } from '../../src/coordinator/flight.ts';
import { CoordinatorOptions } from '../../src/coordinator/options.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import type { Platform } from '../../src/core/ports.ts';
import type { BreakerChange } from '../../src/health/circuit-breaker.ts';
import { parseOptions } from '../../src/health/options.ts';
import { healthOptions } from '../../src/health/thresholds.ts';
import { createRandom } from '../fuzz/random.ts';
import { FakeClock } from './fake-clock.ts';
import type { Order, Schedule } from './schedule.ts';
import { SimPlatform } from './sim-platform.ts';

/** Where a defect is put in, to see whether the harness notices. */
export interface Plants {
  readonly ledger?: (ledger: AppliedLedger) => AppliedLedger;
  readonly platform?: (platform: SimPlatform) => Platform;
  readonly deadLetters?: (letters: DeadLetters) => DeadLetters;
  readonly options?: Partial<CoordinatorOptions>;
}

/** What became of one send. */
export interface Outcome {
  readonly order: Order;
  readonly begunMs: number;
  readonly endedMs: number;
  readonly result: 'acknowledged' | 'dead letter' | 'gave up' | 'refused';
}

const RETRY_SEND_MS = 50;
const BODY = new Uint8Array([1, 2, 3, 4]);
/** Time after the last fault in which everything has to be in order again. */
const RECOVERY_MS = 6_000;
const RECOVERY_SENDS = 4;

/** As in production, but sooner well again: a run has seconds. */
const HEALTH = healthOptions('production', {
  thresholds: { checkEveryMs: 5_000 },
  signals: { windowMs: 1_500 },
  breaker: { openMs: 1_500 },
});
const COORDINATOR = parseOptions('coordinator', CoordinatorOptions);

/** Coordinator, breakers, two platforms, a reader and callers, run through one schedule under a fake clock. */
export class World {
  readonly schedule: Schedule;
  readonly clock = new FakeClock();
  readonly primary: SimPlatform;
  readonly fallback: SimPlatform;
  readonly coordinator: StreamingCoordinator;
  readonly letters = new Map<string, DeadLetter>();
  readonly applied = new Set<string>();
  /** Envelopes that are to be applied in the end: somebody was told that they are safe, and nobody deleted them since. */
  readonly promised = new Set<string>();
  readonly outcomes: Outcome[] = [];
  readonly breakerChanges: BreakerChange[] = [];
  readonly flights: FlightEvent[] = [];
  readonly violations: string[] = [];
  readonly #underWay: string[] = [];
  readonly #ledger: AppliedLedger | undefined;

  constructor(schedule: Schedule, plants: Plants = {}) {
    this.schedule = schedule;
    const ledger: AppliedLedger = { has: async (id) => this.applied.has(id) };
    this.#ledger = schedule.hasLedger ? (plants.ledger?.(ledger) ?? ledger) : undefined;
    const { clock } = this;
    const { next } = createRandom(schedule.seed, 1);
    const random = () => next() / 2 ** 32;
    const { requestTimeoutMs } = schedule;
    this.primary = new SimPlatform({ name: 'iggy', clock, random, requestTimeoutMs });
    this.fallback = new SimPlatform({ name: 'kafka', clock, random, requestTimeoutMs });
    const plant = plants.platform ?? ((platform: SimPlatform): Platform => platform);
    this.coordinator = new StreamingCoordinator(
      { primary: plant(this.primary), fallback: plant(this.fallback) },
      { ...COORDINATOR, ...schedule.options, ...plants.options, strategy: schedule.strategy },
      HEALTH,
      {
        clock,
        random,
        recorder: { record: (event) => this.flights.push(event) },
        deadLetters: plants.deadLetters?.(this.#deadLetters()) ?? this.#deadLetters(),
        events: { onBreakerChange: (change) => this.breakerChanges.push(change) },
      },
    );
  }

  /** Runs the schedule to its end and a recovery, and returns what went wrong. */
  async run(): Promise<readonly string[]> {
    const { clock, schedule } = this;
    const stop = new AbortController();
    const running = this.coordinator.run({ signal: stop.signal });
    const reading = this.#read(stop.signal);
    const sending = schedule.orders.map((order) => this.#fulfil(order));
    const faulting = schedule.faults.map((fault) => this.#inflict(fault));
    await clock.until(Promise.all([...sending, ...faulting, clock.sleep(schedule.endMs)]));
    await this.#recover();
    stop.abort();
    await clock.until(Promise.all([running, reading]));
    await clock.until(this.#drain());
    await clock.until(this.coordinator.close());
    // What still waits for a platform is over after the time for a send.
    await clock.advance(2_000);
    return this.violations;
  }

  /** The other side of the acknowledgement: at this very moment the envelope has to be somewhere. */
  isDurable(id: string): boolean {
    return this.primary.ids.has(id) || this.fallback.ids.has(id) || this.letters.has(id);
  }

  async #inflict({ platform, mode, atMs, durationMs }: Schedule['faults'][number]): Promise<void> {
    await this.clock.sleep(atMs);
    this[platform].mode = mode;
    await this.clock.sleep(durationMs);
    this[platform].mode = 'well';
  }

  async #fulfil(order: Order): Promise<void> {
    const { clock, coordinator } = this;
    await clock.sleep(order.atMs);
    const producer = await coordinator.producer('t', { tenant: 'default', ledger: this.#ledger });
    const patience = new AbortController();
    if (order.givesUpAfterMs !== undefined) {
      clock.sleep(order.givesUpAfterMs).then(() => patience.abort(new VcfAgentError('ABORTED', 'no patience')));
    }
    if (order.deletedBefore && !this.#underWay.includes(order.id)) {
      this.applied.delete(order.id);
      this.promised.delete(order.id);
    }
    for (let again = true; again; ) {
      const begunMs = clock.monotonicMs();
      this.#underWay.push(order.id);
      const result = await producer.send([{ key: 'chr1', id: order.id, body: BODY.slice() }], patience).then(
        () => 'acknowledged' as const,
        (error: VcfAgentError) => this.#refusal(error),
      );
      this.#underWay.splice(this.#underWay.indexOf(order.id), 1);
      if (result === 'acknowledged' && !this.isDurable(order.id))
        this.#violate(`${order.id} acknowledged, and nowhere`);
      if (result === 'dead letter' && !this.isDurable(order.id))
        this.#violate(`${order.id} refused for good, and nowhere`);
      if (result === 'acknowledged' || result === 'dead letter') this.promised.add(order.id);
      this.outcomes.push({ order, begunMs, endedMs: clock.monotonicMs(), result });
      again = order.patient && (result === 'dead letter' || result === 'refused');
      if (again) await clock.sleep(RETRY_SEND_MS * 5);
    }
  }

  #refusal(error: VcfAgentError): 'dead letter' | 'gave up' | 'refused' {
    if (error.code === 'DELIVERY_FAILED') return 'dead letter';
    if (error.code === 'ABORTED') return 'gave up';
    if (error.code !== 'OVERLOADED') this.#violate(`a send ended with ${error}`);
    return 'refused';
  }

  /** Reads both platforms into the ledger; killed and started again now and then, before its last commit. */
  async #read(signal: AbortSignal): Promise<void> {
    const kills = [...this.schedule.readerKills];
    while (!signal.aborted) {
      const consumer = await this.coordinator.consumer('t', 'store');
      const killAtMs = kills.shift() ?? Number.POSITIVE_INFINITY;
      while (!signal.aborted && this.clock.monotonicMs() < killAtMs) {
        const messages = await consumer
          .poll({ maxMessages: 4, maxBytes: 1 << 20, waitMs: 4_000, signal })
          .catch(() => []);
        for (const { id } of messages) this.applied.add(id);
        const killed = this.clock.monotonicMs() >= killAtMs;
        if (messages.length > 0 && !killed) await consumer.commit(messages.map(({ position }) => position));
      }
      await consumer.close();
    }
  }

  async #drain(): Promise<void> {
    const consumer = await this.coordinator.consumer('t', 'store');
    for (;;) {
      const messages = await consumer.poll({ maxMessages: 2, maxBytes: 1 << 20, waitMs: 4_000 });
      if (messages.length === 0) break;
      for (const { id } of messages) this.applied.add(id);
    }
    await consumer.close();
  }

  /** All faults are over: sends one envelope now and then until the primary has to be in charge again. */
  async #recover(): Promise<void> {
    const { clock, coordinator, schedule } = this;
    this.primary.mode = 'well';
    this.fallback.mode = 'well';
    const producer = await coordinator.producer('t', { tenant: 'default', ledger: this.#ledger });
    const send = (id: string) => clock.until(producer.send([{ key: 'chr1', id: id.repeat(64), body: BODY.slice() }]));
    for (let count = 0; count < RECOVERY_SENDS; count++) {
      // The first may still find both breakers open.
      await send(`${count}`).catch(() => undefined);
      await clock.advance(RECOVERY_MS / RECOVERY_SENDS);
    }
    const sendsBefore = this.primary.sends;
    await send('e').catch((error) => this.#violate(`refused when all is well: ${error}`));
    if (schedule.strategy === 'INTELLIGENT' && this.primary.sends === sendsBefore) this.#violate('no failback');
  }

  #violate(what: string): void {
    this.violations.push(`at ${this.clock.monotonicMs().toFixed(0)} ms: ${what}`);
  }

  #deadLetters(): DeadLetters {
    return {
      keep: async (letter) => {
        this.letters.set(letter.id, letter);
        return 'dead letters';
      },
      has: ({ id }) => this.letters.has(id),
      drop: async ({ id }) => {
        this.letters.delete(id);
      },
    };
  }
}
