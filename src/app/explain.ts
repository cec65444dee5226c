import type { FlightEvent } from '../coordinator/flight.ts';
import { FileFlightRecorder } from '../coordinator/flight-recorder.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { AppliedEntry, Cancellable, Clock, VariantStore } from '../core/ports.ts';
import type { StoreFolders } from './home.ts';
import { type Letter, Letters } from './letters.ts';
import { parseVariantName } from './variant-name.ts';

/** All that is known of the way of one envelope. */
export interface Explanation {
  readonly envelopeId: string;
  /** Decisions, attempts and ends, in the order of time; of what runs on this machine and is still in the ring. */
  readonly flights: readonly FlightEvent[];
  /** Put aside on this machine. */
  readonly letters: readonly Letter[];
  /** Undefined: the ledger does not have it. */
  readonly applied: AppliedEntry | undefined;
}

export interface ExplainPorts {
  readonly store: VariantStore;
  readonly tenant: string;
  readonly folders: StoreFolders;
  readonly clock: Clock;
}

const ID = /^[0-9a-f]{64}$/;
/** How much of an envelope's id is enough to look for one. */
const ID_BEGINNING = /^[0-9a-f]{8,64}$/;

/** What is known of what somebody named. */
export interface Explained {
  readonly explanations: readonly Explanation[];
  /** More rows match than were looked at. */
  readonly more: boolean;
}

/** Tells the way of envelopes: from the flight recorder, the dead letters and the ledger. */
export class Explainer implements AsyncDisposable {
  readonly #ports: ExplainPorts;
  readonly #recorder: FileFlightRecorder;
  readonly #letters: Letters;

  constructor(ports: ExplainPorts) {
    const { folders, clock } = ports;
    this.#ports = ports;
    // It only reads: how much it may keep is of no consequence.
    this.#recorder = new FileFlightRecorder({ folder: folders.flights, maxBytes: 0, now: clock.now });
    this.#letters = new Letters(folders.deadLetters);
  }

  /**
   * The ways of what a person names: an envelope by the beginning of its id, or a variant, of which `limit` rows are looked at.
   * Throws NOT_FOUND, or USAGE for what names neither.
   */
  async about(name: string, { limit, signal }: Cancellable & { readonly limit: number }): Promise<Explained> {
    const byId = ID_BEGINNING.test(name) ? await this.byId(name, { signal }) : [];
    if (byId.length > 0) return { explanations: byId, more: false };
    const { store, tenant } = this.#ports;
    const { filter, matches } = parseVariantName(name);
    const page = await store.query(filter, { tenant, limit, signal });
    const rows = page.rows.filter(matches);
    if (rows.length === 0) {
      const text = `no stored variant is ${name}, and no envelope either; what is not applied yet is found by its envelope’s id`;
      throw new VcfAgentError('NOT_FOUND', text, { context: { variant: name } });
    }
    const ids = rows.map(({ id }) => id);
    return { explanations: await this.byRows(ids, { signal }), more: page.cursor !== undefined };
  }

  /** Envelopes whose id begins so. One that is nowhere in the store and not put aside has to be given in full. */
  async byId(id: string, options: Cancellable = {}): Promise<readonly Explanation[]> {
    const { store, tenant } = this.#ports;
    const entries = await store.entries(tenant, { idPrefix: id }, options);
    const letters = await this.#letters.list(id);
    const ids = new Set([...entries.map(({ envelopeId }) => envelopeId), ...letters.map((letter) => letter.id)]);
    if (ID.test(id)) ids.add(id);
    const found = await Promise.all(
      [...ids].map((envelopeId) =>
        this.#explain(
          envelopeId,
          letters,
          entries.find((entry) => entry.envelopeId === envelopeId),
        ),
      ),
    );
    return found.filter(
      ({ flights, letters: kept, applied }) => flights.length + kept.length > 0 || applied !== undefined,
    );
  }

  /** The envelopes that brought these rows, each once. */
  async byRows(rowIds: readonly bigint[], options: Cancellable = {}): Promise<readonly Explanation[]> {
    const { store, tenant } = this.#ports;
    const entries = new Map<string, AppliedEntry>();
    for (const rowId of rowIds) {
      for (const entry of await store.entries(tenant, { rowId }, options)) entries.set(entry.envelopeId, entry);
    }
    const letters = await this.#letters.list();
    return Promise.all([...entries].map(([id, entry]) => this.#explain(id, letters, entry)));
  }

  /** `letters`: read once for everything that is explained. */
  async #explain(
    envelopeId: string,
    letters: readonly Letter[],
    applied: AppliedEntry | undefined,
  ): Promise<Explanation> {
    const flights = await this.#recorder.explain(envelopeId);
    return { envelopeId, flights, letters: letters.filter(({ id }) => id === envelopeId), applied };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#recorder.close();
  }
}
