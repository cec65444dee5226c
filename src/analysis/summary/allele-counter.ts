import { ALLELE, type Alleles } from './alleles.ts';
import type { Genotypes } from './genotypes.ts';
import type { SiteInfo } from './site-info.ts';
import type { FrequencyCounts, IndelLength, QualityCounts, Substitutions, Summary, TsTv } from './summary.ts';
import { isTransition, NO_SUBSTITUTION, ratio, substitutionOf, Tally } from './tally.ts';

/** Longer indels count as this long. */
const MAX_INDEL = 60;
/** As many bins as samples, but not fewer. */
const LEAST_FREQUENCY_BINS = 100;
const MAX_INT = 2 ** 31 - 1;
/** Qualities are kept in five digits. */
const QUALITY_DIGITS = 1e5;
const BASES = 'ACGT';

/** Counts ALT alleles: substitutions and indel lengths, by quality and by frequency. */
export class AlleleCounter {
  /** By `substitutionOf`. */
  readonly #substitutions = new Float64Array(16);
  readonly #firstAlt = new Tally();
  readonly #lengths = new Float64Array(2 * MAX_INDEL + 1);
  readonly #singletons = new Tally();
  readonly #frequencies: readonly Tally[];
  readonly #unknownFrequency = new Tally();
  readonly #qualities = new Map<number, Tally>();

  constructor(samples: number) {
    this.#frequencies = Array.from({ length: Math.max(LEAST_FREQUENCY_BINS, samples) }, () => new Tally());
  }

  /** `quality`: NaN for none. */
  add(alleles: Alleles, info: SiteInfo, genotypes: Genotypes, quality: number): void {
    if ((alleles.union & (ALLELE.snp | ALLELE.indel)) === 0) return;
    const inInfo = info.altCounts === alleles.count && info.called >= 0;
    for (let alt = 0; alt < alleles.count; alt++) {
      const isIndel = alleles.types[alt] === ALLELE.indel;
      const substitution = substitutionOf(alleles, alt);
      if (!isIndel && substitution === NO_SUBSTITUTION) continue;
      const times = inInfo ? Math.max(0, info.counts[alt]!) : genotypes.alleleCounts[alt + 1]!;
      const called = inInfo ? info.called : genotypes.called;
      const tally = inInfo || genotypes.hasGenotypes ? this.#tallyOf(times, called) : this.#unknownFrequency;
      if (isIndel) {
        tally.indels++;
        const length = Math.max(-MAX_INDEL, Math.min(MAX_INDEL, alleles.lengthChanges[alt]!));
        this.#lengths[length + MAX_INDEL]!++;
      } else {
        tally.addSnp(substitution);
        this.#substitutions[substitution]!++;
        if (alt === 0) this.#firstAlt.addSnp(substitution);
      }
    }
    this.#addQuality(alleles, quality);
  }

  /** The tally of alleles that are `times` among `called`. */
  #tallyOf(times: number, called: number): Tally {
    if (times === 1) return this.#singletons;
    // In the precision of bcftools, or 7/99 would fall into another bin than there.
    const share = called > 0 ? Math.fround(times / called) : 0;
    const last = this.#frequencies.length - 1;
    return this.#frequencies[Math.min(Math.floor(Math.fround(share * last)), last)]!;
  }

  /** Once a record: by its first ALT, and whether it has an indel. */
  #addQuality(alleles: Alleles, quality: number): void {
    const first = substitutionOf(alleles, 0);
    const hasIndel = (alleles.union & ALLELE.indel) !== 0;
    if (first === NO_SUBSTITUTION && !hasIndel) return;
    const key = qualityKey(quality);
    let tally = this.#qualities.get(key);
    if (tally === undefined) {
      tally = new Tally();
      this.#qualities.set(key, tally);
    }
    if (first !== NO_SUBSTITUTION) tally.addSnp(first);
    if (hasIndel) tally.indels++;
  }

  finish(): Pick<
    Summary,
    'substitutions' | 'indelLengths' | 'qualities' | 'frequencies' | 'singletons' | 'unknownFrequency'
  > {
    return {
      substitutions: this.#finishSubstitutions(),
      indelLengths: this.#finishLengths(),
      qualities: this.#finishQualities(),
      frequencies: this.#finishFrequencies(),
      singletons: this.#singletons.finish(),
      unknownFrequency: this.#unknownFrequency.finish(),
    };
  }

  #finishSubstitutions(): Substitutions {
    const types = Array.from(this.#substitutions, (alleles, substitution) => ({
      type: `${BASES[substitution >> 2]}>${BASES[substitution & 3]}`,
      isTransition: isTransition(substitution),
      alleles,
    })).filter(({ type }) => type[0] !== type[2]);
    const sum = (wanted: boolean): number =>
      types.reduce((total, { isTransition, alleles }) => total + (isTransition === wanted ? alleles : 0), 0);
    return {
      ...tsTv(sum(true), sum(false)),
      firstAlt: tsTv(this.#firstAlt.transitions, this.#firstAlt.transversions),
      types,
    };
  }

  #finishLengths(): IndelLength[] {
    return Array.from(this.#lengths, (alleles, index) => ({ length: index - MAX_INDEL, alleles })).filter(
      ({ alleles }) => alleles > 0,
    );
  }

  #finishQualities(): QualityCounts[] {
    return Array.from(this.#qualities)
      .sort(([a], [b]) => a - b)
      .map(([key, tally]) => ({ quality: key === 0 ? null : (key - 1) / 10, ...tally.finish() }));
  }

  /** Singletons are the rarest alleles: part of the first bin. */
  #finishFrequencies(): FrequencyCounts[] {
    return this.#frequencies
      .map((tally, bin) => ({
        bin,
        from: Number((bin / (this.#frequencies.length - 1)).toPrecision(6)),
        ...(bin === 0 ? tally.plus(this.#singletons) : tally).finish(),
      }))
      .filter(({ snps, indels }) => snps > 0 || indels > 0);
  }
}

function tsTv(transitions: number, transversions: number): TsTv {
  return { transitions, transversions, ratio: ratio(transitions, transversions) };
}

/** Tenths of QUAL plus one, in five digits, so that no file has very many; 0 for none. */
function qualityKey(quality: number): number {
  if (Number.isNaN(quality)) return 0;
  const key = Math.max(0, Math.min(MAX_INT, Math.floor(Math.fround(Math.fround(quality) * 10)) + 1));
  if (key < QUALITY_DIGITS) return key;
  const unit = 10 ** Math.floor(Math.log10(key / QUALITY_DIGITS) + 1);
  return Math.floor(key / unit) * unit;
}
