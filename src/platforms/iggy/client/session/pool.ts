import type { CallOptions } from '../types.ts';
import type { Session } from './session.ts';
import { Slot, type SlotOptions } from './slot.ts';

interface Place {
  readonly slot: Slot;
  /** Calls that use it or wait for it. */
  users: number;
}

/** Connections shared by everything that needs none of its own. Each is opened when it is first of use. */
export class SessionPool {
  readonly #places: readonly Place[];

  constructor(size: number, options: SlotOptions) {
    this.#places = Array.from({ length: size }, () => ({ slot: new Slot(options), users: 0 }));
  }

  /** Work on a session; a lane always gets the same one, as long as it lives: what shares a lane keeps its order. */
  async use<T>(lane: string | undefined, options: CallOptions, work: (session: Session) => T | Promise<T>): Promise<T> {
    const place = lane === undefined ? this.#leastUsed() : this.#ofLane(lane);
    place.users++;
    try {
      return await work(await place.slot.acquire(options));
    } finally {
      place.users--;
    }
  }

  #ofLane(lane: string): Place {
    let hash = 0x811c9dc5; // FNV-1a
    for (let index = 0; index < lane.length; index++) hash = Math.imul(hash ^ lane.charCodeAt(index), 0x01000193);
    return this.#places[(hash >>> 0) % this.#places.length]!;
  }

  /** An idle open one; else one not opened yet; else the open one with the least to do. */
  #leastUsed(): Place {
    const load = ({ slot, users }: Place) => (slot.isOpen ? users : users + 0.5);
    return this.#places.reduce((best, place) => (load(place) < load(best) ? place : best));
  }

  close(): void {
    for (const { slot } of this.#places) slot.close();
  }
}
