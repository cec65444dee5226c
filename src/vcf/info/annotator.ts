import { ANNOTATION_WIDTH, type AnnotationBlock, type AnnotationColumn } from '../../core/annotation.ts';
import { BOUNDS_STRIDE, bufferOf, END_FILTER, END_INFO, type VariantBlock } from '../../core/variant-block.ts';
import { AlleleMatcher } from './allele.ts';
import type { AnnotatedRow, AnnotatorOptions } from './annotated-row.ts';
import { numberedSignificance, reviewStars } from './clinvar.ts';
import { canonicalConsequence, hasForeignTerm, impactOf, severityOf } from './consequences.ts';
import { LargestNumber } from './decimal.ts';
import { InfoScanner } from './info-scanner.ts';
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

const NO_ANNOTATIONS: AnnotationBlock = { ranges: new Int32Array(0), overrides: new Map() };

/** What the database's index of `genes` holds at most is 2,704 bytes; no gene's name is near it. */
const MAX_GENE_CHARACTERS = 500;

export interface Annotator {
  /** Typed columns of every row. The result refers to the block's bytes and is fresh for each call. */
  annotate(block: VariantBlock): AnnotationBlock;
}

/**
 * Finds the typed columns in INFO, by what the header declares: VEP CSQ, SnpEff ANN and EFF, bcftools BCSQ, ClinVar,
 * gnomAD and other population frequencies, CADD, REVEL, SpliceAI. docs/annotations.md says what is taken from where.
 * Never throws: what is malformed is null. One pass over INFO a row; no strings but for overrides.
 */
export function createAnnotator(header: AnnotatedHeader, { keys, visit }: AnnotatorOptions = {}): Annotator {
  const plan = planAnnotation(header, keys);
  return {
    annotate(block) {
      if (plan === undefined) return NO_ANNOTATIONS;
      const ranges = new Int32Array(block.count * ANNOTATION_WIDTH * 2).fill(-1);
      const overrides = new Map<number, string>();
      const rows = new RowAnnotator(plan, block, ranges, overrides);
      for (let row = 0; row < block.count; row++) {
        rows.annotate(row);
        visit?.(rows);
      }
      return { ranges, overrides };
    },
  };
}

const COLON = 0x3a;
const PIPE = 0x7c;
const COMMA = 0x2c;
const STARS = ['0', '1', '2', '3', '4'];

class RowAnnotator implements AnnotatedRow {
  readonly info: InfoScanner;
  readonly slots: readonly number[];
  row = 0;
  reader: TranscriptReader | undefined;
  entry = -1;
  private readonly plan: AnnotationPlan;
  private readonly block: VariantBlock;
  private readonly bytes: Uint8Array;
  private readonly buffer: Buffer;
  private readonly ranges: Int32Array;
  private readonly overrides: Map<number, string>;
  private readonly matcher = new AlleleMatcher();
  private readonly largest = new LargestNumber();
  /** First column of the present row. */
  private base = 0;

  constructor(plan: AnnotationPlan, block: VariantBlock, ranges: Int32Array, overrides: Map<number, string>) {
    this.plan = plan;
    this.slots = plan.extras;
    this.block = block;
    this.bytes = block.bytes;
    this.buffer = bufferOf(block);
    this.ranges = ranges;
    this.overrides = overrides;
    this.info = new InfoScanner(plan, this.buffer);
  }

  annotate(row: number): void {
    const { bounds } = this.block;
    const { transcripts } = this.plan;
    this.row = row;
    this.base = row * ANNOTATION_WIDTH;
    for (const { reader } of transcripts) reader.clear();
    this.info.scan(bounds[row * BOUNDS_STRIDE + END_FILTER]! + 1, bounds[row * BOUNDS_STRIDE + END_INFO]!);
    let numbers = this.plan.numbers;
    this.reader = undefined;
    this.entry = -1;
    if (transcripts.length > 0) {
      this.matcher.aim(this.block, row);
      for (const transcript of transcripts) {
        if (transcript.reader.count === 0) continue;
        const entry = transcript.reader.choose(this.matcher);
        if (entry < 0) continue;
        this.reader = transcript.reader;
        this.entry = entry;
        numbers = transcript.numbers;
        this.takeTranscript(transcript, entry);
        break;
      }
    }
    this.takeClinvar();
    for (const number of numbers) this.takeNumber(number);
  }

  text(column: AnnotationColumn): string | undefined {
    const place = this.base + COLUMN[column];
    const start = this.ranges[place * 2]!;
    return (
      this.overrides.get(place) ??
      (start < 0 ? undefined : this.buffer.toString('utf8', start, this.ranges[place * 2 + 1]))
    );
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
          this.buffer.toString('utf8', reader.start(other, columns.symbol), reader.end(other, columns.symbol)),
        );
      this.setGenes(symbols);
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
      this.overrides.set(this.base + target, decodePercent(this.buffer.toString('utf8', start, end)));
    } else this.set(target, start, end);
  }

  private takeConsequence(start: number, end: number, foreignTerms: boolean): void {
    if (foreignTerms && hasForeignTerm(this.bytes, start, end)) {
      const text = canonicalConsequence(this.buffer.toString('utf8', start, end));
      // A lone `*`, the mark before a term, names none.
      if (text !== '') this.overrides.set(this.base + COLUMN.consequence, text);
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
    const { info, bytes } = this;
    if (info.has(clinvar.significance)) {
      const start = info.start(clinvar.significance);
      const end = info.end(clinvar.significance);
      const first = bytes[start]!;
      if (first >= 0x30 && first <= 0x39) {
        this.overrides.set(this.base + COLUMN.clinsig, numberedSignificance(this.buffer.toString('utf8', start, end)));
      } else this.takeText(COLUMN.clinsig, start, end);
    }
    if (info.has(clinvar.review)) this.takeStars(info.start(clinvar.review), info.end(clinvar.review));
    if (info.has(clinvar.condition)) {
      this.takeText(COLUMN.condition, info.start(clinvar.condition), info.end(clinvar.condition));
    }
    if (this.isNull(COLUMN.gene) && info.has(clinvar.genes)) {
      this.takeGenes(info.start(clinvar.genes), info.end(clinvar.genes));
    }
    if (this.isNull(COLUMN.consequence) && info.has(clinvar.consequences)) {
      this.takeMolecularConsequence(info.start(clinvar.consequences), info.end(clinvar.consequences));
    }
  }

  /** GENEINFO: `SYMBOL:id|SYMBOL:id`. */
  private takeGenes(start: number, end: number): void {
    let at = start;
    while (at < end && this.bytes[at] !== COLON && this.bytes[at] !== PIPE) at++;
    this.set(COLUMN.gene, start, at);
    if (this.bytes.subarray(at, end).indexOf(PIPE) < 0) return;
    const symbols = this.buffer
      .toString('utf8', start, end)
      .split('|')
      .map((pair) => pair.split(':', 1)[0]!)
      .filter((symbol) => symbol !== '');
    this.setGenes(symbols);
  }

  private setGenes(symbols: readonly string[]): void {
    const names = symbols.filter(({ length }) => length <= MAX_GENE_CHARACTERS);
    if (names.length > 1) this.overrides.set(this.base + COLUMN.genes, names.join(','));
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

  private takeNumber(plan: NumberPlan): void {
    const { largest, info, bytes, reader, entry } = this;
    largest.clear();
    let rank = -1;
    for (const source of plan.sources) {
      if (source.rank !== rank && largest.start >= 0) break;
      rank = source.rank;
      if (source.slot >= 0) {
        if (info.has(source.slot)) largest.offer(bytes, info.start(source.slot), info.end(source.slot));
      } else if (reader !== undefined) {
        largest.offer(bytes, reader.start(entry, source.column), reader.end(entry, source.column));
      }
    }
    const { splice } = this.plan;
    if (plan.target === COLUMN.spliceai && info.has(splice.slot)) {
      const value = { start: info.start(splice.slot), end: info.end(splice.slot), columns: splice.columns };
      offerSpliceDeltas(this.block, this.row, value, largest);
    }
    if (largest.start < 0) return;
    if (largest.tiny) this.overrides.set(this.base + plan.target, '0');
    else this.set(plan.target, largest.start, largest.end);
  }

  private isNull(target: number): boolean {
    return this.ranges[(this.base + target) * 2] === -1 && !this.overrides.has(this.base + target);
  }

  private set(target: number, start: number, end: number): void {
    if (start >= end) return;
    this.ranges[(this.base + target) * 2] = start;
    this.ranges[(this.base + target) * 2 + 1] = end;
  }
}
