import { type AlleleMatcher, type AlleleStyle, FIT_EXACT, FIT_NONE } from './allele.ts';
import { ByteFinder } from './byte-finder.ts';
import { severityOf } from './consequences.ts';

/** Columns of a transcript annotation by their place in its entries; -1 where the annotation has none. */
export interface TranscriptColumns {
  readonly allele: number;
  readonly alleleNumber: number;
  readonly consequence: number;
  readonly impact: number;
  readonly symbol: number;
  readonly geneId: number;
  readonly featureType: number;
  readonly transcript: number;
  readonly hgvsC: number;
  readonly hgvsP: number;
  readonly mane: number;
  readonly canonical: number;
}

/** One known transcript annotation (CSQ, ANN, …) as a header describes it. */
export interface TranscriptLayout {
  /** Column names, as the header gives them. */
  readonly names: readonly string[];
  readonly columns: TranscriptColumns;
  readonly alleleStyle: AlleleStyle;
  /** Byte that separates columns beside `|`: `(` in SnpEff's EFF. */
  readonly opener: number;
  /** Its consequence terms are not Sequence Ontology names and are stored under those. */
  readonly foreignTerms: boolean;
}

/** Place of the first of these names (lower case) among the columns, or -1. */
export function columnOf(names: readonly string[], ...wanted: readonly string[]): number {
  const lower = names.map((name) => name.toLowerCase());
  for (const name of wanted) if (lower.includes(name)) return lower.indexOf(name);
  return -1;
}

/**
 * Column names in a header's Description: what follows `Format:` (VEP, EFF, BCSQ) or the first colon (ANN), within quotes
 * if quoted, cut at `|`. Empty when the description lists no columns: then the key is not the annotation of that name.
 */
export function columnNames(description: string): readonly string[] {
  const list = /format:\s*(.*)$/is.exec(description)?.[1] ?? /:\s*(.*\|.*)$/s.exec(description)?.[1] ?? '';
  const quoted = /^\s*'([^']*)'/.exec(list)?.[1] ?? list;
  const names = quoted
    .replace('[*]', '')
    .replaceAll('(', '|')
    .replaceAll(/['"[\])]/g, '')
    .split('|')
    .map((name) => name.trim());
  return names.length > 1 ? names : [];
}

export const PIPE = 0x7c;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const OPEN = 0x28;
const CLOSE = 0x29;
const DOT = 0x2e;

/**
 * Reads one transcript annotation of one row at a time: `read` cuts its value into entries, columns are cut when asked for,
 * `choose` picks the entry that stands for the row. Usually only the chosen entry is read to its end, which
 * took a quarter off a row of 1.2 kB. Bounds are kept in arrays that grow and are reused; nothing is made per row.
 */
export class TranscriptReader {
  readonly layout: TranscriptLayout;
  /** Entries read. */
  count = 0;
  private readonly width: number;
  private readonly stride: number;
  private readonly topTier: number;
  private bytes: Uint8Array = new Uint8Array();
  private commas = new ByteFinder(Buffer.alloc(0), COMMA);
  private semicolons = new ByteFinder(Buffer.alloc(0), SEMICOLON);
  /** For each entry: where each column starts, and one past the end of the last, as far as cut. */
  private starts: Int32Array<ArrayBuffer>;
  /** For each entry: the last column whose start is known, and the entry's exclusive end. */
  private cut = new Int32Array(64);
  private ends = new Int32Array(64);
  private fits = new Uint8Array(64);

  constructor(layout: TranscriptLayout) {
    this.layout = layout;
    this.width = layout.names.length;
    this.stride = this.width + 1;
    this.topTier = layout.columns.mane >= 0 ? 5 : layout.columns.canonical >= 0 ? 4 : 3;
    this.starts = new Int32Array(64 * this.stride);
  }

  /** Turns to a block's bytes: rows are then read in their order. */
  turnTo(bytes: Buffer): void {
    this.bytes = bytes;
    this.commas = new ByteFinder(bytes, COMMA);
    this.semicolons = new ByteFinder(bytes, SEMICOLON);
    this.count = 0;
  }

  /** Forgets the row before. */
  clear(): void {
    this.count = 0;
  }

  /** Cuts the value that starts at `start`; gives back where it ends: the next `;` or `limit`. Entries may have too few columns or too many. */
  read(start: number, limit: number): number {
    const end = Math.min(this.semicolons.next(start), limit);
    let from = start;
    let entry = 0;
    while (from < end) {
      if (entry === this.ends.length) this.grow();
      const next = Math.min(this.commas.next(from), end);
      this.starts[entry * this.stride] = from;
      this.cut[entry] = 0;
      // EFF closes its list with `)`.
      this.ends[entry++] = this.layout.opener === OPEN && this.bytes[next - 1] === CLOSE ? next - 1 : next;
      from = next + 1;
    }
    this.count = entry;
    return end;
  }

  private grow(): void {
    this.starts = doubled(this.starts);
    this.cut = doubled(this.cut);
    this.ends = doubled(this.ends);
    this.fits = new Uint8Array(this.ends.length);
  }

  start(entry: number, column: number): number {
    if (column > this.cut[entry]!) this.cutTo(entry, column);
    return this.starts[entry * this.stride + column]!;
  }

  end(entry: number, column: number): number {
    if (column >= this.cut[entry]!) this.cutTo(entry, column + 1);
    return this.starts[entry * this.stride + column + 1]! - 1;
  }

  has(entry: number, column: number): boolean {
    if (column < 0) return false;
    if (column >= this.cut[entry]!) this.cutTo(entry, column + 1);
    const slot = entry * this.stride + column;
    const start = this.starts[slot]!;
    const length = this.starts[slot + 1]! - 1 - start;
    return length > 1 || (length === 1 && this.bytes[start] !== DOT);
  }

  /** Finds the starts of the entry's columns up to `column`. One that the entry lacks starts past the end: its length is -1. */
  private cutTo(entry: number, column: number): void {
    const { bytes, starts } = this;
    const opener = this.layout.opener;
    const limit = this.ends[entry]!;
    let slot = entry * this.stride + this.cut[entry]!;
    const last = entry * this.stride + column;
    let at = starts[slot]!;
    for (; at < limit && slot < last; at++) {
      const byte = bytes[at]!;
      if (byte === PIPE || byte === opener) starts[++slot] = at + 1;
    }
    while (slot < last) starts[++slot] = limit + 1;
    this.cut[entry] = column;
  }

  /**
   * The entry for the row: of those about its own ALT, inside a transcript before up- and downstream of one, MANE Select
   * before canonical before others, then the most severe, then the first. -1: none is surely about this ALT.
   */
  choose(matcher: AlleleMatcher): number {
    let chosen = -1;
    let chosenFit = -1;
    let chosenTier = -1;
    let chosenSeverity = -1;
    for (let entry = 0; entry < this.count; entry++) {
      const fit = this.fitOf(entry, matcher);
      this.fits[entry] = fit;
      if (fit < chosenFit) continue;
      let severity = -1;
      let tier = -1;
      if (fit === chosenFit) {
        // No tier is higher, so only a more severe entry can win: most are ruled out by their first columns.
        if (chosenTier === this.topTier) {
          if (this.same(entry, chosen, this.layout.columns.consequence)) continue;
          if (chosenSeverity < 0) chosenSeverity = this.severityOf(chosen);
          severity = this.severityOf(entry);
          if (severity >= chosenSeverity) continue;
        }
        tier = this.tierOf(entry);
        if (tier < chosenTier) continue;
        if (tier === chosenTier && severity < 0) {
          if (chosenSeverity < 0) chosenSeverity = this.severityOf(chosen);
          severity = this.severityOf(entry);
          if (severity >= chosenSeverity) continue;
        }
      }
      chosen = entry;
      chosenFit = fit;
      chosenTier = tier < 0 ? this.tierOf(entry) : tier;
      chosenSeverity = severity;
    }
    if (chosenFit === FIT_NONE && (matcher.multiallelic || !this.oneAllele())) return -1;
    return chosen;
  }

  private fitOf(entry: number, matcher: AlleleMatcher): number {
    const { columns, alleleStyle } = this.layout;
    if (matcher.multiallelic && this.has(entry, columns.alleleNumber)) {
      const start = this.start(entry, columns.alleleNumber);
      let number = 0;
      for (let at = start; at < this.end(entry, columns.alleleNumber); at++)
        number = number * 10 + this.bytes[at]! - 0x30;
      return number === matcher.number ? FIT_EXACT : FIT_NONE;
    }
    if (columns.allele < 0) return FIT_NONE;
    return matcher.fit(this.start(entry, columns.allele), this.end(entry, columns.allele), alleleStyle);
  }

  private tierOf(entry: number): number {
    const { columns } = this.layout;
    const flags = this.has(entry, columns.mane) ? 2 : this.has(entry, columns.canonical) ? 1 : 0;
    return this.isOutside(entry) ? flags : flags + 3;
  }

  /** Up- or downstream of a gene, or between genes: `up…`, `do…`, `inte…`. */
  private isOutside(entry: number): boolean {
    if (this.layout.columns.consequence < 0) return false;
    const start = this.start(entry, this.layout.columns.consequence);
    const second = this.bytes[start + 1];
    switch (this.bytes[start]) {
      case 0x75:
        return second === 0x70;
      case 0x64:
        return second === 0x6f;
      case 0x69:
        return second === 0x6e && this.bytes[start + 2] === 0x74 && this.bytes[start + 3] === 0x65;
      default:
        return false;
    }
  }

  /** Rank of the entry's worst consequence, 0 the most severe. */
  severityOf(entry: number): number {
    const column = this.layout.columns.consequence;
    return column < 0 ? 0 : severityOf(this.bytes, this.start(entry, column), this.end(entry, column));
  }

  private oneAllele(): boolean {
    const column = this.layout.columns.allele;
    if (column < 0) return true;
    for (let entry = 1; entry < this.count; entry++) if (!this.same(0, entry, column)) return false;
    return true;
  }

  /** Two entries have the same text in a column. */
  same(a: number, b: number, column: number): boolean {
    const aStart = this.start(a, column);
    const bStart = this.start(b, column);
    const length = this.end(a, column) - aStart;
    if (length !== this.end(b, column) - bStart) return false;
    for (let i = 0; i < length; i++) if (this.bytes[aStart + i] !== this.bytes[bStart + i]) return false;
    return true;
  }

  /** Entries about the row's ALT as surely as the chosen one is, itself included. */
  likeChosen(chosen: number): readonly number[] {
    const entries: number[] = [];
    for (let entry = 0; entry < this.count; entry++) if (this.fits[entry] === this.fits[chosen]) entries.push(entry);
    return entries;
  }

  /**
   * Entries whose gene differs from the chosen one's: the first of each further gene that the row's ALT lies in (up- and
   * downstream genes only when the chosen is one itself). Undefined in the usual case of one gene.
   */
  otherGenes(chosen: number): readonly number[] | undefined {
    const column = this.layout.columns.symbol;
    if (column < 0 || this.count === 1) return undefined;
    const outside = this.isOutside(chosen);
    let others: number[] | undefined;
    for (let entry = 0; entry < this.count; entry++) {
      if (this.fits[entry] !== this.fits[chosen] || !this.has(entry, column) || this.same(entry, chosen, column))
        continue;
      if (!outside && this.isOutside(entry)) continue;
      if (others === undefined) others = [entry];
      else if (!others.some((other) => this.same(other, entry, column))) others.push(entry);
    }
    return others;
  }
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
