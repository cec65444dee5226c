import { CLINICAL_VARIANTS } from './clinical-variants.ts';
import { type SyntheticGene, syntheticGenes } from './genes.ts';
import { CONTIGS } from './genome.ts';
import type { SeededRandom } from './random.ts';
import type { Genotype, Site, TrioGenotypes } from './site.ts';
import { consequenceFor, geneCsq, intergenicCsq, type SyntheticConsequence } from './synthetic-csq.ts';

/** No synthetic variant comes nearer than this to a clinical one: what a region of a real gene shows is facts only. */
const CLEARANCE = 100_000;

const TRANSITIONS: Readonly<Record<string, string>> = { A: 'G', G: 'A', C: 'T', T: 'C' };
const BASES = ['A', 'C', 'G', 'T'];

/** Synthetic records, unsorted. `count` places; of them a few are de novo, multi-allelic or filtered. */
export function backgroundSites(random: SeededRandom, count: number): readonly Site[] {
  const genes = syntheticGenes(random);
  const taken = new Set<string>();
  const sites: Site[] = [];
  while (sites.length < count) {
    const gene = random.chance(0.9) ? random.pick(genes) : undefined;
    const place = gene === undefined ? anywhere(random) : inGene(random, gene);
    const key = `${place.chrom}:${Math.floor(place.pos / 100)}`;
    if (taken.has(key) || isNearClinical(place)) continue;
    taken.add(key);
    sites.push(siteAt(random, place, gene));
  }
  return sites;
}

interface Place {
  readonly chrom: string;
  readonly pos: number;
}

function anywhere(random: SeededRandom): Place {
  const [chrom, length] = random.weighted(CONTIGS.map((contig) => [contig, contig[1]]));
  return { chrom, pos: random.between(3_000_000, length - 3_000_000) };
}

function inGene(random: SeededRandom, gene: SyntheticGene): Place {
  return { chrom: gene.chrom, pos: random.between(gene.start, gene.end) };
}

function isNearClinical({ chrom, pos }: Place): boolean {
  return CLINICAL_VARIANTS.some((known) => `chr${known.chrom}` === chrom && Math.abs(known.pos - pos) < CLEARANCE);
}

function siteAt(random: SeededRandom, place: Place, gene: SyntheticGene | undefined): Site {
  const { ref, alts } = alleles(random);
  const deNovo = random.chance(0.001);
  const filtered = random.chance(0.04);
  const worst = gene === undefined ? undefined : consequenceFor(random, ref, alts[0] ?? '');
  const frequency = deNovo ? 0 : alleleFrequency(random, worst);
  const genotypes = deNovo ? deNovoGenotypes() : inherited(random, place.chrom, alts.length, frequency);
  const rs = frequency > 0.0005 || random.chance(0.3);
  const id = rs ? `synrs${random.between(1_000_000, 9_999_999)}` : '.';
  const seen = frequency === 0 || random.chance(0.05) ? '' : frequency.toPrecision(4);
  const csq =
    gene === undefined || worst === undefined
      ? intergenicCsq(ref, alts, seen)
      : geneCsq(random, { gene, worst, ref, alts, pos: place.pos, id, frequency: seen });
  return {
    ...place,
    id,
    ref,
    alts,
    filter: filtered ? random.pick(['LowQual', 'VQSRTrancheSNP99.90to100.00']) : 'PASS',
    genotypes,
    depth: filtered ? 16 : 34,
    info: ['SYNTHETIC', `CSQ=${csq}`],
  };
}

/** Transitions twice as often as transversions, one allele in ten an insertion or deletion, few places with two ALTs. */
function alleles(random: SeededRandom): { readonly ref: string; readonly alts: readonly string[] } {
  const base = random.pick(BASES);
  const kind = random.weighted<'snv' | 'deletion' | 'insertion'>([
    ['snv', 88],
    ['deletion', 7],
    ['insertion', 5],
  ]);
  const tail = Array.from(
    {
      length: random.weighted([
        [1, 6],
        [2, 2],
        [3, 3],
        [4, 1],
        [6, 1],
        [9, 1],
      ]),
    },
    () => random.pick(BASES),
  ).join('');
  const others = BASES.filter((other) => other !== base && other !== TRANSITIONS[base]);
  const snv = random.chance(0.68) ? (TRANSITIONS[base] ?? 'A') : random.pick(others);
  const two = random.chance(0.015);
  if (kind === 'deletion') return { ref: base + tail, alts: two ? [base, base + tail + tail] : [base] };
  if (kind === 'insertion') return { ref: base, alts: two ? [base + tail, base + tail + base] : [base + tail] };
  return { ref: base, alts: two ? [snv, others.find((other) => other !== snv) ?? 'N'] : [snv] };
}

/** Most variants a person carries are common; those that break a gene are rare. */
function alleleFrequency(random: SeededRandom, worst: SyntheticConsequence | undefined): number {
  if (worst?.impact === 'HIGH') return random.chance(0.8) ? 10 ** -(3 + 2 * random.next()) : 0.01 + 0.1 * random.next();
  const rare = worst?.impact === 'MODERATE' ? 0.3 : 0.12;
  if (random.chance(rare)) return 10 ** -(2 + 3 * random.next());
  return 0.05 + 0.9 * random.next();
}

function deNovoGenotypes(): TrioGenotypes {
  return { child: [0, 1], mother: [0, 0], father: [0, 0] };
}

/** Parents drawn until one of them carries something, the child from them. On X the father has one copy, the daughter two. */
function inherited(random: SeededRandom, chrom: string, altCount: number, frequency: number): TrioGenotypes {
  const draw = (): number => (random.chance(Math.max(frequency, 0.02)) ? random.between(1, altCount) : 0);
  for (;;) {
    const mother: Genotype = [draw(), draw()];
    const father: Genotype = chrom === 'chrX' ? [draw()] : [draw(), draw()];
    const child: Genotype = [random.pick(mother), random.pick(father)].toSorted((a, b) => a - b);
    const all = [...mother, ...father];
    if (Array.from({ length: altCount }, (_, i) => i + 1).every((alt) => all.includes(alt)))
      return { child, mother, father };
  }
}
