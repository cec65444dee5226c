import { bareChromosome } from '../../core/chromosome.ts';
import { type ClinvarIndex, type ClinvarRecord, type GeneCounts, sideOf, verdictOf } from './clinvar.ts';

/** What a record of ClinVar's VCF says, before it is packed. */
export interface ClinvarEntry {
  readonly chrom: string;
  readonly pos: number;
  readonly id: string;
  readonly ref: string;
  readonly alt: string;
  readonly genes: readonly string[];
  readonly significance: string;
  readonly stars: number;
  readonly effect: ClinvarRecord['effect'];
}

const EFFECTS: readonly ClinvarRecord['effect'][] = ['missense', 'truncating', 'other'];
const MOST_STARS = 4;
const FIRST_CAPACITY = 1024;

/** Values that come again and again, each made once from its text. */
class Kept<Value> {
  readonly list: Value[] = [];
  readonly #places = new Map<string, number>();
  readonly #make: (text: string) => Value;

  constructor(make: (text: string) => Value) {
    this.#make = make;
  }

  /** In their order. */
  get texts(): readonly string[] {
    return [...this.#places.keys()];
  }

  place(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.list.length);
    return this.list.push(this.#make(text)) - 1;
  }
}

/** ClinVar's variation ids are numbers; any other is a text, kept behind this one. */
const FIRST_TEXT_ID = 2 ** 31;

/** Numbers of one record, in the columns of a chromosome. */
export const FIELDS = ['pos', 'id', 'alleles', 'genes', 'significance', 'stars', 'effect'] as const;

type Field = (typeof FIELDS)[number];

/** One chromosome as columns of numbers, 28 bytes a record: the whole of ClinVar is 4 million records. */
class Chromosome {
  count: number;
  sorted = true;
  readonly columns: Record<Field, Uint32Array>;

  /** `filled`: rows by position. */
  constructor(filled?: Readonly<Record<Field, Uint32Array>>) {
    this.count = filled?.pos.length ?? 0;
    const empty = () => FIELDS.map((field) => [field, new Uint32Array(FIRST_CAPACITY)]);
    this.columns = { ...(filled ?? (Object.fromEntries(empty()) as Record<Field, Uint32Array>)) };
  }

  add(values: Readonly<Record<Field, number>>): void {
    const { columns, count } = this;
    if (count === columns.pos.length) {
      for (const field of FIELDS) {
        const larger = new Uint32Array(count * 2);
        larger.set(columns[field]);
        columns[field] = larger;
      }
    }
    if (count > 0 && values.pos < columns.pos[count - 1]!) this.sorted = false;
    for (const field of FIELDS) columns[field][count] = values[field];
    this.count++;
  }

  sort(): void {
    if (this.sorted) return;
    const { pos } = this.columns;
    const order = Array.from({ length: this.count }, (_, row) => row).sort((a, b) => pos[a]! - pos[b]! || a - b);
    for (const field of FIELDS) {
      const column = this.columns[field];
      this.columns[field] = Uint32Array.from(order, (row) => column[row]!);
    }
    this.sorted = true;
  }

  /** First row at or behind a position. */
  from(pos: number): number {
    const column = this.columns.pos;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (column[middle]! < pos) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** All of an index, as it is packed: same records in the same order give the same parts. */
export interface ClinvarParts {
  readonly release: string;
  readonly assembly: string | undefined;
  /** Texts that the columns name by their places. */
  readonly texts: Readonly<Record<'ids' | 'alleles' | 'genes' | 'significances', readonly string[]>>;
  /** Rows by position, the fields of FIELDS. */
  readonly chromosomes: readonly {
    readonly name: string;
    readonly columns: Readonly<Record<Field, Uint32Array>>;
  }[];
}

type MutableCounts = { -readonly [Key in keyof GeneCounts]: GeneCounts[Key] };

const noCounts = (): MutableCounts => ({ pathogenicMissense: 0, pathogenicTruncating: 0, benignMissense: 0 });

/** ClinVar in memory: filled by `add`, then read. */
export class MemoryClinvar implements ClinvarIndex {
  readonly release: string;
  readonly assembly: string | undefined;
  size = 0;
  readonly #chromosomes = new Map<string, Chromosome>();
  readonly #textIds = new Kept((text) => text);
  readonly #alleles = new Kept((text) => {
    const [ref = '', alt = ''] = text.split('>');
    return { ref, alt };
  });
  readonly #genes = new Kept((text) => text.split(',').filter(Boolean) as readonly string[]);
  readonly #significances = new Kept((significance) => ({ significance, verdict: verdictOf(significance) }));
  /** Behind each gene: counts of records with at least so many stars. */
  readonly #counts = new Map<string, readonly MutableCounts[]>();

  constructor({ release, assembly }: Pick<ClinvarIndex, 'release' | 'assembly'>) {
    this.release = release;
    this.assembly = assembly;
  }

  add(entry: ClinvarEntry): void {
    const name = bareChromosome(entry.chrom);
    const chromosome = this.#chromosomes.get(name) ?? new Chromosome();
    this.#chromosomes.set(name, chromosome);
    chromosome.add({
      pos: entry.pos,
      id: this.#placeOfId(entry.id),
      alleles: this.#alleles.place(`${entry.ref}>${entry.alt}`),
      genes: this.#genes.place(entry.genes.join(',')),
      significance: this.#significances.place(entry.significance),
      stars: entry.stars,
      effect: EFFECTS.indexOf(entry.effect),
    });
    this.size++;
    this.#count(entry);
  }

  #placeOfId(id: string): number {
    return /^[1-9]\d{0,8}$/.test(id) ? Number(id) : FIRST_TEXT_ID + this.#textIds.place(id);
  }

  #count({
    genes,
    significance,
    stars,
    effect,
  }: Pick<ClinvarEntry, 'genes' | 'significance' | 'stars' | 'effect'>): void {
    const side = sideOf({ verdict: verdictOf(significance) });
    const key = side === undefined ? undefined : COUNTED[side][effect];
    if (key === undefined) return;
    for (const gene of genes) {
      const counts = this.#counts.get(gene) ?? Array.from({ length: MOST_STARS + 1 }, noCounts);
      this.#counts.set(gene, counts);
      for (let least = 0; least <= stars; least++) counts[least]![key]++;
    }
  }

  get chromosomes(): readonly string[] {
    return [...this.#chromosomes.keys()];
  }

  /** `fromParts` makes the same index of it. */
  toParts(): ClinvarParts {
    const { release, assembly } = this;
    const chromosomes = this.chromosomes.map((name) => {
      const { columns, count } = this.#sorted(name)!;
      const filled = FIELDS.map((field) => [field, columns[field].subarray(0, count)] as const);
      return { name, columns: Object.fromEntries(filled) as Record<Field, Uint32Array> };
    });
    const texts = {
      ids: this.#textIds.texts,
      alleles: this.#alleles.texts,
      genes: this.#genes.texts,
      significances: this.#significances.texts,
    };
    return { release, assembly, texts, chromosomes };
  }

  static fromParts({ release, assembly, texts, chromosomes }: ClinvarParts): MemoryClinvar {
    const index = new MemoryClinvar({ release, assembly });
    for (const text of texts.ids) index.#textIds.place(text);
    for (const text of texts.alleles) index.#alleles.place(text);
    for (const text of texts.genes) index.#genes.place(text);
    for (const text of texts.significances) index.#significances.place(text);
    for (const { name, columns } of chromosomes) {
      const chromosome = new Chromosome(columns);
      index.#chromosomes.set(name, chromosome);
      index.size += chromosome.count;
      for (let row = 0; row < chromosome.count; row++) index.#count(index.#record(chromosome, row));
    }
    return index;
  }

  find(chrom: string, pos: number, ref: string, alt: string): ClinvarRecord | undefined {
    const chromosome = this.#sorted(chrom);
    if (chromosome === undefined) return undefined;
    const { columns, count } = chromosome;
    for (let row = chromosome.from(pos); row < count && columns.pos[row] === pos; row++) {
      const alleles = this.#alleles.list[columns.alleles[row]!]!;
      if (alleles.ref === ref && alleles.alt === alt) return this.#record(chromosome, row);
    }
    return undefined;
  }

  between(chrom: string, from: number, to: number): readonly ClinvarRecord[] {
    const chromosome = this.#sorted(chrom);
    if (chromosome === undefined) return [];
    const { columns, count } = chromosome;
    const records: ClinvarRecord[] = [];
    for (let row = chromosome.from(Math.max(0, from)); row < count && columns.pos[row]! <= to; row++) {
      records.push(this.#record(chromosome, row));
    }
    return records;
  }

  gene(symbol: string, minStars: number): GeneCounts {
    return this.#counts.get(symbol)?.[minStars] ?? noCounts();
  }

  #sorted(chrom: string): Chromosome | undefined {
    const chromosome = this.#chromosomes.get(bareChromosome(chrom));
    chromosome?.sort();
    return chromosome;
  }

  #record({ columns }: Chromosome, row: number): ClinvarRecord {
    const id = columns.id[row]!;
    const { ref, alt } = this.#alleles.list[columns.alleles[row]!]!;
    const { significance, verdict } = this.#significances.list[columns.significance[row]!]!;
    return {
      id: id < FIRST_TEXT_ID ? String(id) : this.#textIds.list[id - FIRST_TEXT_ID]!,
      pos: columns.pos[row]!,
      ref,
      alt,
      genes: this.#genes.list[columns.genes[row]!]!,
      significance,
      verdict,
      stars: columns.stars[row]!,
      effect: EFFECTS[columns.effect[row]!]!,
    };
  }
}

/** What a record counts as for its gene. */
const COUNTED: Readonly<Record<'pathogenic' | 'benign', Partial<Record<ClinvarRecord['effect'], keyof GeneCounts>>>> = {
  pathogenic: { missense: 'pathogenicMissense', truncating: 'pathogenicTruncating' },
  benign: { missense: 'benignMissense' },
};
