import type { Call } from './calls.ts';
import type { ChromosomeClass } from './chromosome-class.ts';
import type { Family, Member, Sex } from './pedigree.ts';

/** A member of a family as the modes of inheritance see them. */
export interface Person {
  /** What reasons call them: `proband`, `mother`, `unaffected member 4`. */
  readonly role: string;
  readonly sex: Sex;
  /** Undefined: nobody knows. */
  readonly affected: boolean | undefined;
  /** Place among the calls of a row; -1: not in the file. */
  readonly call: number;
  /** Places among the family's people; -1: not in the pedigree. */
  readonly father: number;
  readonly mother: number;
}

/** A family laid over the samples of a file. */
export interface Household {
  readonly family: string;
  /** Place in the PED file, from 1. */
  readonly ordinal: number;
  readonly people: readonly Person[];
}

/**
 * Lays a family over the calls of a file; `callOf` gives the place of a member's call, -1 when the file lacks them.
 * The proband is the affected member with the most parents in the file, the first of several.
 */
export function householdOf({ id, members }: Family, ordinal: number, callOf: (id: string) => number): Household {
  const places = new Map(members.map((member, place) => [member.id, place]));
  const placeOf = (parent: string | undefined): number => places.get(parent ?? '') ?? -1;
  const proband = probandOf(members, callOf);
  const people = members.map((member, place) => ({
    role: roleOf(member, place, proband),
    sex: member.sex,
    affected: member.phenotype === 'unknown' ? undefined : member.phenotype === 'affected',
    call: callOf(member.id),
    father: placeOf(member.father),
    mother: placeOf(member.mother),
  }));
  return { family: id, ordinal, people };
}

function probandOf(members: readonly Member[], callOf: (id: string) => number): Member | undefined {
  const parents = ({ father, mother }: Member): number =>
    [father, mother].filter((id) => id !== undefined && callOf(id) >= 0).length;
  return members
    .filter(({ id, phenotype }) => phenotype === 'affected' && callOf(id) >= 0)
    .reduce<Member | undefined>(
      (best, member) => (best === undefined || parents(member) > parents(best) ? member : best),
      undefined,
    );
}

function roleOf(member: Member, place: number, proband: Member | undefined): string {
  if (member === proband) return 'proband';
  if (member.id === proband?.father) return 'father';
  if (member.id === proband?.mother) return 'mother';
  return `${member.phenotype === 'unknown' ? '' : `${member.phenotype} `}member ${place + 1}`;
}

/** How many copies somebody has, as far as it can be trusted. */
export type Copies = { readonly known: number } | { readonly known: undefined; readonly doubt: string };

/** Numbers of copies that a person of this sex can have there, as bits: bit n stands for n copies. Nobody of the other sex has a Y. */
export function domainOf(sex: Sex, where: ChromosomeClass): number {
  if (where === 'y') return sex === 'female' ? 0b001 : 0b011;
  return where === 'x' && sex === 'male' ? 0b011 : 0b111;
}

const COPIES: readonly Copies[] = [{ known: 0 }, { known: 1 }, { known: 2 }];

/** Copies of a call on a chromosome: a man has one X and one Y, however the caller writes his genotype. */
export function copiesOf({ copies, ploidy, doubt }: Call, sex: Sex, where: ChromosomeClass): Copies {
  if (where === 'y' && sex === 'female') return COPIES[0]!;
  if (copies === undefined || doubt !== undefined) return { known: undefined, doubt: doubt ?? 'no genotype' };
  if (where === 'autosome') {
    return ploidy === 2 ? COPIES[copies]! : { known: undefined, doubt: `a genotype of ${ploidy} alleles` };
  }
  if (sex === 'unknown') return { known: undefined, doubt: 'the sex is not known' };
  if (sex === 'male') {
    if (copies > 0 && copies < ploidy) return { known: undefined, doubt: 'heterozygous where a man has one copy' };
    return COPIES[copies > 0 ? 1 : 0]!;
  }
  return ploidy === 2 ? COPIES[copies]! : { known: undefined, doubt: `a genotype of ${ploidy} alleles` };
}
