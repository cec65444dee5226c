import type { CoordinatorOptions, Strategy } from '../../src/coordinator/options.ts';
import { createRandom } from '../fuzz/random.ts';
import type { Mode } from './sim-platform.ts';

/** One fault of one platform. */
export interface Fault {
  readonly platform: 'primary' | 'fallback';
  readonly mode: Mode;
  readonly atMs: number;
  readonly durationMs: number;
}

/** One envelope that somebody wants to have carried. */
export interface Order {
  readonly atMs: number;
  readonly id: string;
  /** What was applied of it is deleted just before: that it was delivered once must not keep it from coming again. */
  readonly deletedBefore: boolean;
  /** Its caller sends it again when it is refused for now, as the ingest job does. */
  readonly patient: boolean;
  /** The caller gives up after this; undefined: never. */
  readonly givesUpAfterMs: number | undefined;
}

/** Everything that happens in one simulated run, from its seed alone. */
export interface Schedule {
  readonly seed: number;
  readonly strategy: Strategy;
  readonly options: Partial<CoordinatorOptions>;
  readonly faults: readonly Fault[];
  readonly orders: readonly Order[];
  /** Times at which the reader of both platforms is killed and started again. */
  readonly readerKills: readonly number[];
  /** The platforms' own request timeouts. */
  readonly requestTimeoutMs: number | undefined;
  /** Whether the coordinator may ask the ledger about duplicates. */
  readonly hasLedger: boolean;
  readonly endMs: number;
}

const MODES: readonly Mode[] = ['slow', 'hung', 'ack lost', 'down', 'refusing'];
const STRATEGIES: readonly Strategy[] = [
  'INTELLIGENT',
  'INTELLIGENT',
  'INTELLIGENT',
  'PRIMARY_ONLY',
  'ROUND_ROBIN',
  'FALLBACK_ONLY',
];
const END_MS = 5_000;

export function makeSchedule(seed: number): Schedule {
  const { below, pick, next } = createRandom(seed, 0x5eed);
  const chance = (percent: number) => below(100) < percent;
  // In a third of the runs only the primary fails: then no send may take a second.
  const victims = chance(33) ? (['primary'] as const) : (['primary', 'primary', 'fallback'] as const);
  const faults = Array.from({ length: 1 + below(4) }, (): Fault => {
    const atMs = below(END_MS * 0.8);
    return { platform: pick(victims), mode: pick(MODES), atMs, durationMs: 50 + below(chance(50) ? 500 : 3_500) };
  });
  const orders: Order[] = [];
  for (let count = 4 + below(9); count > 0; count--) {
    const repeated = orders.length > 0 && chance(15);
    orders.push({
      atMs: below(END_MS),
      id: repeated ? pick(orders).id : next().toString(16).padStart(64, '0'),
      deletedBefore: repeated && chance(50),
      patient: chance(70),
      givesUpAfterMs: chance(5) ? below(2_000) : undefined,
    });
  }
  return {
    seed,
    strategy: pick(STRATEGIES),
    options: {
      maxRetries: below(4),
      hedgeAfterMs: 100 + below(200),
      sendTimeoutMs: 600 + below(900),
      retryBackoffMs: 50,
      failbackHoldMs: 500,
      maxFailbackHoldMs: 1_500,
      maxStragglerBytes: chance(30) ? 8 : 1 << 20,
      seenIds: 5 + below(10),
    },
    faults: faults.sort((a, b) => a.atMs - b.atMs),
    orders: orders.sort((a, b) => a.atMs - b.atMs),
    readerKills: chance(40) ? [below(END_MS)] : [],
    requestTimeoutMs: chance(50) ? 300 + below(700) : undefined,
    hasLedger: chance(70),
    endMs: END_MS,
  };
}
