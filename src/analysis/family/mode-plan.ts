import type { ChromosomeClass } from './chromosome-class.ts';
import type { Mode } from './finding.ts';
import { domainOf, type Household, type Person } from './household.ts';

/** Somebody (a place among the people) has a number of copies that is among these bits: bit n stands for n copies. */
export interface Claim {
  readonly person: number;
  readonly allowed: number;
}

/**
 * What a mode of inheritance asks of a family whose disease is fully penetrant: every claim of `all` holds, and of each group
 * of `some` all claims of at least one member hold.
 */
export interface ModePlan {
  readonly mode: Mode;
  readonly all: readonly Claim[];
  readonly some: readonly (readonly (readonly Claim[])[])[];
  /** Why the mode can only be possible: who would show that the variant was handed down is not in the file. */
  readonly unseen: string | undefined;
}

const NONE = 0b001;
const ONE = 0b010;
const TWO = 0b100;
const CARRIES = ONE | TWO;
const ANY = 0b111;

/** The modes of one variant alone that the family allows there; a mode that no genotypes can make true is left out. */
export function plansOf(household: Household, where: ChromosomeClass): readonly ModePlan[] {
  const plans = {
    autosome: [newlyArisen, dominant, recessive],
    x: [newlyArisen, dominant, recessiveOnX],
    y: [newlyArisen, dominant],
    mitochondrion: [],
    unclear: [],
  } as const satisfies Record<ChromosomeClass, readonly unknown[]>;
  const relatives = new Relatives(household, where);
  return plans[where].flatMap((plan) => possible(plan(relatives), relatives) ?? []);
}

/** One claim a person; undefined when somebody would need what they cannot have. */
function possible(plan: ModePlan | undefined, { people, where }: Relatives): ModePlan | undefined {
  if (plan === undefined) return undefined;
  const allowed = new Map<number, number>();
  for (const claim of plan.all) allowed.set(claim.person, (allowed.get(claim.person) ?? ANY) & claim.allowed);
  const all = [...allowed].map(([person, bits]): Claim => ({ person, allowed: bits }));
  if (all.some(({ person, allowed: bits }) => (bits & domainOf(people[person]!.sex, where)) === 0)) return undefined;
  return { ...plan, all };
}

/** Who matters where: affected members in the file, and who could have handed them an allele of this chromosome. */
class Relatives {
  readonly where: ChromosomeClass;
  readonly people: readonly Person[];
  /** Affected people in the file. */
  readonly affected: readonly number[];

  constructor({ people }: Household, where: ChromosomeClass) {
    this.where = where;
    this.people = people;
    this.affected = this.all().filter((place) => people[place]!.affected === true);
  }

  /** People in the file; on Y the men. */
  all(): readonly number[] {
    return [...this.people.keys()].filter((place) => {
      const { call, sex } = this.people[place]!;
      return call >= 0 && (this.where !== 'y' || sex !== 'female');
    });
  }

  is(place: number, sex: Person['sex']): boolean {
    return this.people[place]!.sex === sex;
  }

  /** Parents from whom this chromosome comes, -1 for one who is not in the file. */
  donors(child: number): readonly number[] {
    const { father, mother, sex } = this.people[child]!;
    const present = (place: number): number => ((this.people[place]?.call ?? -1) >= 0 ? place : -1);
    if (this.where === 'y') return [present(father)];
    if (this.where === 'x' && sex === 'male') return [present(mother)];
    return [present(father), present(mother)];
  }

  isHealthy(place: number): boolean {
    return this.people[place]!.affected === false;
  }

  /** Every affected member has the variant, and no healthy one. */
  segregating(): readonly Claim[] {
    return this.claims(CARRIES, NONE);
  }

  claims(affected: number, healthy: number): readonly Claim[] {
    return this.all().flatMap((person) => {
      const state = this.people[person]!.affected;
      return state === undefined ? [] : [{ person, allowed: state ? affected : healthy }];
    });
  }
}

/** New in an affected child: neither parent has it. Whoever else is affected has it too. */
function newlyArisen(relatives: Relatives): ModePlan | undefined {
  const births = relatives.affected
    .map((child) => ({ child, donors: relatives.donors(child) }))
    .filter(({ donors }) => donors.every((donor) => relatives.people[donor]?.affected !== true));
  const complete = births.filter(({ donors }) => !donors.includes(-1));
  if (births.length === 0) return undefined;
  const group = (complete.length > 0 ? complete : births).map(({ child, donors }): readonly Claim[] => [
    { person: child, allowed: ONE },
    ...donors.filter((donor) => donor >= 0).map((person): Claim => ({ person, allowed: NONE })),
  ]);
  const unseen = complete.length > 0 ? undefined : 'no affected member has both parents in the file';
  return { mode: 'deNovo', all: relatives.segregating(), some: [group], unseen };
}

/** One copy is enough: every affected member has it from a parent who may be affected. */
function dominant(relatives: Relatives): ModePlan | undefined {
  const { affected, where } = relatives;
  if (affected.length === 0) return undefined;
  const some: (readonly (readonly Claim[])[])[] = [];
  let isSeen = false;
  for (const child of affected) {
    const donors = relatives.donors(child);
    const candidates = donors.filter((donor) => donor >= 0 && !relatives.isHealthy(donor));
    isSeen ||= candidates.length > 0;
    if (donors.includes(-1)) continue;
    if (candidates.length === 0) return undefined;
    some.push(candidates.map((person) => [{ person, allowed: CARRIES }]));
  }
  const mode = where === 'autosome' ? 'autosomalDominant' : where === 'x' ? 'xLinkedDominant' : 'yLinked';
  const unseen = isSeen ? undefined : 'no parent of an affected member who could have it is in the file';
  return { mode, all: relatives.segregating(), some, unseen };
}

/** Both copies of every affected member, one of each parent. */
function recessive(relatives: Relatives): ModePlan | undefined {
  const { affected } = relatives;
  if (affected.length === 0) return undefined;
  const parents = affected.flatMap((child) => relatives.donors(child));
  return {
    mode: 'autosomalRecessive',
    all: [...relatives.claims(TWO, NONE | ONE), ...carriers(parents)],
    some: [],
    unseen: parents.includes(-1) ? 'not every parent of an affected member is in the file' : undefined,
  };
}

/** Men with their one copy, women with both; a healthy man has none. */
function recessiveOnX(relatives: Relatives): ModePlan | undefined {
  const { affected, people } = relatives;
  if (affected.length === 0) return undefined;
  const parents = affected.flatMap((child) => relatives.donors(child));
  const all = relatives.all().flatMap((person): readonly Claim[] => {
    const { affected: state, sex } = people[person]!;
    if (state === undefined) return [];
    const isMan = sex === 'male';
    if (state) return [{ person, allowed: isMan ? ONE : sex === 'female' ? TWO : CARRIES }];
    return [{ person, allowed: isMan ? NONE : NONE | ONE }];
  });
  return {
    mode: 'xLinkedRecessive',
    all: [...all, ...carriers(parents)],
    some: [],
    unseen: parents.includes(-1) ? 'not every parent who could have handed it down is in the file' : undefined,
  };
}

function carriers(people: readonly number[]): readonly Claim[] {
  return people.filter((person) => person >= 0).map((person) => ({ person, allowed: CARRIES }));
}
