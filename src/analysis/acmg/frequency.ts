import { hasBa1Exception } from './ba1-exceptions.ts';
import { lackOf, type RuleContext } from './context.ts';
import { POINTS, type Strength } from './criteria.ts';
import type { Population, VariantEvidence } from './evidence.ts';
import { met, notAssessable, notMet, type Outcome, type Range } from './outcome.ts';
import type { Profile } from './profile.ts';

/** BA1: above 5 % in some population of at least 2,000 observed alleles (Ghosh et al. 2018, Hum Mutat 39:1525). */
export function commonVariant(evidence: VariantEvidence, context: RuleContext): Outcome {
  return moreCommonThan(context.profile.ba1, BA1, evidence, context);
}

/** BS1: more common than the disease allows, by a cut-off that only who knows the disease can give. */
export function tooCommon(evidence: VariantEvidence, context: RuleContext): Outcome {
  const { bs1 } = context.profile;
  return bs1 === null ? BS1_NOT_CONFIGURED : moreCommonThan(bs1, BS1, evidence, context);
}

const STRONG = { least: -POINTS.strong };
const EXEMPT = "on ClinGen's list of exceptions to BA1 (July 2018)";
const BS1_NOT_CONFIGURED = notAssessable('BS1', 'not configured: the profile has no cut-off for the disease');

/** What BA1 and BS1 differ in. */
interface CommonRule {
  readonly criterion: 'BA1' | 'BS1';
  readonly strength: Strength;
  readonly missing: Range;
  readonly rare: Outcome;
  readonly exempt: Outcome;
}

const BA1: CommonRule = {
  criterion: 'BA1',
  strength: 'standAlone',
  missing: {},
  rare: notMet('BA1', 'not common in any population', ['gnomad']),
  exempt: notMet('BA1', EXEMPT, ['variant']),
};

const BS1: CommonRule = {
  criterion: 'BS1',
  strength: 'strong',
  missing: STRONG,
  rare: notMet('BS1', 'not above the cut-off in any population', ['gnomad']),
  exempt: notMet('BS1', EXEMPT, ['variant']),
};

function moreCommonThan(
  { alleleFrequency, minAlleleNumber }: NonNullable<Profile['bs1']>,
  { criterion, strength, missing, rare, exempt }: CommonRule,
  evidence: VariantEvidence,
  context: RuleContext,
): Outcome {
  if (context.sources.gnomad !== 'annotated') return notAssessable(criterion, lackOf('gnomad', context), missing);
  const found = mostCommon(evidence.populations, minAlleleNumber, alleleFrequency);
  if (found === undefined) return rare;
  if (hasBa1Exception(evidence)) return exempt;
  const { population, counts } = found;
  const ids = [population.name];
  if (counts) return met(criterion, strength, describe(population), ids);
  return population.alleleNumber === undefined
    ? notAssessable(criterion, `${describe(population)}, of an unknown number of alleles`, missing, ids)
    : notMet(criterion, `${describe(population)}, fewer than ${minAlleleNumber}`, ids);
}

/** BS2: seen homozygous in people of a population data set, for diseases in which that excludes it. */
export function healthyHomozygotes(evidence: VariantEvidence, context: RuleContext): Outcome {
  const cutOff = context.profile.bs2;
  if (cutOff === null) return BS2_NOT_CONFIGURED;
  if (context.sources.gnomad !== 'annotated') return notAssessable('BS2', lackOf('gnomad', context), STRONG);
  let most: Population | undefined;
  for (const population of evidence.populations) {
    const { homozygotes } = population;
    if (homozygotes !== undefined && homozygotes >= (most?.homozygotes ?? 0)) most = population;
  }
  if (most === undefined) {
    return evidence.populations.length === 0
      ? NO_HOMOZYGOTES
      : notAssessable('BS2', 'gnomAD without numbers of homozygotes', STRONG);
  }
  const reason = `${most.homozygotes} homozygotes in ${most.name}`;
  return most.homozygotes! >= cutOff.homozygotes
    ? met('BS2', 'strong', reason, [most.name])
    : notMet('BS2', reason, [most.name]);
}

const BS2_NOT_CONFIGURED = notAssessable('BS2', 'not configured: the profile has no number of homozygotes');
const NO_HOMOZYGOTES = notMet('BS2', 'not in gnomAD', ['gnomad']);

/** PM2, supporting (ClinGen SVI, PM2 recommendation 1.0, 2020): absent from gnomAD or as rare as the profile says. */
export function rareVariant({ populations }: VariantEvidence, context: RuleContext): Outcome {
  if (context.sources.gnomad !== 'annotated') {
    return notAssessable('PM2', lackOf('gnomad', context), { greatest: POINTS.supporting });
  }
  let most: Population | undefined;
  for (const population of populations) if (population.frequency > (most?.frequency ?? 0)) most = population;
  if (most === undefined) return ABSENT;
  return most.frequency <= context.profile.pm2.alleleFrequency
    ? met('PM2', 'supporting', describe(most), [most.name])
    : notMet('PM2', describe(most), [most.name]);
}

const ABSENT = met('PM2', 'supporting', 'not in gnomAD; whether gnomAD covers the place is not known', ['gnomad']);

interface Frequent {
  readonly population: Population;
  /** Of enough alleles. */
  readonly counts: boolean;
}

/** Of the populations above the frequency: one of enough alleles, else one of an unknown number, else the most common. */
function mostCommon(populations: readonly Population[], minAlleles: number, frequency: number): Frequent | undefined {
  let found: Frequent | undefined;
  for (const population of populations) {
    if (!(population.frequency > frequency)) continue;
    const candidate = { population, counts: (population.alleleNumber ?? 0) >= minAlleles };
    if (found === undefined || weight(candidate) > weight(found)) found = candidate;
  }
  return found;
}

function weight({ population, counts }: Frequent): number {
  return (counts ? 4 : population.alleleNumber === undefined ? 2 : 0) + population.frequency;
}

function describe({ name, frequency, alleleNumber }: Population): string {
  return `${name} ${frequency}${alleleNumber === undefined ? '' : ` of ${alleleNumber} alleles`}`;
}
