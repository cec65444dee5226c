import type { TranscriptEffect, TranscriptReading } from '../../core/transcript-effect.ts';
import { textsOf } from '../../core/variant-block.ts';
import type { AnnotatedRow } from './annotated-row.ts';
import { createAnnotator } from './annotator.ts';
import { canonicalConsequence, impactOf } from './consequences.ts';
import { decodePercent } from './percent.ts';
import type { AnnotatedHeader } from './plan.ts';
import { columnOf, type TranscriptLayout, type TranscriptReader } from './transcripts.ts';

type Texts = ReturnType<typeof textsOf>;

/** Reads every transcript of the annotation that fills the typed columns (CSQ, ANN, EFF or BCSQ) which is about the row's ALT. */
export function createTranscriptReading(header: AnnotatedHeader): TranscriptReading {
  let texts: Texts;
  let effects: (readonly TranscriptEffect[] | undefined)[];
  const visit = ({ reader, entry, row }: AnnotatedRow): void => {
    if (reader !== undefined) effects[row] = effectsOf(reader, entry, texts);
  };
  const annotator = createAnnotator(header, { visit });
  return (block) => {
    texts = textsOf(block);
    effects = new Array(block.count);
    annotator.annotate(block);
    return effects;
  };
}

function effectsOf(reader: TranscriptReader, chosen: number, texts: Texts): readonly TranscriptEffect[] {
  const others = reader.likeChosen(chosen).filter((entry) => entry !== chosen);
  if (others.length > 1) others.sort((a, b) => reader.severityOf(a) - reader.severityOf(b) || a - b);
  return [chosen, ...others].map((entry) => effectOf(reader, entry, texts));
}

function effectOf(reader: TranscriptReader, entry: number, texts: Texts): TranscriptEffect {
  const { columns, foreignTerms } = reader.layout;
  const { aminoAcids, codons } = changesOf(reader.layout);
  const text = (column: number): string | undefined =>
    reader.has(entry, column) ? texts(reader.start(entry, column), reader.end(entry, column)) : undefined;
  const written = text(columns.consequence);
  const featureType = text(columns.featureType);
  return {
    gene: text(columns.symbol) ?? text(columns.geneId),
    // Regulatory features and motifs have a place in the same column.
    transcript: featureType === undefined || /^t/i.test(featureType) ? text(columns.transcript) : undefined,
    consequence: written === undefined || !foreignTerms ? written : canonicalConsequence(written) || undefined,
    impact: text(columns.impact) ?? (written === undefined ? undefined : impactOf(reader.severityOf(entry))),
    aminoAcidChange: withoutReference(text(columns.hgvsP)) ?? text(aminoAcids),
    codonChange: text(codons) ?? withoutReference(text(columns.hgvsC)),
  };
}

interface ChangeColumns {
  readonly aminoAcids: number;
  readonly codons: number;
}

const changeColumns = new WeakMap<TranscriptLayout, ChangeColumns>();

/** Looked for once: it is asked for every transcript of every row. */
function changesOf(layout: TranscriptLayout): ChangeColumns {
  const known = changeColumns.get(layout);
  if (known !== undefined) return known;
  const found = {
    aminoAcids: columnOf(layout.names, 'amino_acids', 'amino_acid_change'),
    codons: columnOf(layout.names, 'codons', 'codon_change'),
  };
  changeColumns.set(layout, found);
  return found;
}

/** HGVS without the reference before its colon. */
function withoutReference(hgvs: string | undefined): string | undefined {
  if (hgvs === undefined) return undefined;
  const change = hgvs.slice(hgvs.indexOf(':') + 1);
  return change.includes('%') ? decodePercent(change) : change;
}
