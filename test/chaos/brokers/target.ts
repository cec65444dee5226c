import { setTimeout as sleep } from 'node:timers/promises';
import type { Victim } from '../../../scripts/services/victim.ts';

/** `hung`: SIGSTOP. `restarted`: told to end and started again. `black hole`: what is sent to it is swallowed. */
export const SERVER_FAULTS = ['killed', 'hung', 'restarted', 'reset', 'black hole'] as const;
export const PROCESS_FAULTS = ['killed', 'hung', 'restarted'] as const;

/** `killed for good`: the ingest, when it has sent everything; then a worker as well (gone-for-good.ts). */
export type Fault = (typeof SERVER_FAULTS)[number] | 'killed for good';

const RESETS = 4;
const BETWEEN_RESETS_MS = 50;

/** What stands between a server and its clients, and can be broken. */
export interface Network {
  readonly port: number;
  /** Connections are over, or go on from elsewhere. */
  reset(): void;
  /** What is sent is swallowed. */
  blackHole(): void;
  heal(): void;
}

/** A server, and the network before it. */
export class ServerTarget {
  readonly #victim: Victim;
  readonly #proxy: Network;
  #fault: Fault | undefined;

  constructor(victim: Victim, proxy: Network) {
    this.#victim = victim;
    this.#proxy = proxy;
  }

  /** Where clients come to. */
  get port(): number {
    return this.#proxy.port;
  }

  async strike(fault: Fault): Promise<void> {
    this.#fault = fault;
    if (fault === 'killed') await this.#victim.kill();
    else if (fault === 'hung') this.#victim.hang();
    else if (fault === 'black hole') this.#proxy.blackHole();
    else if (fault === 'restarted') {
      await this.#victim.end();
      await this.#victim.restart();
    } else if (fault === 'reset') {
      for (let count = 0; count < RESETS; count++) {
        this.#proxy.reset();
        await sleep(BETWEEN_RESETS_MS);
      }
    }
  }

  /** Resolves when it answers again. */
  async recover(): Promise<void> {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault === 'killed') await this.#victim.restart();
    else if (fault === 'hung') this.#victim.wake();
    else if (fault === 'black hole') this.#proxy.heal();
  }
}
