/**
 * Where the column `af` comes from. Who writes `af<0.001` means the frequency in the population, not in the file's own few
 * samples, so: the first of these sources that has a number for the variant, and within one source the largest.
 *
 * 0 gnomAD over all people · 1 the file's own AF, if the file is itself a population call-set · 2 gnomAD's most affected
 * group (grpmax, popmax) · 3 ExAC · 4 1000 Genomes · 5 ESP
 */
const GNOMAD = /^gnomad[a-z]?v?[\d.]*(_(exomes?|genomes?|joint|wes|wgs|e|g|v?[\d.]+))*_?af(_(all|total))?$/;
const GROUP_MAX = /^(gnomad[\w.]*)?(af_?(grp|pop)max|(grp|pop)max_?af)(_joint)?$/;
const EXAC = /^(af_exac|exac_?af)$/;
const THOUSAND_GENOMES = /^(af_tgp|tgp_af|kgp_af|1000g(p3)?_?af)$/;
const ESP = /^(af_esp|esp6?5?0?0?_?af)$/;

/** A frequency split by ancestry, as population call-sets carry it: 1000 Genomes' `AFR_AF`, gnomAD's `AF_afr`. */
const BY_ANCESTRY = /^(afr|eas|eur|nfe)_af$|^af_(afr|eas|eur|nfe)$/i;

/** Rank of an INFO key as a source of `af`, lower first; -1 for a key that is none. `keys`: all INFO keys of the header. */
export function infoFrequencyRank(key: string, keys: Iterable<string>): number {
  const name = key.toLowerCase();
  if (name === 'af') return [...keys].some((other) => BY_ANCESTRY.test(other)) ? 1 : -1;
  return knownFrequencyRank(name);
}

/** Rank of a CSQ column as a source of `af`. VEP's own `AF` is 1000 Genomes, `MAX_AF` the largest of all its populations. */
export function csqFrequencyRank(column: string): number {
  const name = column.toLowerCase();
  if (name === 'af') return 4;
  if (name === 'max_af') return 2;
  return knownFrequencyRank(name);
}

function knownFrequencyRank(name: string): number {
  if (GROUP_MAX.test(name)) return 2;
  if (GNOMAD.test(name)) return 0;
  if (EXAC.test(name)) return 3;
  if (THOUSAND_GENOMES.test(name)) return 4;
  return ESP.test(name) ? 5 : -1;
}
