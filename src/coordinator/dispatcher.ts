import { isTimeout, VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, OutgoingMessage, PlatformName, Random } from '../core/ports.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Deadlines } from './deadlines.ts';
import { type AttemptOutcome, type DeliveryResult, type FlightRecorder, thousandths } from './flight.ts';
import { hedged } from './hedge.ts';
import { BreakerRefusal, isBackpressure, type Lane } from './lane.ts';
import type { CoordinatorOptions } from './options.ts';
import type { Policy } from './rollout.ts';

/** Envelopes that travel together, and for whom. */
export interface Parcel {
  readonly topic: string;
  readonly tenant: string;
  readonly policy: Policy;
  readonly messages: readonly OutgoingMessage[];
  readonly bytes: number;
}

/** Writes envelopes to the store, past all platforms: every row and the ledger in one transaction, as the consumer does. */
export interface DirectWriter {
  write(messages: readonly OutgoingMessage[], options: Cancellable): Promise<void>;
}

export interface DispatcherPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** How long a send may be without an answer before the other platform is asked as well. */
  readonly hedges: Deadlines;
  readonly recorder: FlightRecorder;
  readonly deadLetters: DeadLetters;
  readonly direct: DirectWriter | undefined;
  /** Which lanes to try, in order: on the health of this moment. */
  readonly decide: (parcel: Parcel, round: number) => readonly Lane[];
  /** False: neither platform can be sent to now. */
  readonly isAnyUp: () => boolean;
}

/** What a parcel has under way. */
interface Journey {
  readonly parcel: Parcel;
  readonly begunMs: number;
  /** Ends it: its caller gave up, or everything is closed. */
  readonly end: AbortController;
  readonly attempts: Map<AbortController, Lane>;
  round: number;
  settled: boolean;
}

const CUT_OFF = new VcfAgentError('ABORTED', 'the other platform has the envelope');
const CLOSED = new VcfAgentError('ABORTED', 'the coordinator is closed');
/** A platform that answers others is given this many deadlines before the other platform is asked as well. */
const MAX_WAITS = 3;

/**
 * Takes a parcel to a platform: round after round over the platforms, hedged, until one has acknowledged it; when the
 * retries are used up, to the database if that is allowed, else to the dead letters. Nothing ends in any other way, except
 * that the caller gives up.
 */
export class Dispatcher {
  readonly #options: CoordinatorOptions;
  readonly #ports: DispatcherPorts;
  readonly #journeys = new Set<Journey>();

  constructor(options: CoordinatorOptions, ports: DispatcherPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Resolves when the parcel is durable. Rejects with DELIVERY_FAILED when it is a dead letter, which is durable then. */
  async dispatch(parcel: Parcel, { signal }: Cancellable = {}): Promise<void> {
    const begunMs = this.#ports.clock.monotonicMs();
    const end = new AbortController();
    const journey: Journey = { parcel, begunMs, end, attempts: new Map(), round: 0, settled: false };
    const giveUp = () => endJourney(journey, signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    this.#journeys.add(journey);
    try {
      await this.#travel(journey);
    } catch (error) {
      if (end.signal.aborted) this.#finish(journey, 'abandoned');
      throw error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
      journey.settled = true;
      this.#letStragglersGo(journey);
    }
  }

  /** Ends what is under way, as if every caller had given up, and what goes on for those that are delivered. */
  close(): void {
    for (const journey of this.#journeys) endJourney(journey, CLOSED);
  }

  async #travel(journey: Journey): Promise<void> {
    const { clock, decide, hedges } = this.#ports;
    const { signal } = journey.end;
    for (let retries = 0; ; journey.round += 1) {
      const lanes = decide(journey.parcel, journey.round);
      const legs = lanes.map((lane) => () => this.#attempt(lane, journey));
      const isWorthWaiting = (periods: number) => periods < MAX_WAITS && lanes[0]!.hasAnsweredWithin(hedges.afterMs);
      const result = await hedged(legs, { deadlines: hedges, isWorthWaiting });
      if (result.ok) return this.#delivered(journey, result.value);
      signal.throwIfAborted();
      const { errors } = result;
      // Waiting for room is no retry: a slow reader must not make dead letters.
      if (!errors.some(isBackpressure)) retries += 1;
      const last = errors.every(isFinal) || retries > this.#options.maxRetries;
      if (await this.#writtenDirectly(journey, last)) return;
      if (last) throw await this.#bury(journey, errors);
      await clock.sleep(this.#backoffMs(retries), { signal });
    }
  }

  /** One send to one platform. Never waits longer than the time for a send. */
  async #attempt(lane: Lane, journey: Journey): Promise<PlatformName> {
    const { clock } = this.#ports;
    const { topic, messages } = journey.parcel;
    const { round } = journey;
    // The first leg fails when the caller gives up, which is no reason to begin the second.
    journey.end.signal.throwIfAborted();
    const begunMs = clock.monotonicMs();
    const stop = new AbortController();
    journey.attempts.set(stop, lane);
    try {
      await lane.send(topic, messages, stop);
      this.#report(journey, lane, { round, begunMs, outcome: 'acknowledged' });
      return lane.name;
    } catch (error) {
      const outcome = outcomeOf(error, stop.signal);
      const code = error instanceof VcfAgentError ? error.code : undefined;
      this.#report(journey, lane, { round, begunMs, outcome, code });
      throw error;
    } finally {
      journey.attempts.delete(stop);
      if (journey.settled) this.#stragglerEnded(journey, lane);
    }
  }

  /** A platform that hangs must not collect what the other has long taken. */
  #letStragglersGo(journey: Journey): void {
    const { parcel, attempts } = journey;
    for (const [stop, lane] of attempts) {
      lane.stragglerBytes += parcel.bytes;
      if (lane.stragglerBytes > this.#options.maxStragglerBytes) stop.abort(CUT_OFF);
    }
    if (attempts.size === 0) this.#journeys.delete(journey);
  }

  #stragglerEnded(journey: Journey, lane: Lane): void {
    lane.stragglerBytes -= journey.parcel.bytes;
    if (journey.attempts.size === 0) this.#journeys.delete(journey);
  }

  async #delivered(journey: Journey, platform: PlatformName): Promise<void> {
    this.#finish(journey, 'delivered', platform);
    await this.#forgetLetters(journey);
  }

  /** What an earlier try had to put aside has arrived after all. */
  async #forgetLetters({ parcel }: Journey): Promise<void> {
    const { deadLetters } = this.#ports;
    for (const { id } of parcel.messages) {
      // One that stays is sent again for nothing, once: no reason to call the delivery failed.
      const letter = { topic: parcel.topic, id };
      if (deadLetters.has(letter)) await deadLetters.drop(letter).catch(() => undefined);
    }
  }

  /** Past the platforms when none is up, or as the last resort; never when it is not allowed. */
  async #writtenDirectly(journey: Journey, last: boolean): Promise<boolean> {
    const { direct, isAnyUp } = this.#ports;
    const { signal } = journey.end;
    if (!this.#options.directFallback || direct === undefined || (!last && isAnyUp())) return false;
    try {
      await direct.write(journey.parcel.messages, { signal });
    } catch {
      signal.throwIfAborted();
      return false;
    }
    this.#finish(journey, 'direct');
    await this.#forgetLetters(journey);
    return true;
  }

  /** Puts the envelopes aside, durably, and returns the error to tell the caller. Throws what keeps it from doing so. */
  async #bury(journey: Journey, errors: readonly unknown[]): Promise<VcfAgentError> {
    const { parcel, round } = journey;
    const cause = errors.at(-1);
    const reason = cause instanceof Error ? cause.message : String(cause);
    const code = cause instanceof VcfAgentError ? cause.code : 'PLATFORM_ERROR';
    let path = '';
    for (const message of parcel.messages) {
      const { topic, tenant } = parcel;
      path = await this.#ports.deadLetters.keep({ ...message, topic, tenant, code, reason, rounds: round + 1 });
    }
    this.#finish(journey, 'dead letter');
    return new VcfAgentError('DELIVERY_FAILED', `no platform took the envelope (${reason}); it is kept in ${path}`, {
      retryable: !errors.every(isFinal),
      cause,
      context: { envelope: parcel.messages[0]?.id ?? '', rounds: round + 1, deadLetter: path },
    });
  }

  #backoffMs(retries: number): number {
    const { retryBackoffMs, maxRetryBackoffMs } = this.#options;
    const backoffMs = Math.min(retryBackoffMs * 2 ** Math.max(0, retries - 1), maxRetryBackoffMs);
    // Everything that failed together must not come again together.
    return backoffMs * (0.5 + this.#ports.random() / 2);
  }

  #report(
    { parcel, settled }: Journey,
    lane: Lane,
    attempt: {
      readonly round: number;
      readonly begunMs: number;
      readonly outcome: AttemptOutcome;
      readonly code?: string | undefined;
    },
  ): void {
    const { clock, recorder } = this.#ports;
    recorder.record({
      kind: 'attempt',
      atMs: clock.now(),
      envelopes: idsOf(parcel),
      platform: lane.name,
      round: attempt.round,
      outcome: attempt.outcome,
      code: attempt.code,
      durationMs: thousandths(clock.monotonicMs() - attempt.begunMs),
      late: settled,
    });
  }

  #finish({ parcel, round, begunMs }: Journey, result: DeliveryResult, platform?: PlatformName): void {
    const { clock, recorder } = this.#ports;
    const durationMs = thousandths(clock.monotonicMs() - begunMs);
    const [atMs, envelopes, rounds] = [clock.now(), idsOf(parcel), round + 1];
    recorder.record({ kind: 'result', atMs, envelopes, result, platform, rounds, durationMs });
  }
}

export function idsOf({ messages }: Pick<Parcel, 'messages'>): readonly string[] {
  return messages.map(({ id }) => id);
}

function endJourney({ end, attempts }: Journey, reason: unknown): void {
  end.abort(reason);
  for (const stop of attempts.keys()) stop.abort(reason);
}

function outcomeOf(error: unknown, stop: AbortSignal): AttemptOutcome {
  if (error instanceof BreakerRefusal) return 'refused';
  if (isTimeout(error)) return 'unknown';
  return stop.aborted ? 'abandoned' : 'failed';
}

/** Trying again changes nothing. */
function isFinal(error: unknown): boolean {
  return error instanceof VcfAgentError && !error.retryable;
}
