import type { Call } from './calls.ts';
import type { FamilyFinding, ModeFinding, Partner } from './finding.ts';
import type { FamilyCopies, Inheritance } from './inheritance.ts';
import { type Half, pairOf } from './pair.ts';

/** No gene of human is longer: RBFOX1, the longest, has 2.5 million bases. */
export const LONGEST_GENE_BASES = 3_000_000;
/** Candidates of one gene and family beyond which further ones are not compared. */
export const MOST_CANDIDATES = 200;
/** Variants that may wait for their genes to end; then the genes end early. */
const MOST_WAITING = 50_000;

/** What the search is told of one variant: in the file's order. */
export interface SearchRow<Variant> {
  readonly variant: Variant;
  readonly chrom: string;
  readonly pos: number;
  /** Genes in which it may be one of two; empty: it is no candidate. */
  readonly genes: readonly string[];
  readonly calls: readonly Call[];
  readonly families: readonly FamilyRow[];
}

/** A family that the variant concerns. */
export interface FamilyRow {
  readonly inheritance: Inheritance;
  readonly copies: FamilyCopies;
  readonly modes: readonly ModeFinding[];
  /** Whether it lies where everybody has two copies. */
  readonly paired: boolean;
}

export interface Settled<Variant> {
  readonly variant: Variant;
  readonly findings: readonly FamilyFinding<Variant>[];
}

interface Candidate<Variant> extends Half {
  readonly partners: Partner<Variant>[];
  readonly variant: Variant;
}

interface Gene<Variant> {
  readonly name: string;
  readonly chrom: string;
  readonly firstPos: number;
  readonly candidates: Map<Inheritance, Candidate<Variant>[]>;
  /** Rows that wait for it. */
  readonly rows: Waiting<Variant>[];
}

interface Waiting<Variant> {
  readonly row: SearchRow<Variant>;
  readonly partners: ReadonlyMap<Inheritance, Partner<Variant>[]>;
  readonly remarks: Set<string>;
  open: number;
}

/**
 * Finds the partners of compound heterozygotes in one pass: a variant waits until each of its genes has ended, then it comes out,
 * in the order in which it came in. In memory are only the variants between the first open gene and the place of reading.
 */
export class CompoundSearch<Variant> {
  readonly #genes = new Map<string, Gene<Variant>>();
  readonly #waiting: Waiting<Variant>[] = [];
  readonly #chromosomes = new Set<string>();
  #chrom = '';
  #pos = 0;
  /** Genes may have been cut in two: records are not in order, or too many waited. */
  interrupted = false;

  /** Takes a variant and gives back those that are settled by now. */
  add(row: SearchRow<Variant>): readonly Settled<Variant>[] {
    this.#turnTo(row);
    // Most variants are in no gene that matters, and nothing waits before them.
    if (row.genes.length === 0 && this.#waiting.length === 0) return [settle({ row, ...NO_PARTNERS })];
    const partners = new Map<Inheritance, Partner<Variant>[]>();
    for (const { inheritance } of row.families) partners.set(inheritance, []);
    const waiting: Waiting<Variant> = { row, partners, remarks: new Set(), open: 0 };
    for (const name of new Set(row.genes)) this.#join(name, waiting);
    this.#waiting.push(waiting);
    if (this.#waiting.length > MOST_WAITING) {
      this.interrupted = true;
      this.#end([...this.#genes.values()]);
    }
    return this.#settled();
  }

  /** The last variants, when no more come. */
  finish(): readonly Settled<Variant>[] {
    this.#end([...this.#genes.values()]);
    return this.#settled();
  }

  #turnTo({ chrom, pos }: SearchRow<Variant>): void {
    if (chrom !== this.#chrom) {
      this.#end([...this.#genes.values()]);
      if (this.#chromosomes.has(chrom)) this.interrupted = true;
      this.#chromosomes.add(chrom);
      this.#chrom = chrom;
      this.#pos = 0;
    }
    if (pos < this.#pos - LONGEST_GENE_BASES) this.interrupted = true;
    this.#pos = Math.max(pos, this.#pos);
    const over: Gene<Variant>[] = [];
    // In the order in which they began.
    for (const gene of this.#genes.values()) {
      if (gene.firstPos + LONGEST_GENE_BASES >= this.#pos) break;
      over.push(gene);
    }
    this.#end(over);
  }

  #join(name: string, waiting: Waiting<Variant>): void {
    const { row } = waiting;
    const families = row.families.filter(({ paired }) => paired);
    if (families.length === 0) return;
    let gene = this.#genes.get(name);
    if (gene === undefined) {
      gene = { name, chrom: row.chrom, firstPos: row.pos, candidates: new Map(), rows: [] };
      this.#genes.set(name, gene);
    }
    waiting.open++;
    gene.rows.push(waiting);
    for (const { inheritance, copies } of families) {
      const candidates = gene.candidates.get(inheritance) ?? [];
      gene.candidates.set(inheritance, candidates);
      if (candidates.length === MOST_CANDIDATES) {
        waiting.remarks.add(`more than ${MOST_CANDIDATES} candidates in ${name}: not compared`);
        continue;
      }
      const partners = waiting.partners.get(inheritance)!;
      candidates.push({ variant: row.variant, copies, calls: row.calls, partners });
    }
  }

  #end(genes: readonly Gene<Variant>[]): void {
    for (const { name, candidates, rows } of genes) {
      for (const [inheritance, list] of candidates) comparePairs(name, inheritance, list);
      for (const waiting of rows) waiting.open--;
      this.#genes.delete(name);
    }
  }

  #settled(): readonly Settled<Variant>[] {
    let count = 0;
    while (count < this.#waiting.length && this.#waiting[count]!.open === 0) count++;
    return count === 0 ? [] : this.#waiting.splice(0, count).map(settle);
  }
}

function comparePairs<Variant>(gene: string, { household }: Inheritance, list: readonly Candidate<Variant>[]): void {
  for (const [index, one] of list.entries()) {
    for (const other of list.slice(index + 1)) {
      const pair = pairOf(household, one, other);
      if (pair === undefined) continue;
      addOnce(one.partners, { ...pair, variant: other.variant, gene });
      addOnce(other.partners, { ...pair, variant: one.variant, gene });
    }
  }
}

/** Two genes may share both variants. */
function addOnce<Variant>(partners: Partner<Variant>[], partner: Partner<Variant>): void {
  if (!partners.some(({ variant }) => variant === partner.variant)) partners.push(partner);
}

const NO_PARTNERS = { partners: new Map<never, never>(), remarks: new Set<never>() };
const NO_FINDINGS: readonly never[] = [];

function settle<Variant>({
  row,
  partners,
  remarks,
}: Pick<Waiting<Variant>, 'row' | 'partners'> & { readonly remarks: ReadonlySet<string> }): Settled<Variant> {
  if (row.families.length === 0) return { variant: row.variant, findings: NO_FINDINGS };
  const findings = row.families.map(({ inheritance, modes }): FamilyFinding<Variant> => {
    const { family, ordinal } = inheritance.household;
    const found = partners.get(inheritance) ?? [];
    const compound = compoundOf(found, remarks);
    return { family, ordinal, modes: compound === undefined ? modes : [...modes, compound], partners: found };
  });
  return { variant: row.variant, findings };
}

/** The best that its partners make of it. */
function compoundOf(partners: readonly Partner<unknown>[], remarks: ReadonlySet<string>): ModeFinding | undefined {
  for (const status of ['met', 'possible', 'notAssessable'] as const) {
    const found = partners.filter((partner) => partner.status === status);
    if (found.length === 0) continue;
    const reasons = [...new Set(found.flatMap((partner) => partner.reasons))];
    return { mode: 'compoundHeterozygous', status, reasons };
  }
  return remarks.size === 0
    ? undefined
    : { mode: 'compoundHeterozygous', status: 'notAssessable', reasons: [...remarks] };
}
