import { backgroundSites } from './background.ts';
import { clinicalSites } from './clinical-sites.ts';
import { CONTIGS } from './genome.ts';
import { headerLines } from './header.ts';
import { SeededRandom } from './random.ts';
import { call } from './reads.ts';
import type { Site } from './site.ts';

const SEED = 20240601;
const BACKGROUND_SITES = 5_000;

export interface Sample {
  readonly header: readonly string[];
  /** Data lines, sorted. */
  readonly records: readonly string[];
}

/** The bundled trio: the clinical variants in a synthetic background. The same seed gives the same lines. */
export function makeSample(seed: number = SEED): Sample {
  const random = new SeededRandom(seed);
  const order = new Map(CONTIGS.map(([name], place) => [name, place]));
  const sites = [...clinicalSites(), ...backgroundSites(random, BACKGROUND_SITES)].sort(
    (a, b) =>
      (order.get(a.chrom) ?? 0) - (order.get(b.chrom) ?? 0) ||
      a.pos - b.pos ||
      (a.alts[0] ?? '').localeCompare(b.alts[0] ?? '', 'en'),
  );
  return { header: headerLines(seed), records: sites.map((site) => recordOf(random, site)) };
}

function recordOf(random: SeededRandom, site: Site): string {
  const people = [site.genotypes.child, site.genotypes.mother, site.genotypes.father];
  const calls = people.map((genotype) => call(random, genotype, site.alts.length + 1, site.depth));
  const alleles = people.flat();
  const counts = site.alts.map((_, i) => alleles.filter((allele) => allele === i + 1).length);
  const carriers = calls.filter((_, i) => (people[i] ?? []).some((allele) => allele > 0));
  const quality = carriers.reduce((sum, { referencePhred }) => sum + referencePhred, 0);
  const carrierDepth = carriers.reduce((sum, { depth }) => sum + depth, 0);
  const info = [
    `AC=${counts.join(',')}`,
    `AF=${counts.map((count) => Number((count / alleles.length).toFixed(3))).join(',')}`,
    `AN=${alleles.length}`,
    `DP=${calls.reduce((sum, { depth }) => sum + depth, 0)}`,
    ...(carriers.length > 0 ? [`QD=${(quality / carrierDepth).toFixed(2)}`] : []),
    ...site.info,
  ];
  return [
    ...[site.chrom, site.pos, site.id, site.ref, site.alts.join(',')],
    ...[carriers.length > 0 ? quality : '.', site.filter, info.join(';'), 'GT:AD:DP:GQ:PL'],
    ...calls.map(({ column }) => column),
  ].join('\t');
}
