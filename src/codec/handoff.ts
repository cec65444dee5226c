import type { PreparedEnvelope } from '../core/ports.ts';
import { carriedChecksum, verifiedChecksum } from './envelope-codec.ts';

interface Offered {
  readonly prepared: PreparedEnvelope;
  readonly checksum: number;
  readonly bytes: number;
}

/**
 * Spares a consumer in the producer's own process from unpacking, and preparing, what was packed a moment ago. The log
 * stays the only way from one to the other: an envelope is handed over for a message that came out of it whole (its
 * checksum is computed from what was read) and is the very message that went in. Anything else is decoded.
 */
export class EnvelopeHandoff {
  readonly #offered = new Map<string, Offered>();

  /** `body`: made a moment ago, so its checksum is not computed again. Kept until it is taken, with the rows' memory. */
  offer(prepared: PreparedEnvelope, body: Uint8Array): void {
    this.#offered.set(prepared.envelope.id, { prepared, checksum: carriedChecksum(body), bytes: body.length });
  }

  /** Nobody here will take it any more. */
  drop(id: string): void {
    this.#offered.delete(id);
  }

  /** Throws ENVELOPE_CORRUPT when the message is damaged. */
  take(id: string, body: Uint8Array): PreparedEnvelope | undefined {
    const offered = this.#offered.get(id);
    if (offered === undefined) return undefined;
    if (offered.bytes !== body.length || offered.checksum !== verifiedChecksum(body)) return undefined;
    this.#offered.delete(id);
    return offered.prepared;
  }
}
