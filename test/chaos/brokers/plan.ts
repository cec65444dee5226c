import type { PlatformName } from '../../../src/core/ports.ts';
import { type Fault, PROCESS_FAULTS, SERVER_FAULTS } from './target.ts';

export interface RouteChoice {
  readonly primary: PlatformName;
  readonly fallback?: PlatformName | undefined;
}

/** Each platform first, with a fallback and alone. */
const ROUTES: readonly RouteChoice[] = [
  { primary: 'iggy', fallback: 'kafka' },
  { primary: 'kafka', fallback: 'iggy' },
  { primary: 'kafka', fallback: 'embedded' },
  { primary: 'iggy', fallback: 'embedded' },
  { primary: 'embedded', fallback: 'kafka' },
  { primary: 'kafka' },
  { primary: 'iggy' },
  { primary: 'embedded' },
];

export type Struck = 'primary' | 'fallback' | 'both' | 'database' | 'producer' | 'consumer';

/** One round of a campaign. */
export interface Round {
  readonly route: RouteChoice;
  readonly struck: Struck;
  readonly fault: Fault;
  /** Struck when this share of the file's envelopes is in the database; below 0: while it starts. */
  readonly at: number;
  /** How long it lasts, before it is killed no more, or answers again. */
  readonly holdMs: number;
  /** A second worker in the group, in a process of its own. */
  readonly worker: boolean;
}

const LONGEST_HOLD_MS = 1_500;

export function nameOf({ route, struck, fault, at, holdMs, worker }: Round): string {
  const carried = route.fallback === undefined ? `${route.primary} alone` : `${route.primary} → ${route.fallback}`;
  const when = at < 0 ? 'at the start' : `at ${(at * 100).toFixed(0)} %`;
  return `${carried}${worker ? ', two workers' : ''}: ${struck} ${fault} ${when}, for ${holdMs.toFixed(0)} ms`;
}

/** What can be done to whom, on which routes. A server is there to be struck; the embedded log is part of the processes. */
function combinations(): Pick<Round, 'struck' | 'fault' | 'route'>[] {
  return ROUTES.flatMap((route) => {
    const isServer = (name: PlatformName | undefined) => name !== undefined && name !== 'embedded';
    const servers: Struck[] = ['database'];
    if (isServer(route.primary)) servers.push('primary');
    if (isServer(route.fallback)) servers.push('fallback');
    if (isServer(route.primary) && isServer(route.fallback)) servers.push('both');
    const combine = (struck: readonly Struck[], faults: readonly Fault[]) =>
      struck.flatMap((one) => faults.map((fault) => ({ route, struck: one, fault })));
    return [
      ...combine(servers, SERVER_FAULTS),
      ...combine(['producer', 'consumer'], PROCESS_FAULTS),
      ...combine(['producer'], ['killed for good']),
    ];
  });
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = items.map((item) => ({ item, at: random() }));
  return order.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
}

/**
 * As many rounds. Every pair of what is struck and how comes before any comes twice, each time on another route: the first
 * 27 rounds have all of them, the first 160 or so everything that there is.
 */
export function planRounds(count: number, random: () => number): Round[] {
  const byPair = Map.groupBy(shuffled(combinations(), random), ({ struck, fault }) => `${struck} ${fault}`);
  const rounds: Round[] = [];
  for (let turn = 0; rounds.length < count; turn++) {
    for (const choices of shuffled([...byPair.values()], random)) {
      const { route, struck, fault } = choices[turn % choices.length]!;
      const at = random() < 0.1 ? -1 : random() * 0.9;
      const worker = struck === 'consumer' || (random() < 0.2 && fault !== 'killed for good');
      rounds.push({ route, struck, fault, at, holdMs: 100 + random() * LONGEST_HOLD_MS, worker });
    }
  }
  return rounds.slice(0, count);
}
