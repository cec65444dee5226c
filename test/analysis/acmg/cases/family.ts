import type { VariantEvidence } from '../../../../src/analysis/acmg/evidence.ts';
import { DEFAULT_PROFILE, type Profile } from '../../../../src/analysis/acmg/profile.ts';
import type { FamilyFinding, ModeFinding, Partner } from '../../../../src/analysis/family/finding.ts';
import { type Case, missense, population, type Setting, variantWith, worked } from '../given.ts';

const DE_NOVO =
  'ClinGen SVI, Recommendation for De Novo Criteria (PS2 & PM6), version 1.1, 2021: points per proband and combined';
const IN_TRANS =
  'ClinGen SVI, Recommendation for in trans Criterion (PM3), version 1.0, 2019: points per proband and combined';
const RICHARDS =
  'Richards et al. 2015, Genet Med 17:405, table 4: BP2, in cis with a pathogenic variant in any inheritance';

type Finding = FamilyFinding<VariantEvidence>;

const finding = (
  modes: readonly ModeFinding[],
  partners: readonly Partner<VariantEvidence>[] = [],
  ordinal = 1,
): Finding => ({
  family: `F${ordinal}`,
  ordinal,
  modes,
  partners,
});
const shows = (
  mode: ModeFinding['mode'],
  status: ModeFinding['status'] = 'met',
  reasons: readonly string[] = [],
): ModeFinding => ({
  mode,
  status,
  reasons,
});
const anew = (ordinal = 1): Finding => finding([shows('deNovo')], [], ordinal);
const families = (...given: readonly Finding[]): VariantEvidence => missense({ families: given });
const several = (count: number): VariantEvidence => families(...Array.from({ length: count }, (_, at) => anew(at + 1)));
const family = (given: Partial<Profile['family']>): Setting => ({
  profile: { family: { ...DEFAULT_PROFILE.family, ...given } },
});
const confirmed = (phenotype: Profile['family']['phenotype'] = 'consistent') =>
  family({ parentageConfirmed: true, phenotype });

/** What ClinVar, in the file, says of a partner. */
const clinvar = (significance: string, stars = 2) => missense({ pos: 2000, clinvar: { significance, stars } });
const PATHOGENIC = clinvar('Pathogenic');
const LIKELY = clinvar('Likely_pathogenic');
const beside = (variant: VariantEvidence, given: Partial<Partner<VariantEvidence>> = {}): Partner<VariantEvidence> => ({
  variant,
  gene: 'GENE',
  phase: 'trans',
  by: 'parents',
  status: 'met',
  reasons: [],
  ...given,
});
const compound = shows('compoundHeterozygous');
const inTrans = (variant: VariantEvidence, ordinal = 1): Finding => finding([compound], [beside(variant)], ordinal);
const inCis = (variant: VariantEvidence): Finding =>
  finding([], [beside(variant, { phase: 'cis', by: 'phase', status: undefined })]);
const phaseUnknown = (variant: VariantEvidence, ordinal = 1): Finding =>
  finding(
    [shows('compoundHeterozygous', 'possible')],
    [beside(variant, { phase: 'unknown', by: undefined, status: 'possible' })],
    ordinal,
  );
const homozygous = (ordinal = 1): Finding => finding([shows('autosomalRecessive')], [], ordinal);
/** A stop in a gene of the list, before the last exon: likely pathogenic by PVS1 alone. */
const STOP = variantWith('stop_gained', { exon: { number: 3, of: 10 }, escapesFiftyBases: false }, { pos: 2000 });
const noGnomad: Setting = { sources: { gnomad: 'absent' } };

export const FAMILY_CASES: readonly Case[] = [
  worked('no pedigree', DE_NOVO, missense(), { PS2: '?', PM6: '?', PM3: '?', BP2: '?' }),
  worked('a pedigree, and nobody ill has the variant', DE_NOVO, families(), {
    PS2: 'no',
    PM6: 'no',
    PM3: 'no',
    BP2: 'no',
  }),
  worked('inherited', DE_NOVO, families(finding([shows('autosomalDominant')])), { PS2: 'no', PM6: 'no' }),
  worked('assumed, phenotype consistent: 0.5', DE_NOVO, anew1(), { PM6: 'supporting', PS2: 'no' }),
  worked('confirmed, phenotype consistent: 1', DE_NOVO, anew1(), { PS2: 'moderate', PM6: 'no' }, confirmed()),
  worked('assumed, phenotype specific: 1', DE_NOVO, anew1(), { PM6: 'moderate' }, family({ phenotype: 'specific' })),
  worked('confirmed, phenotype specific: 2', DE_NOVO, anew1(), { PS2: 'strong' }, confirmed('specific')),
  worked('assumed, genes many: 0.25', DE_NOVO, anew1(), { PM6: 'no' }, family({ phenotype: 'heterogeneous' })),
  worked('confirmed, genes many: 0.5', DE_NOVO, anew1(), { PS2: 'supporting' }, confirmed('heterogeneous')),
  worked('two probands assumed: 1', DE_NOVO, several(2), { PM6: 'moderate' }),
  worked('three probands assumed: 1.5', DE_NOVO, several(3), { PM6: 'moderate' }),
  worked('four probands assumed: 2', DE_NOVO, several(4), { PM6: 'strong' }),
  worked('seven probands assumed: 3.5', DE_NOVO, several(7), { PM6: 'strong' }),
  worked('eight probands assumed: 4', DE_NOVO, several(8), { PM6: 'veryStrong' }),
  worked('four probands confirmed: 4', DE_NOVO, several(4), { PS2: 'veryStrong' }, confirmed()),
  worked(
    'two probands confirmed, phenotype specific: 4',
    DE_NOVO,
    several(2),
    { PS2: 'veryStrong' },
    confirmed('specific'),
  ),
  worked('genes many: never more than 1', DE_NOVO, several(9), { PS2: 'moderate' }, confirmed('heterogeneous')),
  worked(
    'de novo, and common in gnomAD',
    DE_NOVO,
    missense({ families: [anew()], populations: [population(0.01, 100_000)] }),
    { PM6: 'no', PS2: 'no' },
  ),
  worked('de novo without gnomAD', DE_NOVO, anew1(), { PM6: 'supporting' }, noGnomad),
  worked(
    'de novo between genes',
    DE_NOVO,
    variantWith('intergenic_variant', { gene: undefined }, { families: [anew()] }),
    { PM6: 'no', PS2: 'no' },
  ),
  worked(
    'de novo in a file without transcripts',
    DE_NOVO,
    { ...missense({ families: [anew()] }), transcript: undefined },
    { PM6: '?', PS2: 'no' },
    { sources: { transcripts: 'absent' } },
  ),
  worked(
    "the mother's genotype is missing",
    DE_NOVO,
    families(finding([shows('deNovo', 'notAssessable', ['mother: no genotype'])])),
    { PM6: '?', PS2: '?' },
  ),
  worked(
    'the parents are not in the file',
    DE_NOVO,
    families(finding([shows('deNovo', 'possible', ['no affected member has both parents in the file'])])),
    { PM6: '?', PS2: '?' },
    confirmed(),
  ),
  worked(
    'one family shows it, another cannot tell',
    DE_NOVO,
    families(anew(1), finding([shows('deNovo', 'notAssessable', ['father: no genotype'])], [], 2)),
    { PM6: 'supporting' },
  ),

  worked('in trans with a pathogenic variant: 1', IN_TRANS, families(inTrans(PATHOGENIC)), {
    PM3: 'moderate',
    BP2: 'no',
  }),
  worked('in trans with a likely pathogenic variant: 1', IN_TRANS, families(inTrans(LIKELY)), { PM3: 'moderate' }),
  worked('in trans with an uncertain variant', IN_TRANS, families(inTrans(clinvar('Uncertain_significance'))), {
    PM3: 'no',
  }),
  worked('in trans with a benign variant', IN_TRANS, families(inTrans(clinvar('Benign'))), { PM3: 'no' }),
  worked('one star does not establish it', IN_TRANS, families(inTrans(clinvar('Pathogenic', 1))), { PM3: 'no' }),
  worked('two families: 2', IN_TRANS, families(inTrans(PATHOGENIC), inTrans(LIKELY, 2)), { PM3: 'strong' }),
  worked('four families: 4', IN_TRANS, families(...[1, 2, 3, 4].map((ordinal) => inTrans(PATHOGENIC, ordinal))), {
    PM3: 'veryStrong',
  }),
  worked(
    'two pathogenic partners of one proband count once',
    IN_TRANS,
    families(finding([compound], [beside(PATHOGENIC), beside({ ...LIKELY, pos: 3000 })])),
    { PM3: 'moderate' },
  ),
  worked('phase unknown, pathogenic: 0.5', IN_TRANS, families(phaseUnknown(PATHOGENIC)), {
    PM3: 'supporting',
    BP2: '?',
  }),
  worked('phase unknown, likely pathogenic: 0.25', IN_TRANS, families(phaseUnknown(LIKELY)), { PM3: 'no', BP2: '?' }),
  worked(
    'phase unknown, likely pathogenic, twice: 0.5',
    IN_TRANS,
    families(phaseUnknown(LIKELY), phaseUnknown(LIKELY, 2)),
    { PM3: 'supporting' },
  ),
  worked('homozygous: 0.5', IN_TRANS, families(homozygous()), { PM3: 'supporting' }),
  worked('homozygous, two families: 1', IN_TRANS, families(homozygous(), homozygous(2)), { PM3: 'moderate' }),
  worked('homozygous: never more than 1', IN_TRANS, families(...[1, 2, 3, 4, 5].map(homozygous)), { PM3: 'moderate' }),
  worked(
    'homozygous of related parents: 0.25',
    IN_TRANS,
    families(homozygous()),
    { PM3: 'no' },
    family({ homozygousPoints: 0.25 }),
  ),
  worked('homozygous, and in trans elsewhere: 1.5', IN_TRANS, families(homozygous(), inTrans(PATHOGENIC, 2)), {
    PM3: 'moderate',
  }),
  worked(
    'homozygous with parents who are not in the file',
    IN_TRANS,
    families(finding([shows('autosomalRecessive', 'possible')])),
    { PM3: 'no' },
  ),
  worked(
    'not rare',
    IN_TRANS,
    missense({ families: [inTrans(PATHOGENIC)], populations: [population(0.001, 100_000)] }),
    { PM3: 'no' },
  ),
  worked('whether it is rare is not known', IN_TRANS, families(inTrans(PATHOGENIC)), { PM3: '?' }, noGnomad),
  worked(
    "pathogenic by the partner's own points",
    IN_TRANS,
    families(inTrans(STOP)),
    { PM3: 'moderate' },
    { genes: ['GENE'] },
  ),
  worked(
    "uncertain by the partner's own points",
    IN_TRANS,
    families(inTrans(STOP)),
    { PM3: 'no' },
    { genes: ['OTHER'] },
  ),
  worked(
    'a ClinVar with enough stars goes before own points',
    IN_TRANS,
    families(inTrans({ ...STOP, clinvar: { significance: 'Benign', stars: 2 } })),
    { PM3: 'no' },
  ),
  worked(
    'the partner is not made pathogenic by its own partner',
    IN_TRANS,
    families(inTrans(missense({ pos: 2000, revel: 0.95, families: [inTrans(PATHOGENIC)] }))),
    { PM3: 'no' },
  ),
  worked(
    'a genotype that decides is missing',
    IN_TRANS,
    families(
      finding(
        [shows('compoundHeterozygous', 'notAssessable')],
        [
          beside(PATHOGENIC, {
            phase: 'unknown',
            by: undefined,
            status: 'notAssessable',
            reasons: ['sibling: no genotype'],
          }),
        ],
      ),
    ),
    { PM3: '?', BP2: '?' },
  ),
  worked(
    'a healthy member has both copies hit',
    IN_TRANS,
    families(finding([], [beside(PATHOGENIC, { status: undefined })])),
    { PM3: 'no', BP2: 'no' },
  ),
  worked(
    'no transcripts: no genes in which to look for a partner',
    IN_TRANS,
    { ...families(finding([])), transcript: undefined },
    { PM3: '?', BP2: '?' },
    { sources: { transcripts: 'absent' } },
  ),
  worked('in cis with a pathogenic variant', RICHARDS, families(inCis(PATHOGENIC)), { BP2: 'supporting', PM3: 'no' }),
  worked('in cis with an uncertain variant', RICHARDS, families(inCis(clinvar('Uncertain_significance'))), {
    BP2: 'no',
  }),
];

function anew1(): VariantEvidence {
  return families(anew());
}
