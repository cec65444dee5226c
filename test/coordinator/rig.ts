import { type CoordinatorPorts, StreamingCoordinator } from '../../src/coordinator/coordinator.ts';
import type { DeadLetter, DeadLetters, LetterName } from '../../src/coordinator/dead-letters.ts';
import type { AppliedLedger } from '../../src/coordinator/deduplicator.ts';
import type { FlightEvent } from '../../src/coordinator/flight.ts';
import { CoordinatorOptions } from '../../src/coordinator/options.ts';
import type { Platform } from '../../src/core/ports.ts';
import { parseOptions } from '../../src/health/options.ts';
import { healthOptions } from '../../src/health/thresholds.ts';
import { FakeClock } from '../simulation/fake-clock.ts';
import { SimPlatform } from '../simulation/sim-platform.ts';
import { changed } from '../support/changed-platform.ts';

/** Letters in memory, by envelope, for tests that are not about files. */
export class LettersInMemory implements DeadLetters {
  readonly kept = new Map<string, DeadLetter>();

  async keep(letter: DeadLetter): Promise<string> {
    this.kept.set(letter.id, letter);
    return 'memory';
  }

  has({ id }: LetterName): boolean {
    return this.kept.has(id);
  }

  async drop({ id }: LetterName): Promise<void> {
    this.kept.delete(id);
  }
}

/** Health as it is by default in production. */
const HEALTH = healthOptions('production');

export interface RigOptions {
  readonly options?: Partial<CoordinatorOptions>;
  readonly ports?: Partial<CoordinatorPorts>;
  readonly ledger?: AppliedLedger;
  readonly alone?: boolean;
  /** Puts something between the coordinator and a platform. */
  readonly wrap?: (platform: SimPlatform) => Platform;
}

/** A coordinator over two simulated platforms (iggy, kafka) that are well, under a fake clock. */
export function makeRig({
  options = {},
  ports = {},
  ledger,
  alone = false,
  wrap = (platform) => platform,
}: RigOptions = {}) {
  const clock = new FakeClock();
  const primary = new SimPlatform({ name: 'iggy', clock, random: () => 0.5 });
  const fallback = new SimPlatform({ name: 'kafka', clock, random: () => 0.5 });
  const letters = new LettersInMemory();
  const flights: FlightEvent[] = [];
  const coordinator = new StreamingCoordinator(
    { primary: wrap(primary), fallback: alone ? undefined : wrap(fallback) },
    parseOptions('coordinator', CoordinatorOptions, options),
    HEALTH,
    { clock, random: () => 0.5, recorder: { record: (event) => flights.push(event) }, deadLetters: letters, ...ports },
  );
  const sending = (id: string, signal?: AbortSignal, tenant = 'default') =>
    coordinator
      .producer('vcf-variants', { tenant, ledger })
      .then((producer) => producer.send([message(id)], { signal }));
  /** Sends and passes time until it is answered. */
  const send = (id: string) => clock.until(sending(id));
  const idsOn = (platform: SimPlatform) => platform.log.map((entry) => entry.id);
  return { clock, primary, fallback, letters, flights, coordinator, sending, send, idsOn };
}

export function message(id: string) {
  return { key: 'chr1', id, body: new Uint8Array([1, 2, 3, 4]) };
}

/** Platforms that answer a send in this way. */
export function sendingWith(send: () => Promise<void>): (platform: SimPlatform) => Platform {
  return (platform) =>
    changed(platform, {
      producer: async () => ({ send, close: async () => undefined }),
    });
}
