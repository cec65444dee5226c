import { bareChromosome } from '../../core/chromosome.ts';
import type { VariantEvidence } from './evidence.ts';

/**
 * The nine variants that BA1 does not hold for: ClinGen Sequence Variant Interpretation Working Group, BA1 exception list, 30 July
 * 2018, in Ghosh et al. 2018 (Hum Mutat 39:1525, doi:10.1002/humu.23642). Behind each: gene, HGVS, ClinVar variation; then the
 * position in GRCh37 and in GRCh38. A key of either assembly counts: the other one's would have to be another common variant.
 */
const EXCEPTIONS: readonly string[] = [
  '3:128598490:C:CTAAG', // ACAD9 NM_014049.4:c.-44_-41dupTAAG, 1018
  '3:128879647:C:CTAAG',
  '13:20763612:C:T', // GJB2 NM_004004.5:c.109G>A, 17023
  '13:20189473:C:T',
  '6:26091179:C:G', // HFE NM_000410.3:c.187C>G, 10
  '6:26090951:C:G',
  '6:26093141:G:A', // HFE NM_000410.3:c.845G>A, 9
  '6:26092913:G:A',
  '16:3299586:G:A', // MEFV NM_000243.2:c.1105C>T, 2551
  '16:3249586:G:A',
  '16:3299468:C:T', // MEFV NM_000243.2:c.1223G>A, 2552
  '16:3249468:C:T',
  '13:73409497:G:A', // PIBF1 NM_006346.2:c.1214G>A, 217689
  '13:72835359:G:A',
  '12:121175678:C:T', // ACADS NM_000017.3:c.511C>T, 3830
  '12:120737875:C:T',
  '3:15686693:G:C', // BTD NM_000060.4:c.1330G>C, 1900
  '3:15645186:G:C',
];

const KEYS = new Set(EXCEPTIONS);

/** Whether ClinGen exempts the variant from BA1. */
export function hasBa1Exception({ chrom, pos, ref, alt }: VariantEvidence): boolean {
  return KEYS.has(`${bareChromosome(chrom)}:${pos}:${ref}:${alt}`);
}
