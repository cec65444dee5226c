import { ANNOTATION_COLUMNS, type AnnotationColumn } from '../../core/annotation.ts';
import { annLayout, bcsqLayout, effLayout } from './ann.ts';
import { csqLayout } from './csq.ts';
import { csqFrequencyRank, infoFrequencyRank } from './gnomad.ts';
import { isCadd, isRevel, isSpliceDelta } from './scores.ts';
import { spliceColumns } from './spliceai.ts';
import { type TranscriptLayout, TranscriptReader } from './transcripts.ts';

/** What the annotator needs of a header; vcf/header's `Header` is one. */
export interface AnnotatedHeader {
  readonly info: ReadonlyMap<string, { readonly description: string }>;
}

/** An INFO key whose value is wanted: its bounds go to `slot`, or its entries to `reader`. */
export interface WantedKey {
  readonly name: Uint8Array;
  readonly slot: number;
  readonly reader: TranscriptReader | undefined;
  /** May stand without a value: a flag. Its own name is then its value. */
  readonly flag: boolean;
}

/** A key wanted beside those that fill columns. */
export interface ExtraKey {
  readonly name: string;
  readonly flag: boolean;
}

/** A place a number may come from: an INFO slot, or else a column of the chosen transcript entry. Lower rank first. */
export interface NumberSource {
  readonly rank: number;
  readonly slot: number;
  readonly column: number;
}

/** One numeric column and its sources, sorted by rank. */
export interface NumberPlan {
  /** Place among ANNOTATION_COLUMNS. */
  readonly target: number;
  readonly sources: readonly NumberSource[];
}

/** A transcript annotation of the file, with what its entries carry beside the transcript. */
export interface TranscriptPlan {
  readonly reader: TranscriptReader;
  readonly numbers: readonly NumberPlan[];
  /** Columns with ClinVar's own values (`vep --custom`): matched to the allele, unlike VEP's CLIN_SIG, which is not taken. */
  readonly clinvar: { readonly significance: number; readonly review: number; readonly condition: number };
}

/** How the rows of one file are annotated; -1 for keys that the header lacks. */
export interface AnnotationPlan {
  /** By first byte. */
  readonly keys: readonly (readonly WantedKey[] | undefined)[];
  readonly slotCount: number;
  readonly transcripts: readonly TranscriptPlan[];
  /** Sources in INFO alone: for rows without a transcript entry. */
  readonly numbers: readonly NumberPlan[];
  readonly clinvar: {
    readonly significance: number;
    readonly review: number;
    readonly condition: number;
    readonly genes: number;
    readonly consequences: number;
  };
  readonly splice: { readonly slot: number; readonly columns: readonly number[] };
  /** Slots of the extra keys, in their order; -1 for those that the header lacks. */
  readonly extras: readonly number[];
}

export const COLUMN = Object.fromEntries(ANNOTATION_COLUMNS.map(({ name }, place) => [name, place])) as Record<
  AnnotationColumn,
  number
>;

/** Transcript annotations in order of preference. */
const TRANSCRIPT_KEYS: readonly (readonly [
  key: string,
  layout: (description: string) => TranscriptLayout | undefined,
])[] = [
  ['CSQ', csqLayout],
  ['vep', csqLayout],
  ['ANN', annLayout],
  ['EFF', effLayout],
  ['BCSQ', bcsqLayout],
];

const NUMBERS: readonly {
  readonly name: AnnotationColumn;
  readonly infoRank: (key: string, keys: Iterable<string>) => number;
  readonly csqRank: (column: string) => number;
}[] = [
  { name: 'af', infoRank: infoFrequencyRank, csqRank: csqFrequencyRank },
  { name: 'cadd', infoRank: (key) => (isCadd(key) ? 0 : -1), csqRank: (key) => (isCadd(key) ? 0 : -1) },
  { name: 'revel', infoRank: (key) => (isRevel(key) ? 0 : -1), csqRank: (key) => (isRevel(key) ? 0 : -1) },
  {
    name: 'spliceai',
    infoRank: (key) => (isSpliceDelta(key) ? 0 : -1),
    csqRank: (key) => (isSpliceDelta(key) ? 0 : -1),
  },
];

/** Compiles a header into a plan; undefined when it declares nothing that is wanted. */
export function planAnnotation(
  header: AnnotatedHeader,
  extraKeys: readonly ExtraKey[] = [],
): AnnotationPlan | undefined {
  const keys: (WantedKey[] | undefined)[] = new Array(256);
  const slots = new Map<string, number>();
  let slotCount = 0;
  const want = (key: string, reader?: TranscriptReader, flag = false): number => {
    const known = slots.get(key);
    if (known !== undefined) return known;
    const name = new TextEncoder().encode(key);
    const slot = reader === undefined ? slotCount++ : -1;
    const first = name[0] ?? 0;
    keys[first] ??= [];
    keys[first].push({ name, slot, reader, flag });
    slots.set(key, slot);
    return slot;
  };
  const wantDeclared = (key: string, flag?: boolean): number =>
    header.info.has(key) ? want(key, undefined, flag) : -1;

  const clinvar = {
    significance: wantDeclared('CLNSIG'),
    review: wantDeclared('CLNREVSTAT'),
    condition: wantDeclared('CLNDN'),
    genes: wantDeclared('GENEINFO'),
    consequences: wantDeclared('MC'),
  };
  // MC is ClinVar's molecular consequence only where GENEINFO or CLNSIG stands too: 1000 Genomes calls merged calls MC.
  if (clinvar.significance < 0 && clinvar.genes < 0) clinvar.consequences = -1;
  const splice = {
    slot: wantDeclared('SpliceAI'),
    columns: spliceColumns(header.info.get('SpliceAI')?.description ?? ''),
  };
  const numbers = NUMBERS.map(({ name, infoRank }) => ({
    target: COLUMN[name],
    sources: [...header.info.keys()]
      .map((key) => ({ key, rank: infoRank(key, header.info.keys()) }))
      .filter(({ rank }) => rank >= 0)
      .map(({ key, rank }) => ({ rank, slot: want(key), column: -1 }))
      .sort(byRank),
  }));
  const transcripts: TranscriptPlan[] = [];
  for (const [key, layoutOf] of TRANSCRIPT_KEYS) {
    const layout = layoutOf(header.info.get(key)?.description ?? '');
    if (layout === undefined) continue;
    const reader = new TranscriptReader(layout);
    want(key, reader);
    transcripts.push(planTranscripts(reader, numbers));
  }
  const extras = extraKeys.map(({ name, flag }) => wantDeclared(name, flag));
  if (slotCount === 0 && transcripts.length === 0) return undefined;
  return { keys, slotCount, transcripts, numbers, clinvar, splice, extras };
}

function planTranscripts(reader: TranscriptReader, infoNumbers: readonly NumberPlan[]): TranscriptPlan {
  const { names } = reader.layout;
  const ending = (key: string): number => names.findIndex((name) => name === key || name.endsWith(`_${key}`));
  return {
    reader,
    numbers: infoNumbers.map((plan, i) => {
      const own = names
        .map((name, column) => ({ rank: NUMBERS[i]?.csqRank(name) ?? -1, slot: -1, column }))
        .filter(({ rank }) => rank >= 0);
      return { target: plan.target, sources: [...plan.sources, ...own].sort(byRank) };
    }),
    clinvar: { significance: ending('CLNSIG'), review: ending('CLNREVSTAT'), condition: ending('CLNDN') },
  };
}

function byRank(a: NumberSource, b: NumberSource): number {
  return a.rank - b.rank;
}
