import { ANNOTATION_WIDTH, type AnnotationBlock } from '../../core/annotation.ts';
import { BOUNDS_STRIDE, END_FILTER, END_INFO, type VariantBlock } from '../../core/variant-block.ts';
import { AlleleMatcher } from './allele.ts';
import { ByteFinder } from './byte-finder.ts';
import { numberedSignificance, reviewStars } from './clinvar.ts';
import { canonicalConsequence, hasForeignTerm, impactOf, severityOf } from './consequences.ts';
import { LargestNumber } from './decimal.ts';
import { decodePercent, hasPercent } from './percent.ts';
import {
  type AnnotatedHeader,
  type AnnotationPlan,
  COLUMN,
  type NumberPlan,
  planAnnotation,
  type TranscriptPlan,
} from './plan.ts';
import { offerSpliceDeltas } from './spliceai.ts';
import type { TranscriptReader } from './transcripts.ts';

export interface Annotator {
  /** Typed columns of every row. The result refers to the block's bytes and is fresh for each call. */
  annotate(block: VariantBlock): AnnotationBlock;
}

/**
 * Finds the typed columns in INFO, by what the header declares: VEP CSQ, SnpEff ANN and EFF, bcftools BCSQ, ClinVar,
 * gnomAD and other population frequencies, CADD, REVEL, SpliceAI. docs/annotations.md says what is taken from where.
 * Never throws: what is malformed is null. One pass over INFO a row; no strings but for overrides.
 */
export function createAnnotator(header: AnnotatedHeader): Annotator {
  const plan = planAnnotation(header);
  return {
    annotate(block) {
      const ranges = new Int32Array(block.count * ANNOTATION_WIDTH * 2).fill(-1);
      const overrides = new Map<number, string>();
      if (plan !== undefined) {
        const rows = new RowAnnotator(plan, block, ranges, overrides);
        for (let row = 0; row < block.count; row++) rows.annotate(row);
      }
      return { ranges, overrides };
    },
  };
}

const EQUALS = 0x3d;
const SEMICOLON = 0x3b;
const COLON = 0x3a;
const PIPE = 0x7c;
const COMMA = 0x2c;
const DOT = 0x2e;
const STARS = ['0', '1', '2', '3', '4'];

class RowAnnotator {
  private readonly plan: AnnotationPlan;
  private readonly block: VariantBlock;
  private readonly bytes: Uint8Array;
  private readonly text: Buffer;
  private readonly ranges: Int32Array;
  private readonly overrides: Map<number, string>;
  /** Start and end of each wanted key's value in the present row; start -1: absent. */
  private readonly slots: Int32Array;
  private readonly semicolons: ByteFinder;
  private readonly matcher = new AlleleMatcher();
  private readonly largest = new LargestNumber();
  /** First column of the present row. */
  private base = 0;

  constructor(plan: AnnotationPlan, block: VariantBlock, ranges: Int32Array, overrides: Map<number, string>) {
    this.plan = plan;
    this.block = block;
    this.bytes = block.bytes;
    this.text = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength);
    this.ranges = ranges;
    this.overrides = overrides;
    this.slots = new Int32Array(plan.slotCount * 2);
    this.semicolons = new ByteFinder(this.text, SEMICOLON);
    for (const { reader } of plan.transcripts) reader.turnTo(this.text);
  }

  annotate(row: number): void {
    const { bounds } = this.block;
    const { transcripts } = this.plan;
    this.base = row * ANNOTATION_WIDTH;
    this.slots.fill(-1);
    for (const { reader } of transcripts) reader.clear();
    this.scanInfo(bounds[row * BOUNDS_STRIDE + END_FILTER]! + 1, bounds[row * BOUNDS_STRIDE + END_INFO]!);
    let numbers = this.plan.numbers;
    let chosen: TranscriptPlan | undefined;
    let entry = -1;
    if (transcripts.length > 0) {
      this.matcher.aim(this.block, row);
      for (const transcript of transcripts) {
        if (transcript.reader.count === 0) continue;
        entry = transcript.reader.choose(this.matcher);
        if (entry < 0) continue;
        chosen = transcript;
        numbers = transcript.numbers;
        this.takeTranscript(transcript, entry);
        break;
      }
    }
    this.takeClinvar();
    for (const number of numbers) this.takeNumber(row, number, chosen?.reader, entry);
  }

  /** One pass over INFO: bounds of the wanted values into the slots, entries of transcript annotations into their readers. */
  private scanInfo(start: number, end: number): void {
    const { bytes, slots } = this;
    const { keys } = this.plan;
    let at = start;
    while (at < end) {
      const candidates = keys[bytes[at]!];
      if (candidates !== undefined) {
        for (const { name, slot, reader } of candidates) {
          const valueStart = at + name.length + 1;
          if (valueStart > end || bytes[valueStart - 1] !== EQUALS) continue;
          let same = true;
          for (let i = 1; same && i < name.length; i++) same = name[i] === bytes[at + i];
          if (!same) continue;
          at = valueStart;
          if (reader !== undefined) {
            if (reader.count === 0) at = reader.read(at, end);
          } else if (slots[slot * 2] === -1) {
            at = this.valueEnd(at, end);
            slots[slot * 2] = valueStart;
            slots[slot * 2 + 1] = at;
          }
          break;
        }
      }
      at = this.valueEnd(at, end) + 1;
    }
  }

  /** The `;` from `at` on, or `end`. Most values are short, where a loop beats a native call. */
  private valueEnd(at: number, end: number): number {
    const { bytes } = this;
    const near = Math.min(at + 32, end);
    for (let i = at; i < near; i++) if (bytes[i] === SEMICOLON) return i;
    return near === end ? end : Math.min(this.semicolons.next(near), end);
  }

  private takeTranscript({ reader, clinvar }: TranscriptPlan, entry: number): void {
    const { columns, foreignTerms } = reader.layout;
    const gene = reader.has(entry, columns.symbol) ? columns.symbol : columns.geneId;
    this.takeColumn(COLUMN.gene, reader, entry, gene);
    const others = reader.otherGenes(entry);
    if (others !== undefined) {
      const symbols = [entry, ...others]
        .filter((other) => reader.has(other, columns.symbol))
        .map((other) =>
          this.text.toString('utf8', reader.start(other, columns.symbol), reader.end(other, columns.symbol)),
        );
      if (symbols.length > 1) this.overrides.set(this.base + COLUMN.genes, symbols.join(','));
    }
    if (reader.has(entry, columns.consequence)) {
      const start = reader.start(entry, columns.consequence);
      const end = reader.end(entry, columns.consequence);
      this.takeConsequence(start, end, foreignTerms);
      if (!reader.has(entry, columns.impact)) this.takeImpact(severityOf(this.bytes, start, end));
    }
    this.takeColumn(COLUMN.impact, reader, entry, columns.impact);
    if (columns.featureType < 0 || (this.bytes[reader.start(entry, columns.featureType)]! | 0x20) === 0x74) {
      this.takeColumn(COLUMN.transcript, reader, entry, columns.transcript);
    }
    this.takeHgvs(COLUMN.hgvs_c, reader, entry, columns.hgvsC);
    this.takeHgvs(COLUMN.hgvs_p, reader, entry, columns.hgvsP);
    if (reader.has(entry, clinvar.significance)) {
      this.takeColumn(COLUMN.clinsig, reader, entry, clinvar.significance);
      this.takeColumn(COLUMN.condition, reader, entry, clinvar.condition);
      if (reader.has(entry, clinvar.review)) {
        this.takeStars(reader.start(entry, clinvar.review), reader.end(entry, clinvar.review));
      }
    }
  }

  private takeColumn(target: number, reader: TranscriptReader, entry: number, column: number): void {
    if (reader.has(entry, column)) this.set(target, reader.start(entry, column), reader.end(entry, column));
  }

  /** HGVS without the reference before the colon: that stands in `transcript`. */
  private takeHgvs(target: number, reader: TranscriptReader, entry: number, column: number): void {
    if (!reader.has(entry, column)) return;
    let start = reader.start(entry, column);
    const end = reader.end(entry, column);
    for (let at = start; at < end; at++) {
      if (this.bytes[at] !== COLON) continue;
      start = at + 1;
      break;
    }
    this.takeText(target, start, end);
  }

  private takeText(target: number, start: number, end: number): void {
    if (hasPercent(this.bytes, start, end)) {
      this.overrides.set(this.base + target, decodePercent(this.text.toString('utf8', start, end)));
    } else this.set(target, start, end);
  }

  private takeConsequence(start: number, end: number, foreignTerms: boolean): void {
    if (foreignTerms && hasForeignTerm(this.bytes, start, end)) {
      const text = canonicalConsequence(this.text.toString('utf8', start, end));
      this.overrides.set(this.base + COLUMN.consequence, text);
    } else this.set(COLUMN.consequence, start, end);
  }

  private takeImpact(severity: number): void {
    const impact = impactOf(severity);
    if (impact !== undefined) this.overrides.set(this.base + COLUMN.impact, impact);
  }

  private takeStars(start: number, end: number): void {
    this.overrides.set(this.base + COLUMN.stars, STARS[reviewStars(this.bytes, start, end)]!);
  }

  private takeClinvar(): void {
    const { clinvar } = this.plan;
    const { slots, bytes } = this;
    if (this.hasSlot(clinvar.significance)) {
      const start = slots[clinvar.significance * 2]!;
      const end = slots[clinvar.significance * 2 + 1]!;
      const first = bytes[start]!;
      if (first >= 0x30 && first <= 0x39) {
        this.overrides.set(this.base + COLUMN.clinsig, numberedSignificance(this.text.toString('utf8', start, end)));
      } else this.takeText(COLUMN.clinsig, start, end);
    }
    if (this.hasSlot(clinvar.review)) this.takeStars(slots[clinvar.review * 2]!, slots[clinvar.review * 2 + 1]!);
    if (this.hasSlot(clinvar.condition)) {
      this.takeText(COLUMN.condition, slots[clinvar.condition * 2]!, slots[clinvar.condition * 2 + 1]!);
    }
    if (this.isNull(COLUMN.gene) && this.hasSlot(clinvar.genes)) {
      this.takeGenes(slots[clinvar.genes * 2]!, slots[clinvar.genes * 2 + 1]!);
    }
    if (this.isNull(COLUMN.consequence) && this.hasSlot(clinvar.consequences)) {
      this.takeMolecularConsequence(slots[clinvar.consequences * 2]!, slots[clinvar.consequences * 2 + 1]!);
    }
  }

  /** GENEINFO: `SYMBOL:id|SYMBOL:id`. */
  private takeGenes(start: number, end: number): void {
    let at = start;
    while (at < end && this.bytes[at] !== COLON && this.bytes[at] !== PIPE) at++;
    this.set(COLUMN.gene, start, at);
    if (this.bytes.subarray(at, end).indexOf(PIPE) < 0) return;
    const symbols = this.text
      .toString('utf8', start, end)
      .split('|')
      .map((pair) => pair.split(':', 1)[0]);
    this.overrides.set(this.base + COLUMN.genes, symbols.join(','));
  }

  /** MC: `SO:0001583|missense_variant,SO:…|…`; the most severe one is taken. */
  private takeMolecularConsequence(start: number, end: number): void {
    let bestStart = -1;
    let bestEnd = -1;
    let best = Number.POSITIVE_INFINITY;
    let from = start;
    for (let at = start; at <= end; at++) {
      const byte = at < end ? this.bytes[at] : COMMA;
      if (byte === PIPE) from = at + 1;
      if (byte !== COMMA) continue;
      const severity = severityOf(this.bytes, from, at);
      if (severity < best && at > from) {
        best = severity;
        bestStart = from;
        bestEnd = at;
      }
      from = at + 1;
    }
    if (bestStart < 0) return;
    this.takeConsequence(bestStart, bestEnd, true);
    this.takeImpact(best);
  }

  private takeNumber(row: number, plan: NumberPlan, reader: TranscriptReader | undefined, entry: number): void {
    const { largest, slots, bytes } = this;
    largest.clear();
    let rank = -1;
    for (const source of plan.sources) {
      if (source.rank !== rank && largest.start >= 0) break;
      rank = source.rank;
      if (source.slot >= 0) {
        const start = slots[source.slot * 2]!;
        if (start >= 0) largest.offer(bytes, start, slots[source.slot * 2 + 1]!);
      } else if (reader !== undefined)
        largest.offer(bytes, reader.start(entry, source.column), reader.end(entry, source.column));
    }
    const { splice } = this.plan;
    if (plan.target === COLUMN.spliceai && this.hasSlot(splice.slot)) {
      const value = { start: slots[splice.slot * 2]!, end: slots[splice.slot * 2 + 1]!, columns: splice.columns };
      offerSpliceDeltas(this.block, row, value, largest);
    }
    if (largest.start < 0) return;
    if (largest.tiny) this.overrides.set(this.base + plan.target, '0');
    else this.set(plan.target, largest.start, largest.end);
  }

  /** The key stands in the row with a value other than nothing and `.`. */
  private hasSlot(slot: number): boolean {
    if (slot < 0) return false;
    const start = this.slots[slot * 2]!;
    if (start < 0) return false;
    const length = this.slots[slot * 2 + 1]! - start;
    return length > 1 || (length === 1 && this.bytes[start] !== DOT);
  }

  private isNull(target: number): boolean {
    return this.ranges[(this.base + target) * 2] === -1 && !this.overrides.has(this.base + target);
  }

  private set(target: number, start: number, end: number): void {
    this.ranges[(this.base + target) * 2] = start;
    this.ranges[(this.base + target) * 2 + 1] = end;
  }
}
