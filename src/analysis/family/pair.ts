import type { Call } from './calls.ts';
import type { ModeStatus, Partner, Phase } from './finding.ts';
import type { Household } from './household.ts';
import type { FamilyCopies } from './inheritance.ts';

/** One of two variants of a gene, as a family has it. */
export interface Half {
  readonly copies: FamilyCopies;
  /** One a call of the file; see `Person.call`. */
  readonly calls: readonly Call[];
}

/** What a family says of two variants together: a partner, but for which variant and gene. */
export type PairFinding = Pick<Partner<unknown>, 'phase' | 'by' | 'status' | 'reasons'>;

/**
 * Two variants of one gene on an autosome as compound heterozygotes: every affected member has one copy of each, on different
 * copies of the chromosome, and no healthy member has both copies hit. Undefined when they are not both in every affected member.
 */
export function pairOf(household: Household, a: Half, b: Half): PairFinding | undefined {
  const { people } = household;
  const phases: PhaseOf[] = [];
  const doubts: string[] = [];
  const remarks: string[] = [];
  let excluded = false;
  for (const [place, { affected, role }] of people.entries()) {
    const [ofA, ofB] = [a.copies[place], b.copies[place]];
    if (ofA === undefined || ofB === undefined || affected === undefined) continue;
    if (affected) {
      if ([ofA, ofB].some(({ known }) => known !== undefined && known !== 1)) return undefined;
      if (ofA.known === undefined) doubts.push(`${role}: ${ofA.doubt}`);
      else if (ofB.known === undefined) doubts.push(`${role}: ${ofB.doubt}`);
      else phases.push(phaseOf(household, place, a, b));
      continue;
    }
    if (ofA.known === 2 || ofB.known === 2) excluded = true;
    if (ofA.known === 0 || ofB.known === 0) continue;
    if (ofA.known === undefined) doubts.push(`${role}: ${ofA.doubt}`);
    else if (ofB.known === undefined) doubts.push(`${role}: ${ofB.doubt}`);
    else {
      const { phase } = phaseOf(household, place, a, b);
      if (phase === 'trans') excluded = true;
      // A parent who has both hands them on together, which the phase of the child already tells.
      if (phase === 'unknown' && !isParent(household, place)) remarks.push(`${role} has both, on one copy or on two`);
    }
  }
  if (phases.length === 0 && doubts.length === 0) return undefined;
  return settle(phases, doubts, remarks, excluded);
}

function settle(
  phases: readonly PhaseOf[],
  doubts: readonly string[],
  remarks: readonly string[],
  excluded: boolean,
): PairFinding {
  const inCis = phases.find(({ phase }) => phase === 'cis');
  if (inCis !== undefined) return { phase: 'cis', by: inCis.by, status: undefined, reasons: [] };
  const unknown = phases.filter(({ phase }) => phase === 'unknown');
  const phase: Phase = phases.length > 0 && unknown.length === 0 ? 'trans' : 'unknown';
  const by = phase === 'trans' ? phases[0]!.by : undefined;
  if (excluded) return { phase, by, status: undefined, reasons: ['a healthy member has both copies hit'] };
  if (doubts.length > 0) return { phase, by, status: 'notAssessable', reasons: doubts };
  const reasons = [...new Set([...unknown.map(({ why }) => why), ...remarks])];
  const status: ModeStatus = reasons.length === 0 ? 'met' : 'possible';
  return { phase, by, status, reasons };
}

function isParent({ people }: Household, place: number): boolean {
  return people.some(({ affected, father, mother }) => affected === true && (father === place || mother === place));
}

interface PhaseOf {
  readonly phase: Phase;
  readonly by: 'phase' | 'parents' | undefined;
  readonly why: string;
}

/** Whether somebody who is heterozygous for both has them on one copy: by the file's phase, else by whose allele it is. */
function phaseOf({ people }: Household, place: number, a: Half, b: Half): PhaseOf {
  const { call, father, mother } = people[place]!;
  const [ofA, ofB] = [a.calls[call]!, b.calls[call]!];
  if (ofA.phaseSet !== undefined && ofA.phaseSet === ofB.phaseSet) {
    return { phase: ofA.haplotype === ofB.haplotype ? 'cis' : 'trans', by: 'phase', why: '' };
  }
  const [fromA, fromB] = [donorOf(a, father, mother), donorOf(b, father, mother)];
  if (fromA.donor !== undefined && fromB.donor !== undefined) {
    return { phase: fromA.donor === fromB.donor ? 'cis' : 'trans', by: 'parents', why: '' };
  }
  return { phase: 'unknown', by: undefined, why: fromA.why || fromB.why };
}

/** Which parent the one copy of a child came from, as far as their genotypes tell. */
function donorOf(
  { copies }: Half,
  father: number,
  mother: number,
): { readonly donor: 'father' | 'mother' | undefined; readonly why: string } {
  const [his, hers] = [copies[father], copies[mother]];
  if (his === undefined || hers === undefined) {
    return { donor: undefined, why: 'phase not known: not phased, and not both parents are in the file' };
  }
  // Who has two copies hands one down, so that the other parent did not.
  if (his.known !== undefined && hers.known !== undefined) {
    if (his.known > 0 && (hers.known === 0 || (his.known === 2 && hers.known === 1)))
      return { donor: 'father', why: '' };
    if (hers.known > 0 && (his.known === 0 || (hers.known === 2 && his.known === 1)))
      return { donor: 'mother', why: '' };
    const why = his.known === 0 ? 'neither parent has one of the two' : 'both parents have one of the two';
    return { donor: undefined, why: `phase not known: ${why}` };
  }
  return { donor: undefined, why: 'phase not known: the genotype of a parent cannot be used' };
}
