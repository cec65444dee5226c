import type { Problem } from '../../core/problem.ts';
import { bufferOf, type VariantBlock } from '../../core/variant-block.ts';
import type { Header } from '../../vcf/header/model.ts';
import { CompoundSearch, type Settled } from '../family/compound-search.ts';
import { FamilyReader } from '../family/family-reader.ts';
import type { Pedigree } from '../family/pedigree.ts';
import { sideOf, verdictOf } from './clinvar.ts';
import type { RuleContext } from './context.ts';
import type { Effect, VariantEvidence } from './evidence.ts';
import { ownClinvar } from './report.ts';

/** What changes a protein or its making: only such variants are compared as compound heterozygotes. */
const CHANGING: ReadonlySet<Effect> = new Set<Effect>([
  'transcriptAblation',
  'spliceSite',
  'stopGained',
  'frameshift',
  'stopLost',
  'startLost',
  'inframe',
  'missense',
]);

type Rules = Pick<RuleContext, 'profile' | 'clinvar'>;

/**
 * Adds to the evidence of a file's variants what the families of a pedigree say of them. A variant comes out when its genes have
 * ended, in the order in which it came in.
 */
export class FamilyStream {
  readonly #reader: FamilyReader;
  readonly #search = new CompoundSearch<VariantEvidence>();
  readonly #rules: Rules;

  constructor(header: Pick<Header, 'samples' | 'contigs' | 'lines'>, pedigree: Pedigree, rules: Rules) {
    this.#rules = rules;
    this.#reader = new FamilyReader(header, pedigree, rules.profile.family);
  }

  /** Families without an affected member in the file, as problems. */
  get problems(): readonly Problem[] {
    return this.#reader.problems;
  }

  /** Families that are looked at. */
  get families(): number {
    return this.#reader.families.length;
  }

  /** Partners may have been missed: the file is not sorted, or too many variants waited for the end of a gene. */
  get interrupted(): boolean {
    return this.#search.interrupted;
  }

  /** `evidence`: one a row of the block, as `EvidenceReader` gives it. Rows without ALT are left out. */
  add(block: VariantBlock, evidence: readonly VariantEvidence[]): readonly VariantEvidence[] {
    if (this.families === 0) return evidence.filter(({ alt }) => alt !== '.');
    const bytes = bufferOf(block);
    return evidence.flatMap((variant, row) => {
      if (variant.alt === '.') return [];
      const { chrom, pos } = variant;
      const { calls, families } = this.#reader.read(block, row, chrom, pos, bytes);
      const genes = families.length === 0 ? [] : compoundGenes(variant, this.#rules);
      return this.#search.add({ variant, chrom, pos, genes, calls, families }).map(withFamilies);
    });
  }

  finish(): readonly VariantEvidence[] {
    return this.#search.finish().map(withFamilies);
  }
}

function withFamilies({ variant, findings }: Settled<VariantEvidence>): VariantEvidence {
  return { ...variant, families: findings };
}

/** Genes in which a variant may be one of two recessive ones: rare enough, and of a consequence, or known as pathogenic. */
function compoundGenes(variant: VariantEvidence, { profile, clinvar }: Rules): readonly string[] {
  const { transcript, populations, spliceai } = variant;
  if (transcript?.gene === undefined) return [];
  const isCommon = populations.some(({ frequency }) => frequency > profile.family.maxRecessiveFrequency);
  const known = ownClinvar(variant, clinvar);
  const isPathogenic = known !== undefined && sideOf({ verdict: verdictOf(known.significance) }) === 'pathogenic';
  const changes =
    CHANGING.has(transcript.effect) || transcript.nearSplice || (spliceai ?? 0) >= profile.spliceai.pathogenic;
  if (!isPathogenic && (isCommon || !changes)) return [];
  const others = transcript.others.flatMap(({ gene }) => gene ?? []);
  return [...new Set([transcript.gene, ...others])];
}
