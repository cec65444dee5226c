import type { ProfileShape } from './profile-schema.ts';

/** Every threshold of the rules, under a name that each verdict carries. */
export type Profile = Readonly<ProfileShape>;

/**
 * ClinGen's general recommendations with REVEL. The cut-offs of REVEL and CADD: Pejaver et al. 2022 (AJHG 109:2163, table 2).
 * SpliceAI: Walker et al. 2023 (AJHG 110:1046). BA1: Ghosh et al. 2018 (Hum Mutat 39:1525). PVS1: Abou Tayoun et al. 2018
 * (Hum Mutat 39:1517). Where a source gives no number (PM2, PM1, PP2, BP1) docs/acmg.md says why this one.
 */
const CLINGEN: Profile = {
  name: 'clingen',
  predictor: 'revel',
  revel: { pathogenic: [0.644, 0.773, 0.932], benign: [0.29, 0.183, 0.016, 0.003] },
  cadd: { pathogenic: [25.3, 28.1], benign: [22.7, 17.3, 0.15] },
  spliceai: { pathogenic: 0.2, benign: 0.1 },
  ba1: { alleleFrequency: 0.05, minAlleleNumber: 2000 },
  bs1: null,
  bs2: null,
  pm2: { alleleFrequency: 0.0001 },
  pvs1: { removedFraction: 0.1, spliceFrameUnknown: 'moderate' },
  clinvar: { minStars: 2 },
  family: {
    minGenotypeQuality: 20,
    minDepth: 10,
    minHeterozygousShare: 0.2,
    maxOtherShare: 0.05,
    maxRecessiveFrequency: 0.01,
    phenotype: 'consistent',
    parentageConfirmed: false,
    homozygousPoints: 0.5,
  },
  heuristics: {
    minStars: 1,
    pm1: { windowBases: 25, minPathogenic: 4 },
    pp2: { minPathogenic: 10, minMissenseShare: 0.8, maxBenignShare: 0.1 },
    bp1: { minPathogenic: 10, minTruncatingShare: 0.9 },
  },
};

/** Profiles that need no file: ClinGen's with REVEL, and the same with CADD. */
export const PROFILES: readonly Profile[] = [CLINGEN, { ...CLINGEN, name: 'clingen-cadd', predictor: 'cadd' }];

export const DEFAULT_PROFILE = CLINGEN;
