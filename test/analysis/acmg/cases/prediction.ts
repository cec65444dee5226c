import { type Case, missense, type Setting, variantWith, worked } from '../given.ts';

const PEJAVER = 'Pejaver et al. 2022, AJHG 109:2163, table 2';
const ONE_TOOL = 'Pejaver et al. 2022, AJHG 109:2163, recommendations: one tool, chosen beforehand, missense only';
const WALKER = 'Walker et al. 2023, AJHG 110:1046 (ClinGen SVI Splicing Subgroup)';
const ABOU_TAYOUN = 'Abou Tayoun et al. 2018, Hum Mutat 39:1517';

const CADD: Setting = { profile: { predictor: 'cadd' } };
const synonymous = (spliceai?: number) => variantWith('synonymous_variant', {}, { spliceai });
const intronic = (hgvsC: string | undefined, spliceai?: number) =>
  variantWith('intron_variant', { hgvsC }, { spliceai });

/** PP3, BP4, BP7: every cut-off from both sides. */
export const PREDICTION_CASES: readonly Case[] = [
  worked('REVEL 0.643 is below PP3', PEJAVER, missense({ revel: 0.643 }), { PP3: 'no', BP4: 'no' }),
  worked('REVEL 0.644 is supporting', PEJAVER, missense({ revel: 0.644 }), { PP3: 'supporting', BP4: 'no' }),
  worked('REVEL 0.772 is still supporting', PEJAVER, missense({ revel: 0.772 }), { PP3: 'supporting' }),
  worked('REVEL 0.773 is moderate', PEJAVER, missense({ revel: 0.773 }), { PP3: 'moderate' }),
  worked('REVEL 0.931 is still moderate', PEJAVER, missense({ revel: 0.931 }), { PP3: 'moderate' }),
  worked('REVEL 0.932 is strong', PEJAVER, missense({ revel: 0.932 }), { PP3: 'strong' }),
  worked('REVEL 1 is strong, never very strong', PEJAVER, missense({ revel: 1 }), { PP3: 'strong' }),
  worked('REVEL 0.291 is above BP4', PEJAVER, missense({ revel: 0.291 }), { PP3: 'no', BP4: 'no' }),
  worked('REVEL 0.290 is supporting benign', PEJAVER, missense({ revel: 0.29 }), { PP3: 'no', BP4: 'supporting' }),
  worked('REVEL 0.184 is still supporting benign', PEJAVER, missense({ revel: 0.184 }), { BP4: 'supporting' }),
  worked('REVEL 0.183 is moderate benign', PEJAVER, missense({ revel: 0.183 }), { BP4: 'moderate' }),
  worked('REVEL 0.017 is still moderate benign', PEJAVER, missense({ revel: 0.017 }), { BP4: 'moderate' }),
  worked('REVEL 0.016 is strong benign', PEJAVER, missense({ revel: 0.016 }), { BP4: 'strong' }),
  worked('REVEL 0.004 is still strong benign', PEJAVER, missense({ revel: 0.004 }), { BP4: 'strong' }),
  worked('REVEL 0.003 is very strong benign', PEJAVER, missense({ revel: 0.003 }), { BP4: 'veryStrong' }),
  worked('REVEL 0 is very strong benign', PEJAVER, missense({ revel: 0 }), { BP4: 'veryStrong' }),
  worked('CADD 25.2 is below PP3', PEJAVER, missense({ cadd: 25.2 }), { PP3: 'no', BP4: 'no' }, CADD),
  worked('CADD 25.3 is supporting', PEJAVER, missense({ cadd: 25.3 }), { PP3: 'supporting' }, CADD),
  worked('CADD 28.0 is still supporting', PEJAVER, missense({ cadd: 28 }), { PP3: 'supporting' }, CADD),
  worked('CADD 28.1 is moderate', PEJAVER, missense({ cadd: 28.1 }), { PP3: 'moderate' }, CADD),
  worked('CADD 60 is moderate: CADD never reaches strong', PEJAVER, missense({ cadd: 60 }), { PP3: 'moderate' }, CADD),
  worked('CADD 22.8 is above BP4', PEJAVER, missense({ cadd: 22.8 }), { BP4: 'no', PP3: 'no' }, CADD),
  worked('CADD 22.7 is supporting benign', PEJAVER, missense({ cadd: 22.7 }), { BP4: 'supporting' }, CADD),
  worked('CADD 17.4 is still supporting benign', PEJAVER, missense({ cadd: 17.4 }), { BP4: 'supporting' }, CADD),
  worked('CADD 17.3 is moderate benign', PEJAVER, missense({ cadd: 17.3 }), { BP4: 'moderate' }, CADD),
  worked('CADD 0.16 is still moderate benign', PEJAVER, missense({ cadd: 0.16 }), { BP4: 'moderate' }, CADD),
  worked('CADD 0.15 is strong benign', PEJAVER, missense({ cadd: 0.15 }), { BP4: 'strong' }, CADD),
  worked('the other tool does not count: CADD where REVEL was chosen', ONE_TOOL, missense({ cadd: 35 }), {
    PP3: '?',
    BP4: '?',
  }),
  worked(
    'the other tool does not count: REVEL where CADD was chosen',
    ONE_TOOL,
    missense({ revel: 0.99 }),
    { PP3: '?' },
    CADD,
  ),
  worked(
    'tools for missense say nothing of a synonymous variant',
    ONE_TOOL,
    variantWith('synonymous_variant', {}, { revel: 0.95, spliceai: 0 }),
    { PP3: 'no', BP4: 'supporting' },
  ),
  worked('no REVEL in the file', ONE_TOOL, missense(), { PP3: '?', BP4: '?' }, { sources: { revel: 'absent' } }),

  worked('SpliceAI 0.19 is not PP3', WALKER, synonymous(0.19), { PP3: 'no', BP4: 'no', BP7: 'no' }),
  worked('SpliceAI 0.20 is PP3', WALKER, synonymous(0.2), { PP3: 'supporting', BP4: 'no', BP7: 'no' }),
  worked('SpliceAI 0.99 is supporting, not more', WALKER, synonymous(0.99), { PP3: 'supporting' }),
  worked('SpliceAI 0.11 is not BP4', WALKER, synonymous(0.11), { PP3: 'no', BP4: 'no', BP7: 'no' }),
  worked('SpliceAI 0.10 is BP4, with BP7 for a silent variant', WALKER, synonymous(0.1), {
    PP3: 'no',
    BP4: 'supporting',
    BP7: 'supporting',
  }),
  worked('silent without SpliceAI', WALKER, synonymous(), { PP3: '?', BP4: '?', BP7: '?' }),
  worked(
    'a missense variant that splices is PP3 whatever REVEL says',
    WALKER,
    missense({ revel: 0.5, spliceai: 0.2 }),
    { PP3: 'supporting', BP4: 'no' },
  ),
  worked('the stronger of the two counts, not their sum', WALKER, missense({ revel: 0.8, spliceai: 0.9 }), {
    PP3: 'moderate',
  }),
  worked(
    'a missense variant that REVEL calls benign and SpliceAI does not',
    WALKER,
    missense({ revel: 0.1, spliceai: 0.11 }),
    { BP4: 'no', PP3: 'no' },
  ),
  worked('both tools call a missense variant harmless', WALKER, missense({ revel: 0.1, spliceai: 0.1 }), {
    BP4: 'moderate',
    PP3: 'no',
  }),
  worked('SpliceAI alone speaks for a missense variant without REVEL', WALKER, missense({ spliceai: 0.4 }), {
    PP3: 'supporting',
    BP4: 'no',
  }),
  worked(
    'canonical splice sites are PVS1, not PP3',
    ABOU_TAYOUN,
    variantWith('splice_donor_variant', {}, { spliceai: 0.99 }),
    { PP3: 'no', BP4: 'no' },
  ),
  worked(
    'a stop is PVS1, not PP3',
    ABOU_TAYOUN,
    variantWith('stop_gained', {}, { cadd: 40, spliceai: 0.5 }),
    { PP3: 'no' },
    CADD,
  ),
  worked('untranslated: SpliceAI for PP3', WALKER, variantWith('5_prime_UTR_variant', {}, { spliceai: 0.3 }), {
    PP3: 'supporting',
    BP4: 'no',
    BP7: 'no',
  }),
  worked(
    'untranslated: no effect on splicing does not make it harmless',
    WALKER,
    variantWith('3_prime_UTR_variant', {}, { spliceai: 0.01 }),
    { PP3: 'no', BP4: 'no', BP7: 'no' },
  ),
  worked(
    'in frame: splicing counts for PP3 and nothing for BP4',
    WALKER,
    variantWith('inframe_deletion', {}, { spliceai: 0.5 }),
    { PP3: 'supporting', BP4: 'no' },
  ),
  worked('between genes nothing is predicted', WALKER, variantWith('intergenic_variant', {}, { spliceai: 0 }), {
    PP3: 'no',
    BP4: 'no',
    BP7: 'no',
  }),

  worked('intronic at +7 is deep', WALKER, intronic('c.100+7A>G', 0.01), { BP4: 'supporting', BP7: 'supporting' }),
  worked('intronic at +6 is not', WALKER, intronic('c.100+6A>G', 0.01), { BP4: 'supporting', BP7: 'no' }),
  worked('intronic at -21 is deep', WALKER, intronic('c.101-21A>G', 0.01), { BP4: 'supporting', BP7: 'supporting' }),
  worked('intronic at -20 is not', WALKER, intronic('c.101-20A>G', 0.01), { BP4: 'supporting', BP7: 'no' }),
  worked('deep in an intron before the start', WALKER, intronic('c.-74+30A>G', 0.01), { BP7: 'supporting' }),
  worked('a deletion that comes near is not deep', WALKER, intronic('c.100+5_100+9del', 0.01), { BP7: 'no' }),
  worked('intronic without HGVS: nobody knows how deep', WALKER, intronic(undefined, 0.01), {
    BP4: 'supporting',
    BP7: '?',
  }),
  worked('deep, but SpliceAI predicts a new site', WALKER, intronic('c.100+500A>G', 0.2), {
    PP3: 'supporting',
    BP4: 'no',
    BP7: 'no',
  }),
  worked(
    'silent in the bases of a splice site',
    WALKER,
    variantWith('splice_region_variant&synonymous_variant', {}, { spliceai: 0.02 }),
    { BP4: 'supporting', BP7: 'no' },
  ),
  worked(
    'an intron of a non-coding transcript',
    WALKER,
    variantWith('intron_variant&non_coding_transcript_variant', { proteinCoding: false }, { spliceai: 0 }),
    { BP4: 'no', BP7: 'no' },
  ),
];
