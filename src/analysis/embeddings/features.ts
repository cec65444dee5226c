/** What the feature vector is made of, for one variant. Null: the file says nothing about it. */
export interface VariantFacts {
  /** Sequence Ontology terms joined by `&`, the worst first or only. */
  readonly consequence: string | null;
  readonly impact: string | null;
  /** Of the population, 0 to 1. */
  readonly af: number | null;
  /** Phred-scaled. */
  readonly cadd: number | null;
  readonly revel: number | null;
  /** Largest delta score. */
  readonly spliceai: number | null;
  /** 0 (free to change) to 1 (conserved): see conservation.ts. */
  readonly conservation: number | null;
  /** CLNSIG as written. */
  readonly clinsig: string | null;
  readonly gene: string | null;
  readonly type: VariantType;
}

export const VARIANT_TYPES = [
  'transition',
  'transversion',
  'mnv',
  'insertion',
  'deletion',
  'breakend',
  'other',
] as const;

export type VariantType = (typeof VARIANT_TYPES)[number];

export interface Feature {
  readonly name: keyof VariantFacts;
  /** Its part of the similarity of two variants that agree in it. All together are 1. */
  readonly weight: number;
  /** Meaning of each of its dimensions, in their order. */
  readonly dimensions: readonly string[];
}

/** Consequences that mean much the same for the protein: half of their agreement. */
export const CONSEQUENCE_CLASSES = [
  'loss of function',
  'altered protein',
  'splicing',
  'silent or untranslated',
  'not coding',
] as const;

/** Terms with a dimension of their own, and the class that each is of; every other term shares `other term`. */
export const CONSEQUENCE_TERMS: readonly (readonly [term: string, of: (typeof CONSEQUENCE_CLASSES)[number]])[] = [
  ['stop_gained', 'loss of function'],
  ['frameshift_variant', 'loss of function'],
  ['splice_acceptor_variant', 'loss of function'],
  ['splice_donor_variant', 'loss of function'],
  ['start_lost', 'loss of function'],
  ['missense_variant', 'altered protein'],
  ['inframe_deletion', 'altered protein'],
  ['inframe_insertion', 'altered protein'],
  ['splice_region_variant', 'splicing'],
  ['synonymous_variant', 'silent or untranslated'],
  ['intron_variant', 'not coding'],
  ['intergenic_variant', 'not coding'],
];

/** Classes of terms without a dimension of their own; what is not here is `not coding`. */
export const OTHER_TERMS: Readonly<Record<string, (typeof CONSEQUENCE_CLASSES)[number]>> = {
  transcript_ablation: 'loss of function',
  exon_loss_variant: 'loss of function',
  stop_lost: 'altered protein',
  protein_altering_variant: 'altered protein',
  conservative_inframe_insertion: 'altered protein',
  disruptive_inframe_insertion: 'altered protein',
  conservative_inframe_deletion: 'altered protein',
  disruptive_inframe_deletion: 'altered protein',
  coding_sequence_variant: 'altered protein',
  splice_donor_5th_base_variant: 'splicing',
  splice_donor_region_variant: 'splicing',
  splice_polypyrimidine_tract_variant: 'splicing',
  start_retained_variant: 'silent or untranslated',
  stop_retained_variant: 'silent or untranslated',
  '5_prime_UTR_variant': 'silent or untranslated',
  '3_prime_UTR_variant': 'silent or untranslated',
};

/** A number as a place on a quarter of a circle, so that two agree the better the nearer they are; or that there is none. */
function scale(what: string): readonly string[] {
  return [`${what}: low end`, `${what}: high end`, `no ${what}`];
}

/** Places that the name of a gene is spread over. */
export const GENE_PLACES = 16;

/** Every dimension, once: docs/similarity.md has the same table. */
export const FEATURES: readonly Feature[] = [
  {
    name: 'consequence',
    weight: 0.22,
    dimensions: [
      ...CONSEQUENCE_CLASSES.map((name) => `class: ${name}`),
      ...CONSEQUENCE_TERMS.map(([term]) => `term: ${term}`),
      'other term',
      'no consequence',
    ],
  },
  { name: 'impact', weight: 0.08, dimensions: scale('impact') },
  { name: 'af', weight: 0.12, dimensions: scale('frequency') },
  { name: 'cadd', weight: 0.1, dimensions: scale('CADD') },
  { name: 'revel', weight: 0.08, dimensions: scale('REVEL') },
  { name: 'spliceai', weight: 0.06, dimensions: scale('SpliceAI') },
  { name: 'conservation', weight: 0.06, dimensions: scale('conservation') },
  { name: 'clinsig', weight: 0.1, dimensions: scale('clinical significance') },
  {
    name: 'gene',
    weight: 0.12,
    dimensions: [...Array.from({ length: GENE_PLACES }, (_, place) => `gene: place ${place + 1}`), 'no gene'],
  },
  { name: 'type', weight: 0.06, dimensions: VARIANT_TYPES.map((type) => `type: ${type}`) },
];

/** Numbers in a feature vector. */
export const FEATURE_DIMENSIONS = FEATURES.reduce((sum, { dimensions }) => sum + dimensions.length, 0);
