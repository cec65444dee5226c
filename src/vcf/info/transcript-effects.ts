import type { TranscriptEffect, TranscriptReading } from '../../core/transcript-effect.ts';
import { bufferOf } from '../../core/variant-block.ts';
import type { AnnotatedRow } from './annotated-row.ts';
import { createAnnotator } from './annotator.ts';
import { canonicalConsequence, impactOf, severityOf } from './consequences.ts';
import { decodePercent } from './percent.ts';
import type { AnnotatedHeader } from './plan.ts';
import { columnOf, type TranscriptReader } from './transcripts.ts';

/** Reads every transcript of the annotation that fills the typed columns (CSQ, ANN, EFF or BCSQ) which is about the row's ALT. */
export function createTranscriptReading(header: AnnotatedHeader): TranscriptReading {
  return (block) => {
    const effects = new Array<readonly TranscriptEffect[] | undefined>(block.count);
    const bytes = bufferOf(block);
    const visit = (row: AnnotatedRow): void => {
      if (row.reader !== undefined) effects[row.row] = effectsOf(row.reader, row.entry, bytes);
    };
    createAnnotator(header, { visit }).annotate(block);
    return effects;
  };
}

function effectsOf(reader: TranscriptReader, chosen: number, bytes: Buffer): readonly TranscriptEffect[] {
  const others = reader.likeChosen(chosen).filter((entry) => entry !== chosen);
  if (others.length > 1) others.sort((a, b) => reader.severityOf(a) - reader.severityOf(b) || a - b);
  return [chosen, ...others].map((entry) => effectOf(reader, entry, bytes));
}

function effectOf(reader: TranscriptReader, entry: number, bytes: Buffer): TranscriptEffect {
  const { columns, names, foreignTerms } = reader.layout;
  const text = (column: number): string | undefined =>
    reader.has(entry, column)
      ? bytes.toString('utf8', reader.start(entry, column), reader.end(entry, column))
      : undefined;
  const written = text(columns.consequence);
  const featureType = text(columns.featureType);
  return {
    gene: text(columns.symbol) ?? text(columns.geneId),
    // Regulatory features and motifs have a place in the same column.
    transcript: featureType === undefined || /^t/i.test(featureType) ? text(columns.transcript) : undefined,
    consequence: written === undefined || !foreignTerms ? written : canonicalConsequence(written) || undefined,
    impact: text(columns.impact) ?? impactOfEntry(reader, entry, bytes),
    aminoAcidChange: withoutReference(text(columns.hgvsP)) ?? text(columnOf(names, 'amino_acids', 'amino_acid_change')),
    codonChange: text(columnOf(names, 'codons', 'codon_change')) ?? withoutReference(text(columns.hgvsC)),
  };
}

function impactOfEntry(reader: TranscriptReader, entry: number, bytes: Buffer): string | undefined {
  const { consequence } = reader.layout.columns;
  if (!reader.has(entry, consequence)) return undefined;
  return impactOf(severityOf(bytes, reader.start(entry, consequence), reader.end(entry, consequence)));
}

/** HGVS without the reference before its colon. */
function withoutReference(hgvs: string | undefined): string | undefined {
  if (hgvs === undefined) return undefined;
  const change = hgvs.slice(hgvs.indexOf(':') + 1);
  return change.includes('%') ? decodePercent(change) : change;
}
