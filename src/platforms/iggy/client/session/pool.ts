import type { CallOptions } from '../types.ts';
import type { Session } from './session.ts';
import { Slot, type SlotOptions } from './slot.ts';

/** Connections shared by everything that needs none of its own. Each is opened when it is first of use. */
export class SessionPool {
  readonly #slots: readonly Slot[];

  constructor(size: number, options: SlotOptions) {
    this.#slots = Array.from({ length: size }, () => new Slot(options));
  }

  /** A session; always the same one for a lane, as long as it lives: what shares a lane keeps its order. */
  acquire(lane: string | undefined, options: CallOptions): Promise<Session> {
    return (lane === undefined ? this.#leastLoaded() : this.#ofLane(lane)).acquire(options);
  }

  #ofLane(lane: string): Slot {
    let hash = 0x811c9dc5; // FNV-1a
    for (let index = 0; index < lane.length; index++) hash = Math.imul(hash ^ lane.charCodeAt(index), 0x01000193);
    return this.#slots[(hash >>> 0) % this.#slots.length]!;
  }

  /** An idle open one; else one not opened yet; else the open one with the least to do. */
  #leastLoaded(): Slot {
    const load = (slot: Slot) => (slot.isOpen ? slot.pending : 0.5);
    return this.#slots.reduce((best, slot) => (load(slot) < load(best) ? slot : best));
  }

  close(): void {
    for (const slot of this.#slots) slot.close();
  }
}
