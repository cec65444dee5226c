/** What ClinVar's aggregate classification comes to. `established` words only: low penetrance, risk alleles and drug response are `other`. */
export type ClinvarVerdict =
  | 'pathogenic'
  | 'likelyPathogenic'
  | 'uncertain'
  | 'likelyBenign'
  | 'benign'
  | 'conflicting'
  | 'other';

/** What a variant of ClinVar does, by its molecular consequence. */
export type ClinvarEffect = 'missense' | 'truncating' | 'other';

export interface ClinvarRecord {
  /** Variation id: ClinVar's VCF has it in the column ID. */
  readonly id: string;
  readonly pos: number;
  readonly ref: string;
  readonly alt: string;
  readonly genes: readonly string[];
  /** As written. */
  readonly significance: string;
  readonly verdict: ClinvarVerdict;
  /** 0 to 4. */
  readonly stars: number;
  readonly effect: ClinvarEffect;
}

/** How many variants of one gene ClinVar knows as (likely) pathogenic or (likely) benign, of enough stars. */
export interface GeneCounts {
  readonly pathogenicMissense: number;
  readonly pathogenicTruncating: number;
  readonly benignMissense: number;
}

/** A loaded ClinVar. Chromosomes with or without `chr`. The same assembly as the file's: positions are compared. */
export interface ClinvarIndex {
  /** Such as `2026-02-26`: the date in its header, or `unknown`. */
  readonly release: string;
  readonly assembly: string | undefined;
  readonly size: number;
  /** Names without `chr`. */
  readonly chromosomes: readonly string[];
  /** The record of exactly this variant. */
  find(chrom: string, pos: number, ref: string, alt: string): ClinvarRecord | undefined;
  /** Records whose POS is `from` to `to`, both inclusive, by position. */
  between(chrom: string, from: number, to: number): readonly ClinvarRecord[];
  gene(symbol: string, minStars: number): GeneCounts;
}

/** The side that a verdict is on; undefined for what is on neither. */
export function sideOf({ verdict }: Pick<ClinvarRecord, 'verdict'>): 'pathogenic' | 'benign' | undefined {
  if (verdict === 'pathogenic' || verdict === 'likelyPathogenic') return 'pathogenic';
  return verdict === 'benign' || verdict === 'likelyBenign' ? 'benign' : undefined;
}

const WORDS: Readonly<Record<string, ClinvarVerdict>> = {
  pathogenic: 'pathogenic',
  likely_pathogenic: 'likelyPathogenic',
  uncertain_significance: 'uncertain',
  likely_benign: 'likelyBenign',
  benign: 'benign',
};

/**
 * CLNSIG as one verdict. `Pathogenic/Likely_pathogenic` is pathogenic and `Benign/Likely_benign` benign, as ClinVar counts them;
 * what stands behind `|` (`|risk_factor`, `|drug_response`) is of another kind and not looked at.
 */
export function verdictOf(significance: string): ClinvarVerdict {
  const [germline = ''] = significance.toLowerCase().split('|');
  if (germline.startsWith('conflicting')) return 'conflicting';
  const verdicts = germline.split('/').map((word) => WORDS[word] ?? 'other');
  const [first = 'other'] = verdicts;
  if (verdicts.length === 1) return first;
  const both = new Set(verdicts);
  if (both.size === 2 && both.has('pathogenic') && both.has('likelyPathogenic')) return 'pathogenic';
  if (both.size === 2 && both.has('benign') && both.has('likelyBenign')) return 'benign';
  return both.size === 1 ? first : 'other';
}
