import { type AnnotatedHeader, COLUMN, type ExtraKey, planAnnotation } from '../../vcf/info/plan.ts';
import { columnOf, type TranscriptLayout } from '../../vcf/info/transcripts.ts';
import { SOURCES, type Source } from './evidence.ts';
import { type GnomadColumn, gnomadColumn, isGnomadItself, ownGnomadColumn } from './gnomad-columns.ts';

/** A place that a number or a mark stands at: the place of an extra key, or else a column of the transcript's entry. */
export interface ValueSource {
  readonly name: string;
  /** Place among the plan's keys; -1: in a column. */
  readonly key: number;
  readonly column: number;
}

/** One population, and where its figures are. */
export interface PopulationSource {
  readonly frequency: ValueSource;
  readonly alleleNumber: ValueSource | undefined;
  readonly homozygotes: ValueSource | undefined;
}

/** Columns of a transcript annotation that the rules read beside those that everybody does; -1 where it has none. */
export interface DetailColumns {
  readonly biotype: number;
  readonly exon: number;
  readonly intron: number;
  /** SnpEff's: of the exon or of the intron. */
  readonly rank: number;
  readonly proteinPosition: number;
  readonly codons: number;
  readonly strand: number;
  readonly loftee: number;
  readonly lofteeFilter: number;
  readonly lofteeInfo: number;
  readonly nmd: number;
  readonly domains: number;
  readonly manePlus: number;
}

/** Marks of repeats: gnomAD's `lcr`, RepeatMasker, UCSC's simple repeats, GATK's `STR`, under the names that people give them. */
const REPEAT =
  /^(gnomad[\w.]*_)?(lcr|low_?complexity(_region)?|rmsk|repeat_?masker|simple_?repeats?|tandem_?repeats?|trf|str)$/i;

/** Where the evidence stands in the INFO of one file. */
export class EvidencePlan {
  readonly keys: readonly ExtraKey[];
  readonly #populations: readonly PopulationSource[];
  readonly #repeats: readonly ValueSource[];
  readonly #layouts = new Map<TranscriptLayout, LayoutPlan>();
  readonly #none: LayoutPlan;

  constructor({ info }: AnnotatedHeader) {
    const ofGnomad = isGnomadItself(info) ? ownGnomadColumn : gnomadColumn;
    const names = [...info.keys()].filter((name) => ofGnomad(name) !== undefined || REPEAT.test(name));
    this.keys = names.map((name) => ({ name, flag: REPEAT.test(name) }));
    const sources = names.map((name, key): ValueSource => ({ name, key, column: -1 }));
    this.#populations = populationsIn(sources, ofGnomad);
    this.#repeats = sources.filter(({ name }) => REPEAT.test(name));
    this.#none = { populations: this.#populations, repeats: this.#repeats, columns: NO_COLUMNS };
  }

  /** For a row with this transcript annotation, or with none. */
  of(layout: TranscriptLayout | undefined): LayoutPlan {
    if (layout === undefined) return this.#none;
    const known = this.#layouts.get(layout);
    if (known !== undefined) return known;
    const sources = layout.names.map((name, column): ValueSource => ({ name, key: -1, column }));
    const plan = {
      populations: [...this.#populations, ...populationsIn(sources, gnomadColumn)],
      repeats: [...this.#repeats, ...sources.filter(({ name }) => REPEAT.test(name))],
      columns: detailColumns(layout.names),
    };
    this.#layouts.set(layout, plan);
    return plan;
  }
}

interface LayoutPlan {
  readonly populations: readonly PopulationSource[];
  readonly repeats: readonly ValueSource[];
  readonly columns: DetailColumns;
}

function populationsIn(
  sources: readonly ValueSource[],
  ofGnomad: (name: string) => GnomadColumn | undefined,
): readonly PopulationSource[] {
  const found = new Map<string, Partial<Record<GnomadColumn['statistic'], ValueSource>>>();
  for (const source of sources) {
    const column = ofGnomad(source.name);
    if (column === undefined) continue;
    const population = `${column.dataset} ${column.group}`;
    const figures = found.get(population) ?? {};
    figures[column.statistic] ??= source;
    found.set(population, figures);
  }
  return [...found.values()].flatMap(({ frequency, alleleNumber, homozygotes }) =>
    frequency === undefined ? [] : [{ frequency, alleleNumber, homozygotes }],
  );
}

function detailColumns(names: readonly string[]): DetailColumns {
  return {
    biotype: columnOf(names, 'biotype', 'transcript_biotype'),
    exon: columnOf(names, 'exon'),
    intron: columnOf(names, 'intron'),
    rank: columnOf(names, 'rank'),
    proteinPosition: columnOf(names, 'protein_position', 'aa.pos / aa.length'),
    codons: columnOf(names, 'codons'),
    strand: columnOf(names, 'strand'),
    loftee: columnOf(names, 'lof'),
    lofteeFilter: columnOf(names, 'lof_filter'),
    lofteeInfo: columnOf(names, 'lof_info'),
    nmd: columnOf(names, 'nmd'),
    domains: columnOf(names, 'domains'),
    manePlus: columnOf(names, 'mane_plus_clinical'),
  };
}

const NO_COLUMNS = detailColumns([]);

/** Which sources a header declares: in INFO, or in a column of a transcript annotation. */
export function declaredSources(header: AnnotatedHeader, plan: EvidencePlan): ReadonlySet<Source> {
  const annotation = planAnnotation(header);
  const readings = annotation?.transcripts ?? [];
  const layouts = readings.map(({ reader }) => plan.of(reader.layout));
  const numbers = [annotation?.numbers ?? [], ...readings.map((reading) => reading.numbers)].flat();
  const isRead = (column: 'revel' | 'cadd' | 'spliceai'): boolean =>
    numbers.some(({ target, sources }) => target === COLUMN[column] && sources.length > 0);
  const holds: Readonly<Record<Source, boolean>> = {
    transcripts: layouts.length > 0,
    gnomad: [plan.of(undefined), ...layouts].some(({ populations }) => populations.length > 0),
    repeats: [plan.of(undefined), ...layouts].some(({ repeats }) => repeats.length > 0),
    loftee: layouts.some(({ columns }) => columns.loftee >= 0),
    nmd: layouts.some(({ columns }) => columns.nmd >= 0),
    domains: layouts.some(({ columns }) => columns.domains >= 0),
    revel: isRead('revel'),
    cadd: isRead('cadd'),
    spliceai: isRead('spliceai') || (annotation?.splice.slot ?? -1) >= 0,
  };
  return new Set(SOURCES.filter((source) => holds[source]));
}
