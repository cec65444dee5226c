import type { Problem, RejectedRecord } from '../../core/problem.ts';
import {
  BOUNDS_STRIDE,
  END_ALT,
  END_FILTER,
  END_INFO,
  END_REF,
  LINE_END,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';
import type { Header } from '../header/model.ts';
import { countAlts } from '../lines.ts';
import type { Reference } from '../reference.ts';
import { BlockBuilder } from './block-builder.ts';
import { LeftAligner } from './left-aligner.ts';
import { PatchList } from './patches.ts';
import { RecordScanner } from './scan-record.ts';
import { splitRules } from './split-rules.ts';

const TAB = 0x09;
const COMMA = 0x2c;
const DOT = 0x2e;
const ZERO = 0x30;
const MAX_ALTS = 65_535;
/** A record whose rows would be larger than this together is rejected: a 32 MiB line of 1,000 ALT alleles must not become 32 GiB. */
const MAX_SPLIT_BYTES = 64 * 1024 * 1024;
/** What a list of values comes to in one row, for that estimate. */
const BYTES_PER_PATCH = 8;
/** FORMAT columns are a few dozen bytes; a longer one than this would need an object a key. */
const MAX_FORMAT_BYTES = 65_536;
const MAX_REJECTED_TEXT = 1_000;
/** A line of a million bad keys must not become a million objects. */
const MAX_WARNINGS_PER_RECORD = 100;

export interface NormaliserPlan {
  /**
   * What becomes of a record with several ALT alleles: one row an allele, where another row's allele in a genotype is
   * written as REF (`bcftools`: `1/2` gives `1/0` and `0/1`) or as missing (`vt`: `1/.` and `./1`); or `none`, one row.
   */
  readonly split: 'bcftools' | 'vt' | 'none';
  /** Rows are left-aligned and trimmed against it. */
  readonly reference?: Reference | undefined;
}

export interface NormalisedBlock {
  /** Rows in input order (left-alignment may move a POS), `alleles` filled. The input's own bytes when no row changed. */
  readonly block: VariantBlock;
  readonly warnings: readonly Problem[];
  readonly rejected: readonly RejectedRecord[];
}

export interface Normaliser {
  /** `lines`: line number of each row, for the problems. The input is not changed. */
  block(block: VariantBlock, lines: Uint32Array): NormalisedBlock;
}

/**
 * Normalises records as `bcftools norm -m -any` does, with a reference as `bcftools norm -m -any -f`, with `split: 'none'`
 * as `bcftools norm -f`. Where it does not follow bcftools, test/conformance/ says why. Keeps buffers: one block at a time.
 */
export function createNormaliser(header: Pick<Header, 'info' | 'format'>, plan: NormaliserPlan): Normaliser {
  return new BlockNormaliser(header, plan);
}

class BlockNormaliser implements Normaliser {
  readonly #splits: boolean;
  readonly #otherAllele: number;
  readonly #patches = new PatchList();
  readonly #scanner: RecordScanner;
  readonly #aligner: LeftAligner | undefined;
  #warnings: Problem[] = [];
  #rejected: RejectedRecord[] = [];
  /** Where problems of the row at hand are. */
  #line = 0;
  #lineStart = 0;
  #altCount = 0;
  #rowWarnings = 0;

  constructor(header: Pick<Header, 'info' | 'format'>, { split, reference }: NormaliserPlan) {
    this.#splits = split !== 'none';
    this.#otherAllele = split === 'vt' ? DOT : ZERO;
    this.#scanner = new RecordScanner(splitRules(header), this.#patches, (field, offset) =>
      this.#warn(
        'SPLIT_COUNT_MISMATCH',
        field,
        offset,
        `the number of values does not fit ${this.#altCount} ALT alleles: not split as declared`,
      ),
    );
    if (reference !== undefined) {
      this.#aligner = new LeftAligner(reference, (code, field, offset, message) =>
        this.#warn(code, field, offset, message),
      );
    }
  }

  block(block: VariantBlock, lines: Uint32Array): NormalisedBlock {
    this.#warnings = [];
    this.#rejected = [];
    const alleles = new Uint16Array(block.count);
    let builder: BlockBuilder | undefined;
    let untouched = 0;
    for (let row = 0; row < block.count; row++) {
      const at = row * BOUNDS_STRIDE;
      const altEnd = block.bounds[at + END_ALT]!;
      const altStart = block.bounds[at + END_REF]! + 1;
      const alts = this.#splits ? countAlts(block.bytes, altStart, altEnd) : 1;
      alleles[row] = altEnd - altStart === 1 && block.bytes[altStart] === DOT ? 0 : 1;
      if (alts === 1 && this.#aligner === undefined) continue;
      this.#line = lines[row] ?? 0;
      this.#rowWarnings = 0;
      this.#lineStart = block.bounds[at + LINE_START]!;
      const alignable = this.#aligner?.startRow(block, row) ?? false;
      if (alts === 1 && !(alignable && this.#aligner!.align(altStart, altEnd))) continue;
      builder ??= new BlockBuilder(block, this.#patches, this.#otherAllele);
      builder.copyRows(untouched, row, alleles);
      untouched = row + 1;
      if (alts === 1) this.#writeMoved(builder, block, row);
      else this.#writeSplit(builder, block, row, alts, alignable);
    }
    builder?.copyRows(untouched, block.count, alleles);
    const normalised = builder?.finish() ?? { ...block, alleles };
    return { block: normalised, warnings: this.#warnings, rejected: this.#rejected };
  }

  #writeMoved(builder: BlockBuilder, { bytes, bounds }: VariantBlock, row: number): void {
    const at = row * BOUNDS_STRIDE;
    this.#scanner.scanEnd(bytes, bounds[at + END_FILTER]! + 1, bounds[at + END_INFO]!);
    const alignment = this.#aligner!.alignment;
    builder.writeRow({ row, altStart: 0, altEnd: 0, allele: 1, alignment });
  }

  #writeSplit(builder: BlockBuilder, block: VariantBlock, row: number, alts: number, alignable: boolean): void {
    const at = row * BOUNDS_STRIDE;
    const tooLarge = this.#whyTooLarge(block, row, alts);
    if (tooLarge !== undefined) {
      this.#reject(block, row, tooLarge);
      return;
    }
    const end = block.bounds[at + END_ALT]!;
    let altStart = block.bounds[at + END_REF]! + 1;
    for (let allele = 1; allele <= alts; allele++) {
      let altEnd = altStart;
      while (altEnd < end && block.bytes[altEnd] !== COMMA) altEnd++;
      const moved = alignable && this.#aligner!.align(altStart, altEnd);
      const alignment = moved ? this.#aligner!.alignment : undefined;
      builder.writeRow({ row, altStart, altEnd, allele, alignment });
      altStart = altEnd + 1;
    }
  }

  /** Scans the record for what differs between its alleles, unless it or its rows together are too large. */
  #whyTooLarge(block: VariantBlock, row: number, alts: number): string | undefined {
    const { bytes, bounds } = block;
    const at = row * BOUNDS_STRIDE;
    if (alts > MAX_ALTS) return `it has ${alts} ALT alleles, more than ${MAX_ALTS}`;
    const lineEnd = bounds[at + LINE_END]!;
    const formatEnd = bytes.indexOf(TAB, bounds[at + END_INFO]! + 1);
    const formatBytes = (formatEnd === -1 ? lineEnd : Math.min(formatEnd, lineEnd)) - bounds[at + END_INFO]!;
    if (formatBytes > MAX_FORMAT_BYTES) return `its FORMAT is longer than ${MAX_FORMAT_BYTES} bytes`;
    this.#altCount = alts;
    this.#scanner.scan(block, row, alts);
    const copiedBytes = lineEnd - this.#lineStart - this.#patches.coveredBytes();
    if ((copiedBytes + BYTES_PER_PATCH * this.#patches.count) * alts <= MAX_SPLIT_BYTES) return undefined;
    return `its ${alts} ALT alleles would make rows of more than ${MAX_SPLIT_BYTES} bytes together`;
  }

  #reject({ bytes, bounds, ordinals }: VariantBlock, row: number, why: string): void {
    const at = row * BOUNDS_STRIDE;
    const message = `the record cannot be split: ${why}`;
    const column = bounds[at + END_REF]! + 2 - this.#lineStart;
    const textEnd = Math.min(bounds[at + LINE_END]!, this.#lineStart + 4 * MAX_REJECTED_TEXT);
    this.#rejected.push({
      ordinal: ordinals[row]!,
      problem: { code: 'SPLIT_TOO_LARGE', severity: 'error', line: this.#line, column, field: 'ALT', message },
      text: new TextDecoder().decode(bytes.subarray(this.#lineStart, textEnd)).slice(0, MAX_REJECTED_TEXT),
    });
  }

  #warn(code: string, field: string, offset: number, message: string): void {
    if (this.#rowWarnings++ >= MAX_WARNINGS_PER_RECORD) return;
    const column = offset - this.#lineStart + 1;
    this.#warnings.push({ code, severity: 'warning', line: this.#line, column, field, message });
  }
}
