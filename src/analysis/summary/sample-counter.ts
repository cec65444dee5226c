import { ALLELE, type Alleles } from './alleles.ts';
import { GENOTYPE, type Genotypes } from './genotypes.ts';
import type { SampleCounts } from './summary.ts';
import { isTransition, NO_SUBSTITUTION, ratio, substitutionOf } from './tally.ts';

/** Numbers that are counted for each sample. */
const FIELDS = [
  'homRef',
  'homAlt',
  'het',
  'transitions',
  'transversions',
  'indels',
  'singletons',
  'haploidRef',
  'haploidAlt',
  'missing',
  'depth',
  'depths',
] as const;

type Field = (typeof FIELDS)[number];

/** Counts the genotypes of each sample. */
export class SampleCounter {
  readonly #names: readonly string[];
  readonly #counts: Readonly<Record<Field, Float64Array>>;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#counts = Object.fromEntries(FIELDS.map((field) => [field, new Float64Array(names.length)])) as Record<
      Field,
      Float64Array
    >;
  }

  /** Of a record whose ALTs are `alleles`. */
  add(alleles: Alleles, genotypes: Genotypes): void {
    if (genotypes.hasDepths) this.#addDepths(genotypes.depths);
    if (!genotypes.hasGenotypes) return;
    const { homRef, haploidRef, haploidAlt, missing, singletons } = this.#counts;
    const { kinds } = genotypes;
    let carriers = 0;
    let carrier = 0;
    for (let sample = 0; sample < kinds.length; sample++) {
      const kind = kinds[sample];
      if (kind === GENOTYPE.homRef) homRef[sample]!++;
      else if (kind === GENOTYPE.missing) missing[sample]!++;
      else if (kind === GENOTYPE.haploidRef) haploidRef[sample]!++;
      else if (kind === GENOTYPE.haploidAlt) haploidAlt[sample]!++;
      else {
        carriers++;
        carrier = sample;
        this.#addCarrier(alleles, genotypes, sample);
      }
    }
    if (carriers === 1) singletons[carrier]!++;
  }

  #addDepths(depths: Int32Array): void {
    for (let sample = 0; sample < this.#names.length; sample++) {
      if (depths[sample]! < 0) continue;
      this.#counts.depth[sample]! += depths[sample]!;
      this.#counts.depths[sample]!++;
    }
  }

  /** A genotype with an ALT, not haploid: het or hom when it has a SNP, or nothing but what is no variant, as `<NON_REF>`. */
  #addCarrier(alleles: Alleles, genotypes: Genotypes, sample: number): void {
    const first = genotypes.first[sample]! - 1;
    const second = genotypes.second[sample]! - 1;
    const types = alleles.types[first]! | (second < 0 ? 0 : alleles.types[second]!);
    if ((types & ALLELE.snp) !== 0 || types === ALLELE.reference) {
      if (genotypes.kinds[sample] === GENOTYPE.homAlt) this.#counts.homAlt[sample]!++;
      else this.#counts.het[sample]!++;
    }
    if ((types & ALLELE.indel) !== 0) this.#counts.indels[sample]!++;
    const substitution = substitutionOf(alleles, first);
    if (substitution === NO_SUBSTITUTION) return;
    if (isTransition(substitution)) this.#counts.transitions[sample]!++;
    else this.#counts.transversions[sample]!++;
  }

  finish(): SampleCounts[] {
    return this.#names.map((sample, index) => {
      const of = (field: Field): number => this.#counts[field][index]!;
      return {
        sample,
        homRef: of('homRef'),
        homAlt: of('homAlt'),
        het: of('het'),
        hetHom: ratio(of('het'), of('homAlt')),
        transitions: of('transitions'),
        transversions: of('transversions'),
        tsTv: ratio(of('transitions'), of('transversions')),
        indels: of('indels'),
        meanDepth: ratio(of('depth'), of('depths')),
        singletons: of('singletons'),
        haploidRef: of('haploidRef'),
        haploidAlt: of('haploidAlt'),
        missing: of('missing'),
      };
    });
  }
}
