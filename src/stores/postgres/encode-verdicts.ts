import { type NewVerdict, VERDICT_CLASSES, type VerdictClass } from '../../core/verdicts.ts';
import type { CopyBuffers } from './copy-buffers.ts';
import type { EnvelopeKeys } from './encode-variants.ts';
import { VERDICT_COLUMNS } from './verdict-schema.ts';

export interface VerdictKeys extends EnvelopeKeys {
  readonly judgementId: number;
}

const DIGEST_BYTES = 16;
/** Everything but `met`, with the lengths. */
const FIXED_BYTES = 2 + 12 + 3 * 8 + 7 * 6 + 5 + 4 + DIGEST_BYTES + 4;
const MAX_SMALL = 32_767;

/** Encodes one verdict as a row of a binary `COPY verdicts (VERDICT_COLUMNS)`. */
export function encodeVerdict(verdict: NewVerdict, keys: VerdictKeys, out: CopyBuffers): void {
  const met = verdict.met.join(' ');
  out.reserve(FIXED_BYTES + met.length * 3);
  const { bytes } = out;
  let at = bytes.writeInt16BE(VERDICT_COLUMNS.length, out.at);
  at = bytes.writeInt32BE(8, at);
  at = bytes.writeBigInt64BE(verdict.id, at);
  for (const value of [keys.tenantId, keys.fileId, keys.judgementId]) {
    at = bytes.writeInt32BE(4, at);
    at = bytes.writeInt32BE(value, at);
  }
  const { withoutClinvar: own } = verdict;
  at = putSmall(bytes, at, classNumber(verdict.class));
  at = putSmall(bytes, at, verdict.points);
  at = putSmall(bytes, at, classNumber(own.class));
  at = putSmall(bytes, at, own.points);
  at = putSmall(bytes, at, classNumber(verdict.least));
  at = putSmall(bytes, at, classNumber(verdict.greatest));
  at = verdict.reviewed === undefined ? bytes.writeInt32BE(-1, at) : putSmall(bytes, at, classNumber(verdict.reviewed));
  at = bytes.writeInt32BE(1, at);
  at = bytes.writeUInt8(verdict.crossesClinvar ? 1 : 0, at);
  at = bytes.writeInt32BE(DIGEST_BYTES, at);
  at += bytes.write(verdict.digest, at, DIGEST_BYTES, 'hex');
  const length = bytes.write(met, at + 4);
  out.at = bytes.writeInt32BE(length, at) + length;
}

/** 0 not classified, 1 benign … 5 pathogenic. */
export function classNumber(name: VerdictClass): number {
  return VERDICT_CLASSES.indexOf(name);
}

/** The class of a number, of which the table refuses all that stand for none. */
export function className(number: number): VerdictClass {
  return VERDICT_CLASSES[number]!;
}

function putSmall(bytes: Buffer, at: number, value: number): number {
  return bytes.writeInt16BE(Math.max(-MAX_SMALL, Math.min(MAX_SMALL, value)), bytes.writeInt32BE(2, at));
}
