import { createHash } from 'node:crypto';
import { ENCODING_VERSION } from './envelope.ts';

/**
 * The identity of an envelope: SHA-256 (hex) over tenant, source digest, first and last ordinal and ENCODING_VERSION.
 * A restart, a retry or the other platform produces the same id, because nothing in it depends on when or where.
 */
export function envelopeId(tenant: string, sourceDigest: string, firstOrdinal: number, lastOrdinal: number): string {
  return createHash('sha256')
    .update(JSON.stringify([tenant, sourceDigest, firstOrdinal, lastOrdinal, ENCODING_VERSION]))
    .digest('hex');
}

const MODULUS = 1n << 256n;

/** An order-independent digest of many digests: their sum modulo 2^256. Unlike XOR it also sees a pair of equal ones. */
export class DigestSum {
  #sum: bigint;

  constructor(hex = '0') {
    this.#sum = BigInt(`0x${hex}`);
  }

  /** Adds one SHA-256 given in hex. */
  add(hex: string): void {
    this.#sum = (this.#sum + BigInt(`0x${hex}`)) % MODULUS;
  }

  /** 64 hex digits. */
  toString(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }
}

/** Row id of the `number`th variant of a stored file, from 0. */
export function variantRowId(fileId: number, number: number): bigint {
  return (BigInt(fileId) << 32n) | BigInt(number);
}
