import { decodeEnvelope } from '../codec/envelope-codec.ts';
import type { ApplyUnit, Cancellable, LogPosition, OutgoingMessage, VariantStore } from '../core/ports.ts';
import { Preparer } from '../vcf/preparer.ts';

/** What the ledger says of an envelope that came over no platform. */
export const NOWHERE: LogPosition = { platform: 'direct', topic: 'direct', partition: 0, offset: 0n };

/** Writes envelopes to the store past all platforms, with the ledger, as a consumer does: what comes twice is stored once. */
export class DirectStoreWriter {
  readonly #store: VariantStore;
  readonly #preparer = new Preparer();

  constructor(store: VariantStore) {
    this.#store = store;
  }

  async write(messages: readonly Pick<OutgoingMessage, 'body'>[], options: Cancellable): Promise<void> {
    const units: ApplyUnit[] = [];
    for (const { body } of messages) {
      // Decoding may take the bytes over; a dead letter may still need them.
      const prepared = this.#preparer.prepare(decodeEnvelope(body.slice()));
      units.push({ ...prepared, position: NOWHERE });
    }
    await this.#store.apply(units, options);
  }
}
