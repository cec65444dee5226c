import { BOUNDS_STRIDE, END_FILTER, END_INFO, LINE_END, type VariantBlock } from '../../core/variant-block.ts';
import { asciiText, END_KEY, endOfInfoValue, findInfo, wholeNumber } from './info-value.ts';
import {
  genotypesPatch,
  PATCH_END,
  PATCH_GENOTYPE,
  PATCH_PER_ALLELE,
  PATCH_PER_ALT,
  type PatchList,
} from './patches.ts';
import type { SplitRule, SplitRules } from './split-rules.ts';

const COLON = 0x3a;
const DOT = 0x2e;
const EQUALS = 0x3d;
const SEMICOLON = 0x3b;
const TAB = 0x09;

/** Told once a record and key of a list whose length does not fit its alleles: `field` as `INFO/AF`, byte offset of the list. */
export type CountMismatch = (field: string, offset: number) => void;

/**
 * Finds what differs between the alleles of a record and adds it to `patches`: INFO fields, then sample fields. What a
 * list of the wrong length becomes (measured on bcftools 1.16 and 1.23, which stop with an error unless noted):
 *
 * - longer than it should be: kept whole, nothing can be lost (bcftools drops the rest of a text);
 * - shorter: texts and FORMAT numbers miss the values that are not there (as bcftools; it loses a text's REF value too),
 *   unless no sample has more than one value: that is kept whole (as bcftools). INFO numbers are kept whole;
 * - Number=G that fits no ploidy: kept whole. bcftools knows ploidy 1 and 2 only.
 */
export class RecordScanner {
  readonly #rules: SplitRules;
  readonly #patches: PatchList;
  readonly #onMismatch: CountMismatch;
  /** For each FORMAT key of the record at hand, from 1: the longest list seen, and where the first that did not fit stands, plus 1. */
  #longest = new Uint32Array(64);
  #misfit = new Uint32Array(64);

  constructor(rules: SplitRules, patches: PatchList, onMismatch: CountMismatch) {
    this.#rules = rules;
    this.#patches = patches;
    this.#onMismatch = onMismatch;
  }

  /** Fills the patch list for row `row` with `alts` ALT alleles. */
  scan(block: VariantBlock, row: number, alts: number): void {
    const { bytes, bounds } = block;
    const at = row * BOUNDS_STRIDE;
    const infoEnd = bounds[at + END_INFO]!;
    const lineEnd = bounds[at + LINE_END]!;
    this.#patches.clear();
    this.#scanInfo(bytes, bounds[at + END_FILTER]! + 1, infoEnd, alts);
    this.#patches.infoCount = this.#patches.count;
    if (lineEnd > infoEnd) this.#scanSamples(bytes, infoEnd + 1, lineEnd, alts);
  }

  /** Fills the patch list for a row that is not split but moved: only INFO/END changes. */
  scanEnd(bytes: Uint8Array, start: number, end: number): void {
    this.#patches.clear();
    const value = findInfo(bytes, start, end, END_KEY);
    if (value !== -1) this.#addEnd(bytes, value, endOfInfoValue(bytes, value, end));
    this.#patches.infoCount = this.#patches.count;
  }

  #addEnd(bytes: Uint8Array, start: number, end: number): void {
    if (wholeNumber(bytes, start, end) !== undefined) this.#patches.add(PATCH_END, start, end);
  }

  #scanInfo(bytes: Uint8Array, start: number, end: number, alts: number): void {
    for (let at = start; at < end; ) {
      let keyEnd = at;
      while (keyEnd < end && bytes[keyEnd] !== EQUALS && bytes[keyEnd] !== SEMICOLON) keyEnd++;
      if (bytes[keyEnd] !== EQUALS || keyEnd >= end) {
        at = keyEnd + 1;
        continue;
      }
      const valueEnd = endOfInfoValue(bytes, keyEnd + 1, end);
      const key = asciiText(bytes, at, keyEnd);
      if (key === 'END') this.#addEnd(bytes, keyEnd + 1, valueEnd);
      const rule = this.#rules.info.get(key);
      if (rule !== undefined && !isMissing(bytes, keyEnd + 1, valueEnd)) {
        const count = this.#patches.addList(bytes, keyEnd + 1, valueEnd, 0);
        const fits = this.#settleList(rule, count, alts);
        if (!fits && !rule.isText && this.#patches.end[this.#patches.count - 1] === valueEnd) this.#patches.dropLast();
        if (!fits) this.#onMismatch(`INFO/${key}`, keyEnd + 1);
      }
      at = valueEnd + 1;
    }
  }

  #scanSamples(bytes: Uint8Array, start: number, end: number, alts: number): void {
    let formatEnd = bytes.indexOf(TAB, start);
    if (formatEnd === -1 || formatEnd > end) formatEnd = end;
    const column = asciiText(bytes, start, formatEnd);
    const rules = this.#rules.format(column);
    const keys = rules.length;
    if (rules.every((rule) => rule === undefined)) return;
    if (keys >= this.#longest.length) {
      this.#longest = new Uint32Array(keys * 2);
      this.#misfit = new Uint32Array(keys * 2);
    }
    this.#longest.fill(0, 0, keys + 1);
    this.#misfit.fill(0, 0, keys + 1);
    let key = 0;
    for (let at = formatEnd + 1, from = at; at <= end; at++) {
      const byte = at === end ? TAB : bytes[at]!;
      if (byte !== COLON && byte !== TAB) continue;
      const rule = key < keys ? rules[key] : undefined;
      if (rule !== undefined) this.#addSampleField(bytes, rule, key + 1, from, at, alts);
      key = byte === TAB ? 0 : key + 1;
      from = at + 1;
    }
    this.#settleSamples(column, rules);
  }

  #addSampleField(bytes: Uint8Array, rule: SplitRule, group: number, start: number, end: number, alts: number): void {
    if (rule.number === 'GT') {
      this.#patches.add(PATCH_GENOTYPE, start, end);
      return;
    }
    if (isMissing(bytes, start, end)) return;
    const count = this.#patches.addList(bytes, start, end, group);
    if (count > this.#longest[group]!) this.#longest[group] = count;
    if (!this.#settleList(rule, count, alts) && this.#misfit[group] === 0) this.#misfit[group] = start + 1;
  }

  #settleSamples(column: string, rules: readonly (SplitRule | undefined)[]): void {
    for (const [i, rule] of rules.entries()) {
      if (rule === undefined || rule.number === 'GT') continue;
      if (!rule.isText && this.#longest[i + 1]! <= 1) this.#patches.keepWhole(i + 1);
      const misfit = this.#misfit[i + 1]!;
      if (misfit !== 0) this.#onMismatch(`FORMAT/${column.split(':')[i]}`, misfit - 1);
    }
  }

  /** Gives the list just added its kind, or drops it so that it is copied whole. Returns whether its length fits the alleles. */
  #settleList(rule: SplitRule, count: number, alts: number): boolean {
    const expected = rule.number === 'A' ? alts : alts + 1;
    const kind = rule.number === 'A' ? PATCH_PER_ALT : PATCH_PER_ALLELE;
    const settled = rule.number === 'G' ? genotypesPatch(count, alts + 1) : count > expected ? 0 : kind;
    if (settled === 0) this.#patches.dropLast();
    else this.#patches.kind[this.#patches.count - 1] = settled;
    return rule.number === 'G' ? settled !== 0 : count === expected;
  }
}

function isMissing(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start <= 1 && (end === start || bytes[start] === DOT);
}
