import { makeSchedule } from './schedule.ts';
import { type Outcome, type Plants, World } from './world.ts';

/** A hung or dead primary must not cost a caller more than this while the fallback is well. */
const FAILOVER_MS = 1_000;

/** How often something happened, by its name. */
export type Sightings = Readonly<Record<string, number>>;

/** Runs one schedule: everything that must not be, one line each, and what was seen on the way. */
export async function observe(
  seed: number,
  plants: Plants = {},
): Promise<{ readonly violations: readonly string[]; readonly sightings: Sightings }> {
  const world = new World(makeSchedule(seed), plants);
  try {
    const violations = [...(await world.run()), ...lost(world), ...slow(world), ...leaked(world), ...illegal(world)];
    return { violations, sightings: sightingsOf(world) };
  } catch (error) {
    return { violations: [String((error as Error).stack)], sightings: {} };
  }
}

function sightingsOf({ outcomes, flights, breakerChanges, coordinator, primary, fallback }: World): Sightings {
  const count = <T>(items: Iterable<T>, matches: (item: T) => boolean) => [...items].filter(matches).length;
  const attempts = flights.filter((event) => event.kind === 'attempt');
  const { failovers, failbacks } = coordinator.status();
  return {
    acknowledged: count(outcomes, ({ result }) => result === 'acknowledged'),
    'dead letter': count(outcomes, ({ result }) => result === 'dead letter'),
    'gave up': count(outcomes, ({ result }) => result === 'gave up'),
    skipped: count(flights, (event) => event.kind === 'result' && event.result === 'skipped'),
    unknown: count(attempts, ({ outcome }) => outcome === 'unknown'),
    refused: count(attempts, ({ outcome }) => outcome === 'refused'),
    'late acknowledgement': count(attempts, ({ outcome, late }) => late && outcome === 'acknowledged'),
    'on both platforms': count(primary.ids, (id) => fallback.ids.has(id)),
    opened: count(breakerChanges, ({ to }) => to === 'OPEN'),
    closed: count(breakerChanges, ({ to }) => to === 'CLOSED'),
    failovers,
    failbacks,
  };
}

/** Every envelope that was promised is applied in the end or a dead letter, and every order was answered. */
function lost({ outcomes, applied, letters, promised, schedule }: World): string[] {
  const found: string[] = [];
  for (const id of promised) {
    if (!applied.has(id) && !letters.has(id)) found.push(`${id} is lost`);
  }
  for (const order of schedule.orders) {
    const ends = outcomes.filter((outcome) => outcome.order === order);
    if (ends.length === 0) found.push(`${order.id} was never answered`);
  }
  return found;
}

function slow({ schedule, outcomes }: World): string[] {
  if (schedule.faults.some(({ platform }) => platform === 'fallback')) return [];
  const isSlow = ({ begunMs, endedMs }: Outcome) => endedMs - begunMs >= FAILOVER_MS;
  return outcomes
    .filter(isSlow)
    .map(({ order, begunMs, endedMs }) => `${order.id} took ${endedMs - begunMs} ms with a fallback that is well`);
}

/** Nothing is left: no timer, nothing under way, and nothing grows with what has passed. */
function leaked({ clock, coordinator, schedule }: World): string[] {
  const { pendingMessages, pendingBytes, stragglerBytes, rememberedIds, platforms } = coordinator.status();
  const found: string[] = [];
  if (clock.sleeping > 0) found.push(`${clock.sleeping} timers are left`);
  if (pendingMessages !== 0 || pendingBytes !== 0) found.push(`${pendingMessages} envelopes are still under way`);
  for (const { platform, inFlight } of platforms)
    if (inFlight > 0) found.push(`${inFlight} sends wait for ${platform}`);
  if (stragglerBytes !== 0) found.push(`${stragglerBytes} bytes of stragglers are left`);
  if (rememberedIds > (schedule.options.seenIds ?? 0)) found.push('too many ids are remembered');
  return found;
}

const LEGAL = new Set(['CLOSED OPEN', 'OPEN HALF_OPEN', 'HALF_OPEN CLOSED', 'HALF_OPEN OPEN']);

function illegal({ breakerChanges }: World): string[] {
  return breakerChanges
    .filter(({ from, to }) => !LEGAL.has(`${from} ${to}`))
    .map(({ breaker, from, to }) => `the breaker of ${breaker} went from ${from} to ${to}`);
}
