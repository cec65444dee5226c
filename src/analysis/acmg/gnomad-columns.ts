/** What one key of INFO or one column of CSQ says of gnomAD. */
export interface GnomadColumn {
  /** Such as `gnomade`: exomes and genomes are populations apart. */
  readonly dataset: string;
  readonly statistic: 'frequency' | 'alleleNumber' | 'homozygotes';
  /** `` for everybody. */
  readonly group: string;
}

const PREFIX = /^(gnomad[a-z]?v?[\d.]*)_(.+)$/;
const DATASET = /^(exomes?|genomes?|joint|wes|wgs|e|g|v?\d[\d.]*)$/;

const STATISTICS: Readonly<Record<string, GnomadColumn['statistic']>> = {
  af: 'frequency',
  an: 'alleleNumber',
  nhomalt: 'homozygotes',
  nhom: 'homozygotes',
  hom: 'homozygotes',
};

/**
 * The continental groups that gnomAD computes its filtering frequency over, and its most affected one. Finns, Ashkenazim, Amish,
 * the Middle East and the remaining went through bottlenecks or are few: Ghosh et al. 2018 asks for general continental populations.
 */
const GROUPS: ReadonlySet<string> = new Set(['afr', 'amr', 'eas', 'nfe', 'sas', 'grpmax', 'popmax']);
const EVERYBODY: ReadonlySet<string> = new Set(['all', 'total']);

/** Reads names such as `gnomADe_AF_afr`, `gnomAD_AFR_AF`, `gnomad_exomes_v2.1_AN`; undefined for what is none of them, `raw` or of one sex. */
export function gnomadColumn(name: string): GnomadColumn | undefined {
  const [, prefix, rest] = PREFIX.exec(name.toLowerCase()) ?? [];
  return prefix === undefined || rest === undefined ? undefined : columnOfTokens(prefix, rest.split('_'));
}

/** The same for gnomAD's own files, whose keys have no prefix: `AF_afr`, `AN`, `nhomalt`. */
export function ownGnomadColumn(name: string): GnomadColumn | undefined {
  return columnOfTokens('gnomad', name.toLowerCase().split('_'));
}

/** gnomAD's own files count homozygotes and tell its groups apart; nobody else's keys are called so. */
export function isGnomadItself(keys: ReadonlyMap<string, unknown>): boolean {
  return keys.has('nhomalt') && keys.has('AF') && keys.has('AN') && (keys.has('AF_nfe') || keys.has('AF_afr'));
}

function columnOfTokens(prefix: string, tokens: readonly string[]): GnomadColumn | undefined {
  let dataset = prefix;
  let statistic: GnomadColumn['statistic'] | undefined;
  let group: string | undefined;
  for (const token of tokens) {
    const isStatistic = Object.hasOwn(STATISTICS, token);
    if (isStatistic && statistic === undefined) statistic = STATISTICS[token];
    else if (GROUPS.has(token) && group === undefined) group = token;
    else if (DATASET.test(token)) dataset += `_${token}`;
    else if (!EVERYBODY.has(token)) return undefined;
  }
  return statistic === undefined ? undefined : { dataset, statistic, group: group ?? '' };
}
