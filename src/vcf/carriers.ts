import type { CarrierBlock } from '../core/annotation.ts';
import { BOUNDS_STRIDE, END_INFO, LINE_END, type VariantBlock } from '../core/variant-block.ts';

const TAB = 0x09;
const COLON = 0x3a;
/** `0|0` and `0/0` with the TAB after it, as a little-endian word: most of a cohort's genotypes, four bytes at a time. */
const PHASED_REFERENCE = 0x09307c30;
const UNPHASED_REFERENCE = 0x09302f30;
const G = 0x47;
const T = 0x54;

/**
 * Which samples carry which rows: those whose GT names an allele other than the reference (0) and missing (`.`). After
 * multi-allelic records are split, 1 is the row's own ALT. Haploid and polyploid genotypes count alike. Rows without GT,
 * and samples cut short, carry nothing.
 */
export function findCarriers(block: VariantBlock, sampleCount: number): CarrierBlock {
  const pairs = new PairList();
  const counts = new Uint32Array(sampleCount);
  const words = new DataView(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength);
  if (sampleCount > 0) {
    for (let row = 0; row < block.count; row++) {
      const formatStart = block.bounds[row * BOUNDS_STRIDE + END_INFO]! + 1;
      const lineEnd = block.bounds[row * BOUNDS_STRIDE + LINE_END]!;
      if (formatStart < lineEnd) scanRow(block.bytes, words, formatStart, lineEnd, row, counts, pairs);
    }
  }
  return bySample(pairs, counts);
}

/** (row, sample) pairs in the order found. */
class PairList {
  rows = new Uint32Array(4096);
  samples = new Uint32Array(4096);
  length = 0;

  push(row: number, sample: number): void {
    if (this.length === this.rows.length) {
      this.rows = doubled(this.rows);
      this.samples = doubled(this.samples);
    }
    this.rows[this.length] = row;
    this.samples[this.length++] = sample;
  }
}

function doubled(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** Place of GT among the keys of FORMAT, -1 without one; the specification puts it first. */
function genotypeColumn(bytes: Uint8Array, start: number, end: number): number {
  let column = 0;
  let keyStart = start;
  for (let at = start; at <= end; at++) {
    const byte = at < end ? bytes[at] : TAB;
    if (byte !== COLON && byte !== TAB) continue;
    if (at - keyStart === 2 && bytes[keyStart] === G && bytes[keyStart + 1] === T) return column;
    if (byte === TAB) break;
    column++;
    keyStart = at + 1;
  }
  return -1;
}

function scanRow(
  bytes: Uint8Array,
  words: DataView,
  start: number,
  end: number,
  row: number,
  counts: Uint32Array,
  pairs: PairList,
): void {
  const gtColumn = genotypeColumn(bytes, start, end);
  if (gtColumn < 0) return;
  let at = start;
  while (at < end && bytes[at] !== TAB) at++;
  at++;
  for (let sample = 0; at < end && sample < counts.length; sample++, at++) {
    if (gtColumn === 0 && at + 4 <= end) {
      const word = words.getUint32(at, true);
      if (word === PHASED_REFERENCE || word === UNPHASED_REFERENCE) {
        at += 3;
        continue;
      }
    }
    for (let skip = gtColumn; skip > 0 && at < end && bytes[at] !== TAB; at++) if (bytes[at] === COLON) skip--;
    // The number of an ALT begins with 1..9; REF is 0, and neither `.` nor the separators lie in that range.
    let carries = false;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === TAB || byte === COLON) break;
      if (byte >= 0x31 && byte <= 0x39) carries = true;
    }
    if (carries) {
      counts[sample]!++;
      pairs.push(row, sample);
    }
    while (at < end && bytes[at] !== TAB) at++;
  }
}

/** Counting sort of the pairs by sample; rows stay ascending within each. */
function bySample(pairs: PairList, counts: Uint32Array): CarrierBlock {
  const carrying = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const samples = new Uint32Array(carrying);
  const offsets = new Uint32Array(carrying + 1);
  const next = new Uint32Array(counts.length);
  let slot = 0;
  let offset = 0;
  counts.forEach((count, sample) => {
    next[sample] = offset;
    if (count === 0) return;
    samples[slot] = sample;
    offset += count;
    offsets[++slot] = offset;
  });
  const rows = new Uint32Array(pairs.length);
  for (let i = 0; i < pairs.length; i++) rows[next[pairs.samples[i]!]!++] = pairs.rows[i]!;
  return { samples, offsets, rows };
}
