import type { PathogenicityClass } from '../../core/verdicts.ts';
import type { FamilyFinding, Mode, Partner } from '../family/finding.ts';
import { sideOf, verdictOf } from './clinvar.ts';
import { lackOf, type RuleContext } from './context.ts';
import type { Criterion, Strength } from './criteria.ts';
import { keyOf, type VariantEvidence } from './evidence.ts';
import { met, notAssessable, notMet, type Outcome } from './outcome.ts';
import type { Profile } from './profile.ts';
import { ownClinvar } from './report.ts';

type Finding = FamilyFinding<VariantEvidence>;

/** The class of another variant, by itself; undefined where the guideline is not made for it. */
export type ClassAlone = (evidence: VariantEvidence, context: RuleContext) => PathogenicityClass | undefined;

/**
 * Points of one proband whose variant is de novo, parentage confirmed or assumed, by how the phenotype fits the gene; and the most
 * that all probands together may give. ClinGen SVI, Recommendation for De Novo Criteria (PS2 and PM6), version 1.1, 2021.
 */
export const DE_NOVO: Readonly<
  Record<
    Profile['family']['phenotype'],
    { readonly confirmed: number; readonly assumed: number; readonly most: number }
  >
> = {
  specific: { confirmed: 2, assumed: 1, most: Number.POSITIVE_INFINITY },
  consistent: { confirmed: 1, assumed: 0.5, most: Number.POSITIVE_INFINITY },
  heterogeneous: { confirmed: 0.5, assumed: 0.25, most: 1 },
};

/** Points of one proband with a (likely) pathogenic variant on the other copy: ClinGen SVI, Recommendation for in trans Criterion (PM3), version 1.0, 2019. */
export const IN_TRANS = { confirmed: 1, phaseUnknownPathogenic: 0.5, phaseUnknownLikely: 0.25 } as const;
export const MOST_FOR_HOMOZYGOUS = 1;

/** Least points of each strength: the same in both recommendations. */
export const STRENGTHS: readonly (readonly [points: number, strength: Strength])[] = [
  [4, 'veryStrong'],
  [2, 'strong'],
  [1, 'moderate'],
  [0.5, 'supporting'],
];

const NOBODY = 'no affected member of a family has it';

/** PS2 or PM6, PM3 and BP2; nothing where no pedigree was given. `rare` is what became of PM2. */
export function byFamilies(
  evidence: VariantEvidence,
  context: RuleContext,
  rare: Outcome,
  classAlone: ClassAlone,
): readonly Outcome[] {
  const { families } = evidence;
  if (families === undefined) return [];
  if (families.length === 0) return NOT_THERE;
  const partners = families.flatMap((family) => establishedIn(family, context, classAlone));
  return [
    ...deNovo(evidence, families, context, rare),
    inTrans(families, partners, context, rare),
    inCis(partners, context),
  ];
}

// What holds for most variants, made once.
const NOT_THERE = (['PS2', 'PM6', 'PM3', 'BP2'] as const).map((criterion) => notMet(criterion, NOBODY));
const NOT_DE_NOVO = (['PS2', 'PM6'] as const).map((criterion) => notMet(criterion, 'not de novo in any family'));
const NO_PARTNER = notMet('PM3', 'not homozygous by descent from both parents, and no pathogenic variant in trans');
const NOT_IN_CIS = notMet('BP2', 'no pathogenic variant in cis');

function strengthOf(points: number): Strength | undefined {
  return STRENGTHS.find(([least]) => points >= least)?.[1];
}

const idOf = ({ ordinal }: Finding): string => `family:${ordinal}`;

function modeOf({ modes }: Finding, wanted: Mode) {
  return modes.find(({ mode }) => mode === wanted);
}

/** PS2 where parentage is confirmed, else PM6: never both. */
function deNovo(
  evidence: VariantEvidence,
  families: readonly Finding[],
  context: RuleContext,
  rare: Outcome,
): readonly Outcome[] {
  const { phenotype, parentageConfirmed } = context.profile.family;
  const [counted, other]: readonly [Criterion, Criterion] = parentageConfirmed ? ['PS2', 'PM6'] : ['PM6', 'PS2'];
  const otherwise = parentageConfirmed ? 'parentage is confirmed: PS2' : 'a pedigree does not confirm parentage: PM6';
  const seen = families.filter((family) => modeOf(family, 'deNovo')?.status === 'met');
  if (seen.length === 0) {
    const open = families.flatMap((family) => modeOf(family, 'deNovo') ?? []);
    if (open.length === 0) return NOT_DE_NOVO;
    return [counted, other].map((criterion) => notAssessable(criterion, reasonsOf(open), {}, families.map(idOf)));
  }
  const notCounted = notMet(other, otherwise, seen.map(idOf));
  if (rare.status === 'notMet') {
    return [notMet(counted, `de novo, but not rare: ${rare.reason}`, seen.map(idOf)), notCounted];
  }
  if (evidence.transcript?.gene === undefined) return [outsideGenes(counted, context), notCounted];
  const { confirmed, assumed, most } = DE_NOVO[phenotype];
  const points = Math.min(most, seen.length * (parentageConfirmed ? confirmed : assumed));
  const strength = strengthOf(points);
  const reason = `de novo in ${namesOf(seen)}, parentage ${parentageConfirmed ? 'confirmed' : 'assumed'}, phenotype ${phenotype}: ${points} points of SVI's table`;
  return [
    strength === undefined
      ? notMet(counted, `${reason}, too few`, seen.map(idOf))
      : met(counted, strength, reason, seen.map(idOf)),
    notCounted,
  ];
}

function outsideGenes(criterion: Criterion, context: RuleContext): Outcome {
  const isAnnotated = context.sources.transcripts === 'annotated';
  return isAnnotated
    ? notMet(criterion, 'de novo, but in no gene whose disease could be the family’s', ['gene'])
    : notAssessable(criterion, `de novo, but ${lackOf('transcripts', context)}`);
}

function namesOf(findings: readonly Finding[]): string {
  return findings.map(({ ordinal }) => `family ${ordinal}`).join(', ');
}

function reasonsOf(modes: readonly { readonly reasons: readonly string[] }[]): string {
  return [...new Set(modes.flatMap(({ reasons }) => reasons))].join('; ');
}

/** A partner that is (likely) pathogenic, and who says so. */
interface Established {
  readonly family: Finding;
  readonly partner: Partner<VariantEvidence>;
  readonly isLikely: boolean;
  readonly told: string;
  readonly ids: readonly string[];
}

function establishedIn(family: Finding, context: RuleContext, classAlone: ClassAlone): readonly Established[] {
  return family.partners.flatMap((partner) => {
    const { variant } = partner;
    const clinvar = ownClinvar(variant, context.clinvar);
    if (clinvar !== undefined && (clinvar.stars ?? 0) >= context.profile.clinvar.minStars) {
      const verdict = verdictOf(clinvar.significance);
      if (sideOf({ verdict }) !== 'pathogenic') return [];
      const told = `ClinVar${clinvar.id === undefined ? '' : ` ${clinvar.id}`}: ${clinvar.significance}, ${clinvar.stars} stars`;
      const ids = [idOf(family), `clinvar:${clinvar.id ?? 'file'}`];
      return [{ family, partner, isLikely: verdict === 'likelyPathogenic', told, ids }];
    }
    const own = classAlone(variant, context);
    if (own !== 'Pathogenic' && own !== 'Likely pathogenic') return [];
    return [
      {
        family,
        partner,
        isLikely: own === 'Likely pathogenic',
        told: `by its own points: ${own}`,
        ids: [idOf(family)],
      },
    ];
  });
}

/** PM3: in trans with a pathogenic variant, or homozygous; one proband a family. */
function inTrans(
  families: readonly Finding[],
  partners: readonly Established[],
  context: RuleContext,
  rare: Outcome,
): Outcome {
  const homozygous = families.filter((family) => modeOf(family, 'autosomalRecessive')?.status === 'met');
  if (homozygous.length === 0 && partners.length === 0) return withoutPartner(families, partners, context);
  const best = families.flatMap((family) => {
    const own = partners
      .filter((established) => established.family === family)
      .map((established) => ({ ...established, points: pointsOf(established) }))
      .filter(({ points }) => points > 0)
      .sort((a, b) => b.points - a.points);
    return own[0] ?? [];
  });
  const ofHomozygous = Math.min(MOST_FOR_HOMOZYGOUS, homozygous.length * context.profile.family.homozygousPoints);
  const points = ofHomozygous + best.reduce((sum, one) => sum + one.points, 0);
  const ids = [...new Set([...homozygous.map(idOf), ...best.flatMap((one) => one.ids)])];
  if (points === 0) return withoutPartner(families, partners, context);
  const parts = [...homozygous.map((family) => `homozygous in family ${family.ordinal}`), ...best.map(describe)];
  const reason = `${parts.join('; ')}: ${points} points of SVI's table`;
  const strength = strengthOf(points);
  if (strength === undefined) return notMet('PM3', `${reason}, too few`, ids);
  if (rare.status === 'notMet') return notMet('PM3', `${reason}, but it is not rare: ${rare.reason}`, ids);
  if (rare.status === 'notAssessable')
    return notAssessable('PM3', `${reason}, but whether it is rare: ${rare.reason}`, {}, ids);
  return met('PM3', strength, reason, ids);
}

function pointsOf({ partner: { status, phase }, isLikely }: Established): number {
  if (status === 'met') return IN_TRANS.confirmed;
  if (status !== 'possible' || phase !== 'unknown') return 0;
  return isLikely ? IN_TRANS.phaseUnknownLikely : IN_TRANS.phaseUnknownPathogenic;
}

function describe({ family, partner, told }: Established): string {
  const phase = partner.phase === 'unknown' ? 'with unknown phase beside' : `in ${partner.phase} with`;
  return `${phase} ${keyOf(partner.variant)} (${told}) in family ${family.ordinal}`;
}

function withoutPartner(families: readonly Finding[], partners: readonly Established[], context: RuleContext): Outcome {
  const ids = families.map(idOf);
  const unclear = partners.filter(({ partner }) => partner.status === 'notAssessable');
  if (unclear.length > 0) {
    const reason = unclear.map((one) => `${describe(one)}: ${one.partner.reasons.join('; ')}`).join('; ');
    return notAssessable('PM3', reason, {}, ids);
  }
  if (context.sources.transcripts !== 'annotated') return notAssessable('PM3', lackOf('transcripts', context), {}, ids);
  return NO_PARTNER;
}

/** BP2: in cis with a pathogenic variant, whatever the inheritance. In trans in a dominant gene is not looked for: nobody says which genes are. */
function inCis(partners: readonly Established[], context: RuleContext): Outcome {
  const found = partners.filter(({ partner }) => partner.phase === 'cis');
  if (found.length > 0) {
    return met('BP2', 'supporting', found.map(describe).join('; '), [...new Set(found.flatMap(({ ids }) => ids))]);
  }
  const open = partners.filter(({ partner }) => partner.phase === 'unknown');
  if (open.length > 0) {
    return notAssessable('BP2', open.map(describe).join('; '), {}, [...new Set(open.flatMap(({ ids }) => ids))]);
  }
  if (context.sources.transcripts !== 'annotated') return notAssessable('BP2', lackOf('transcripts', context));
  return NOT_IN_CIS;
}
