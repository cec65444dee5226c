import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Classified, judgeVariant, openClassification } from '../../../src/analysis/acmg/classify-file.ts';
import { type ClinvarVerdict, sideOf, verdictOf } from '../../../src/analysis/acmg/clinvar.ts';
import { factsOfConsequence } from '../../../src/analysis/acmg/effect.ts';
import { keyOf, SOURCES, type TranscriptEvidence, type VariantEvidence } from '../../../src/analysis/acmg/evidence.ts';
import { isNull } from '../../../src/analysis/acmg/loss-of-function.ts';
import { DEFAULT_PROFILE } from '../../../src/analysis/acmg/profile.ts';
import { crosses } from '../../../src/analysis/acmg/report.ts';
import { annotateFile } from '../../../src/analysis/annotate/annotate-file.ts';
import { CLASSES, type PathogenicityClass } from '../../../src/core/verdicts.ts';
import { canonicalConsequence, severityOf } from '../../../src/vcf/info/consequences.ts';
import { createNormaliser } from '../../../src/vcf/normalise/normaliser.ts';
import { openVcf } from '../../../src/vcf/open.ts';
import { linesOf } from '../../support/block.ts';
import { sharedVcf } from '../../support/shared.ts';

/** Fewer are single opinions. */
const LEAST_STARS = 2;

/** ClinVar's side of a variant, as a row of the table. */
export type Theirs = 'pathogenic' | 'uncertain' | 'benign' | 'conflicting' | 'other';

const THEIRS: Readonly<Record<ClinvarVerdict, Theirs>> = {
  pathogenic: 'pathogenic',
  likelyPathogenic: 'pathogenic',
  uncertain: 'uncertain',
  likelyBenign: 'benign',
  benign: 'benign',
  conflicting: 'conflicting',
  other: 'other',
};

/** Our class against ClinVar's side, with ClinVar-derived criteria off (no ClinVar is loaded), where it has two stars or more. */
export class Confusion {
  readonly counts = new Map<string, number>();
  /** Ours pathogenic and ClinVar's benign, or the other way. */
  readonly crossings: string[] = [];
  /** ClinVar's side could not be reached whatever annotation were added. */
  readonly outOfReach: string[] = [];
  variants = 0;

  add(one: Classified): void {
    const { clinvar, verdict, evidence } = one;
    if (clinvar === undefined || (clinvar.stars ?? 0) < LEAST_STARS) return;
    const theirs = THEIRS[verdictOf(clinvar.significance)];
    this.variants++;
    const cell = `${theirs} ${verdict.applies ? verdict.class : 'not classified'}`;
    this.counts.set(cell, (this.counts.get(cell) ?? 0) + 1);
    const text = `${keyOf(evidence)} ${evidence.transcript?.gene ?? ''} ${evidence.transcript?.consequence ?? ''}`;
    if (crosses(verdict, clinvar)) this.crossings.push(`${text}: ${verdict.class}, ClinVar ${clinvar.significance}`);
    const side = sideOf({ verdict: verdictOf(clinvar.significance) });
    const reachable =
      side === undefined ||
      (side === 'pathogenic'
        ? verdict.greatest.points >= 6
        : verdict.least.points < 0 || verdict.least.class === 'Benign');
    if (!reachable) this.outOfReach.push(text);
  }

  cell(theirs: Theirs, ours: PathogenicityClass): number {
    return this.counts.get(`${theirs} ${ours}`) ?? 0;
  }

  /** For people. */
  table(): string[] {
    const rows: Theirs[] = ['pathogenic', 'uncertain', 'benign', 'conflicting', 'other'];
    const line = (cells: readonly (string | number)[]): string =>
      cells.map((cell) => String(cell).padStart(24)).join('');
    return [
      line(['ClinVar, 2 stars or more', ...CLASSES]),
      ...rows.map((theirs) => line([theirs, ...CLASSES.map((ours) => this.cell(theirs, ours))])),
    ];
  }
}

const CONTEXT = { profile: DEFAULT_PROFILE, clinvar: undefined };

/** Of a file that carries consequences and ClinVar's own verdicts. */
export async function confusionOf(name: string, genes: readonly string[]): Promise<Confusion> {
  return await confusionIn(sharedVcf(`real/${name}`), genes);
}

/** Of an annotated file to which ClinVar's verdicts are added by variant key. */
export async function confusionOfJoined(name: string, clinvar: string, genes: readonly string[]): Promise<Confusion> {
  const folder = await mkdtemp(join(tmpdir(), 'va-confusion-'));
  const output = join(folder, 'joined.vcf');
  try {
    const annotations = [{ path: sharedVcf(`real/${clinvar}`) }];
    await annotateFile(sharedVcf(`real/${name}`), { annotations, overwrite: true, output, compression: 'none' });
    return await confusionIn(output, genes);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function confusionIn(path: string, genes: readonly string[]): Promise<Confusion> {
  const confusion = new Confusion();
  const options = { ...CONTEXT, lossOfFunctionGenes: new Set(genes) };
  await using classification = await openClassification(path, options);
  for await (const batch of classification.batches()) for (const one of batch) confusion.add(one);
  return confusion;
}

/** Of ClinVar's own VCF: its MC (molecular consequence) and GENEINFO stand in for a transcript annotation. */
export async function confusionByMolecularConsequence(name: string, genes: readonly string[]): Promise<Confusion> {
  const confusion = new Confusion();
  const absent = Object.fromEntries(SOURCES.map((source) => [source, 'absent']));
  const sources = { ...absent, transcripts: 'annotated' } as Parameters<typeof judgeVariant>[1]['sources'];
  const context = { ...CONTEXT, sources, lossOfFunctionGenes: new Set(genes) };
  await using reader = await openVcf(sharedVcf(`real/${name}`));
  const normaliser = createNormaliser(reader.header, { split: 'bcftools' });
  for await (const { block, lines } of reader.batches({ maxRecords: 5000 })) {
    for (const line of linesOf(normaliser.block(block, lines).block)) {
      const evidence = evidenceOf(line);
      if (evidence !== undefined) confusion.add(judgeVariant(evidence, context));
    }
  }
  return confusion;
}

const STARS: Readonly<Record<string, number>> = {
  practice_guideline: 4,
  reviewed_by_expert_panel: 3,
  'criteria_provided,_multiple_submitters,_no_conflicts': 2,
};

function evidenceOf(line: string): VariantEvidence | undefined {
  const [chrom = '', pos = '', id = '', ref = '', alt = '', , , info = ''] = line.split('\t');
  const value = (key: string): string | undefined => new RegExp(`(?:^|;)${key}=([^;]*)`).exec(info)?.[1];
  const significance = value('CLNSIG');
  if (alt === '.' || significance === undefined) return undefined;
  const scope = /^[ACGTN]+$/i.test(alt) ? 'sequence' : 'structural';
  return {
    ...{ chrom, pos: Number(pos), id, ref, alt, scope, populations: [] },
    ...{ revel: undefined, cadd: undefined, spliceai: undefined, repeat: undefined },
    transcript: transcriptOf(value('MC'), value('GENEINFO')),
    clinvar: { significance, stars: STARS[value('CLNREVSTAT') ?? ''] ?? 0 },
  };
}

/**
 * The most severe of the terms, of the first gene. Which term is of which transcript MC does not say; only where all are null is
 * every transcript known to be.
 */
function transcriptOf(mc: string | undefined, genes: string | undefined): TranscriptEvidence | undefined {
  const terms = (mc ?? '').split(',').map((term) => canonicalConsequence(term.slice(term.indexOf('|') + 1)));
  const severity = (term: string): number => severityOf(Buffer.from(term), 0, term.length);
  const [consequence = ''] = terms.toSorted((a, b) => severity(a) - severity(b));
  if (consequence === '') return undefined;
  const { effect, nearSplice } = factsOfConsequence(consequence);
  return {
    ...{ gene: genes?.split(/[:|]/, 1)[0], name: undefined, rank: 'unknown', hgvsC: undefined, hgvsP: undefined },
    ...{ consequence, effect, nearSplice, proteinCoding: undefined },
    inEveryTranscript: terms.every((term) => isNull(factsOfConsequence(term))),
    ...{ exon: undefined, intron: undefined, proteinPosition: undefined, proteinLength: undefined },
    ...{ codons: undefined, strand: undefined, loftee: undefined, lofteeFilter: undefined },
    ...{ escapesFiftyBases: undefined, escapesNmd: false, domains: [], others: [] },
  };
}
