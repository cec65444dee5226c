import type { ClinvarEntry } from '../../../src/analysis/acmg/clinvar-memory.ts';
import { MemoryClinvar } from '../../../src/analysis/acmg/clinvar-memory.ts';
import type { RuleContext } from '../../../src/analysis/acmg/context.ts';
import type { Criterion, Strength } from '../../../src/analysis/acmg/criteria.ts';
import { factsOfConsequence } from '../../../src/analysis/acmg/effect.ts';
import {
  type AnnotationSources,
  type Population,
  SOURCES,
  type TranscriptEvidence,
  type VariantEvidence,
} from '../../../src/analysis/acmg/evidence.ts';
import { DEFAULT_PROFILE, type Profile } from '../../../src/analysis/acmg/profile.ts';

/** What a case expects of a criterion: the strength at which it is met, not met (`no`), or not assessable (`?`). */
export type Expected = Strength | 'no' | '?';

/** One line of the table: worked out by hand from the source, not from the program. */
export interface Case {
  readonly what: string;
  /** Where the rule or the cut-off stands. */
  readonly source: string;
  readonly evidence: VariantEvidence;
  readonly context: RuleContext;
  readonly expected: Readonly<Partial<Record<Criterion, Expected>>>;
}

export interface Setting {
  readonly profile?: Partial<Profile>;
  readonly sources?: Partial<AnnotationSources>;
  /** Null: no list. */
  readonly genes?: readonly string[] | null;
  readonly clinvar?: readonly ClinvarEntry[];
}

/** A file in which every source of annotation has spoken, unless said otherwise. */
export function contextOf({ profile, sources, genes = ['GENE'], clinvar }: Setting = {}): RuleContext {
  const all = Object.fromEntries(SOURCES.map((source) => [source, 'annotated'])) as AnnotationSources;
  return {
    profile: { ...DEFAULT_PROFILE, ...profile },
    sources: { ...all, ...sources },
    lossOfFunctionGenes: genes === null ? undefined : new Set(genes),
    clinvar: clinvar && clinvarOf(clinvar),
  };
}

export function clinvarOf(entries: readonly ClinvarEntry[]): MemoryClinvar {
  const index = new MemoryClinvar({ release: '2026-02-26', assembly: 'GRCh38' });
  for (const entry of entries) index.add(entry);
  return index;
}

const TRANSCRIPT: TranscriptEvidence = {
  gene: 'GENE',
  name: 'NM_000001.1',
  rank: 'MANE Select',
  hgvsC: undefined,
  hgvsP: undefined,
  consequence: 'missense_variant',
  effect: 'missense',
  nearSplice: false,
  proteinCoding: true,
  inEveryTranscript: false,
  exon: undefined,
  intron: undefined,
  proteinPosition: undefined,
  proteinLength: undefined,
  codons: undefined,
  strand: undefined,
  loftee: undefined,
  lofteeFilter: undefined,
  escapesFiftyBases: undefined,
  escapesNmd: false,
  domains: [],
  others: [],
};

const VARIANT: VariantEvidence = {
  chrom: '2',
  pos: 1000,
  id: '.',
  ref: 'A',
  alt: 'G',
  scope: 'sequence',
  transcript: undefined,
  populations: [],
  revel: undefined,
  cadd: undefined,
  spliceai: undefined,
  repeat: undefined,
  clinvar: undefined,
};

/** A variant of which nothing is known but what is given. */
export function variant(given: Partial<VariantEvidence> = {}): VariantEvidence {
  return { ...VARIANT, ...given };
}

/** A variant with this consequence in a MANE Select transcript of GENE. */
export function variantWith(
  consequence: string,
  transcript: Partial<TranscriptEvidence> = {},
  given: Partial<VariantEvidence> = {},
): VariantEvidence {
  const { effect, nearSplice } = factsOfConsequence(consequence);
  return variant({ ...given, transcript: { ...TRANSCRIPT, consequence, effect, nearSplice, ...transcript } });
}

export const missense = (given: Partial<VariantEvidence> = {}): VariantEvidence =>
  variantWith('missense_variant', {}, given);

export function population(frequency: number, alleleNumber?: number, homozygotes?: number): Population {
  return { name: 'gnomADe_AF', frequency, alleleNumber, homozygotes };
}

/** A case; what follows `evidence` is what the file is like. */
export function worked(
  what: string,
  source: string,
  evidence: VariantEvidence,
  expected: Case['expected'],
  setting?: Setting,
): Case {
  return { what, source, evidence, expected, context: contextOf(setting) };
}
