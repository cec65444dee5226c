import type { FlightEvent } from './flight.ts';

/** Envelopes in trouble at once whose events are counted; of more, the oldest begin anew. */
const MAX_ENVELOPES = 10_000;

/**
 * Keeps an envelope that gets nowhere from filling the log book: of what is said of it again it lets the 2nd, 4th, 8th … time
 * through, with the count. Nothing is held back that could be lost with the process, and an envelope that arrives at once is
 * not looked at.
 */
export class FlightRepeats {
  /** By envelopes: how often each thing was said. */
  readonly #troubled = new Map<string, Map<string, number>>();

  /** The event as it is to be kept; undefined when it is not. */
  kept(event: FlightEvent): FlightEvent | undefined {
    const envelopes = event.envelopes.join();
    const counts = this.#troubled.get(envelopes);
    if (event.kind === 'result' && event.result !== 'dead letter') this.#troubled.delete(envelopes);
    else if (counts !== undefined) return counted(event, counts);
    else if (isTrouble(event)) this.#begin(envelopes, event);
    return event;
  }

  #begin(envelopes: string, event: FlightEvent): void {
    this.#troubled.set(envelopes, new Map([[gist(event), 1]]));
    if (this.#troubled.size <= MAX_ENVELOPES) return;
    for (const oldest of this.#troubled.keys()) {
      this.#troubled.delete(oldest);
      return;
    }
  }
}

function counted(event: FlightEvent, counts: Map<string, number>): FlightEvent | undefined {
  const said = gist(event);
  const times = (counts.get(said) ?? 0) + 1;
  counts.set(said, times);
  if (times === 1) return event;
  const isPowerOfTwo = (times & (times - 1)) === 0;
  return isPowerOfTwo ? { ...event, times } : undefined;
}

/** What ends late belongs to an envelope whose own end was noted before: nobody would end its trouble. */
function isTrouble(event: FlightEvent): boolean {
  return event.kind === 'attempt' ? event.outcome !== 'acknowledged' && !event.late : event.kind === 'result';
}

/** What an event says, without when and how long. */
function gist(event: FlightEvent): string {
  if (event.kind === 'attempt') return [event.platform, event.outcome, event.code, event.late].join();
  if (event.kind === 'result') return event.result;
  const { primary, fallback } = event.health;
  const healths = [primary, fallback].map((note) => [note?.usable, note?.state, note?.reasons].join());
  return [event.strategy, event.order, event.reason, ...healths].join();
}
