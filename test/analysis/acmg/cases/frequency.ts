import { type Case, missense, population, type Setting, variant, worked } from '../given.ts';

const GHOSH = 'Ghosh et al. 2018, Hum Mutat 39:1525: above 0.05 in a population of at least 2,000 observed alleles';
const EXCEPTIONS = 'Ghosh et al. 2018, Hum Mutat 39:1525, table 1; ClinGen BA1 exception list, 30 July 2018';
const PM2 = 'ClinGen SVI recommendation for PM2, version 1.0, September 2020: supporting';
const RICHARDS = 'Richards et al. 2015, Genet Med 17:405, table 4';

const at = (...populations: ReturnType<typeof population>[]) => missense({ populations });
const BS1: Setting = { profile: { bs1: { alleleFrequency: 0.01, minAlleleNumber: 2000 } } };
const BS2: Setting = { profile: { bs2: { homozygotes: 3 } } };
const NO_GNOMAD: Setting = { sources: { gnomad: 'absent' }, profile: { ...BS1.profile, ...BS2.profile } };
/** A variant of the list, 10 % in 100,000 alleles. */
const listed = (chrom: string, pos: number, ref: string, alt: string) =>
  variant({ chrom, pos, ref, alt, populations: [population(0.1, 100_000)] });

export const FREQUENCY_CASES: readonly Case[] = [
  worked('exactly 5 % is not more than 5 %', GHOSH, at(population(0.05, 2000)), { BA1: 'no' }),
  worked('5.0001 % of 2,000 alleles', GHOSH, at(population(0.050001, 2000)), { BA1: 'standAlone' }),
  worked('of 1,999 alleles', GHOSH, at(population(0.3, 1999)), { BA1: 'no' }),
  worked('of an unknown number of alleles', GHOSH, at(population(0.3)), { BA1: '?' }),
  worked('one population of enough alleles is enough', GHOSH, at(population(0.001, 150_000), population(0.06, 8000)), {
    BA1: 'standAlone',
  }),
  worked(
    'a small population does not count beside a large one',
    GHOSH,
    at(population(0.02, 150_000), population(0.2, 300)),
    { BA1: 'no' },
  ),
  worked('a frequency of unknown size does not hide a known one', GHOSH, at(population(0.4), population(0.07, 5000)), {
    BA1: 'standAlone',
  }),
  worked('not in gnomAD', GHOSH, at(), { BA1: 'no' }),
  worked('gnomAD was not annotated', GHOSH, at(), { BA1: '?', BS1: '?', BS2: '?', PM2: '?' }, NO_GNOMAD),
  worked('gnomAD is declared and never speaks', GHOSH, at(), { BA1: '?', PM2: '?' }, { sources: { gnomad: 'empty' } }),
  worked('ACAD9 c.-44_-41dup, GRCh37', EXCEPTIONS, listed('3', 128598490, 'C', 'CTAAG'), { BA1: 'no' }),
  worked(
    'GJB2 c.109G>A, GRCh38, with chr',
    EXCEPTIONS,
    listed('chr13', 20189473, 'C', 'T'),
    { BA1: 'no', BS1: 'no' },
    BS1,
  ),
  worked('HFE c.187C>G, GRCh38', EXCEPTIONS, listed('6', 26090951, 'C', 'G'), { BA1: 'no' }),
  worked('HFE c.845G>A, GRCh37', EXCEPTIONS, listed('6', 26093141, 'G', 'A'), { BA1: 'no' }),
  worked('MEFV c.1105C>T, GRCh38', EXCEPTIONS, listed('16', 3249586, 'G', 'A'), { BA1: 'no' }),
  worked('MEFV c.1223G>A, GRCh37', EXCEPTIONS, listed('16', 3299468, 'C', 'T'), { BA1: 'no' }),
  worked('PIBF1 c.1214G>A, GRCh38', EXCEPTIONS, listed('13', 72835359, 'G', 'A'), { BA1: 'no' }),
  worked('ACADS c.511C>T, GRCh37', EXCEPTIONS, listed('12', 121175678, 'C', 'T'), { BA1: 'no' }),
  worked('BTD c.1330G>C, GRCh38', EXCEPTIONS, listed('chr3', 15645186, 'G', 'C'), { BA1: 'no' }),
  worked('BTD c.1330G>C, GRCh37, with CHR', EXCEPTIONS, listed('CHR3', 15686693, 'G', 'C'), { BA1: 'no' }),
  worked('another allele at the place of an exception', EXCEPTIONS, listed('6', 26092913, 'G', 'T'), {
    BA1: 'standAlone',
  }),

  worked('absent from gnomAD', PM2, at(), { PM2: 'supporting' }),
  worked('a frequency of 0 is absent', PM2, at(population(0, 150_000)), { PM2: 'supporting' }),
  worked('at the cut-off of the profile', PM2, at(population(0.0001, 150_000)), { PM2: 'supporting' }),
  worked('above it', PM2, at(population(0.000101, 150_000)), { PM2: 'no' }),
  worked('the most affected population counts', PM2, at(population(0.00001, 150_000), population(0.0005, 10_000)), {
    PM2: 'no',
  }),

  worked('BS1 without a cut-off', RICHARDS, at(population(0.04, 150_000)), { BS1: '?' }),
  worked('BS1 at the cut-off', RICHARDS, at(population(0.01, 150_000)), { BS1: 'no' }, BS1),
  worked('BS1 above the cut-off', RICHARDS, at(population(0.0101, 150_000)), { BS1: 'strong', BA1: 'no' }, BS1),
  worked('BS1 of too few alleles', RICHARDS, at(population(0.02, 1000)), { BS1: 'no' }, BS1),
  worked('BS1 of an unknown number of alleles', RICHARDS, at(population(0.02)), { BS1: '?' }, BS1),
  worked('BS2 without a number', RICHARDS, at(population(0.001, 150_000, 5)), { BS2: '?' }),
  worked('BS2 with too few homozygotes', RICHARDS, at(population(0.001, 150_000, 2)), { BS2: 'no' }, BS2),
  worked('BS2 with enough homozygotes', RICHARDS, at(population(0.001, 150_000, 3)), { BS2: 'strong' }, BS2),
  worked('BS2 without numbers of homozygotes', RICHARDS, at(population(0.001, 150_000)), { BS2: '?' }, BS2),
  worked('BS2 when nobody carries it', RICHARDS, at(), { BS2: 'no' }, BS2),
];
