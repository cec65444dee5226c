import type { Call } from './calls.ts';
import type { ChromosomeClass } from './chromosome-class.ts';
import type { ModeFinding } from './finding.ts';
import { type Copies, copiesOf, domainOf, type Household } from './household.ts';
import { type Claim, type ModePlan, plansOf } from './mode-plan.ts';

type Truth = 'yes' | 'no' | 'unknown';

const UNCLEAR_PLACE: Omit<ModeFinding, 'mode'> = {
  status: 'notAssessable',
  reasons: ['pseudo-autosomal in one assembly only, and the header does not tell which it is'],
};

/** What the members of one family have of one variant: one entry a person, undefined for who is not in the file. */
export type FamilyCopies = readonly (Copies | undefined)[];

/** The modes of single variants in one family, planned once for each kind of chromosome. */
export class Inheritance {
  readonly household: Household;
  readonly #plans = new Map<ChromosomeClass, readonly ModePlan[]>();

  constructor(household: Household) {
    this.household = household;
  }

  /** Whether an affected member is in the file: without one no mode can be told. */
  get hasAffected(): boolean {
    return this.household.people.some(({ affected, call }) => affected === true && call >= 0);
  }

  copies(calls: readonly Call[], where: ChromosomeClass): FamilyCopies {
    return this.household.people.map(({ call, sex }) => (call < 0 ? undefined : copiesOf(calls[call]!, sex, where)));
  }

  /** False when every affected member in the file surely has no copy. */
  concerns(copies: FamilyCopies): boolean {
    return this.household.people.some(({ affected }, place) => {
      const own = copies[place];
      return affected === true && own !== undefined && own.known !== 0;
    });
  }

  /** The modes that the genotypes show, allow, or leave open. */
  modes(copies: FamilyCopies, where: ChromosomeClass): readonly ModeFinding[] {
    if (where === 'unclear') return this.#plansOf('x').map(({ mode }) => ({ mode, ...UNCLEAR_PLACE }));
    return this.#plansOf(where).flatMap((plan) => {
      const truth = new Judge(this.household, where, copies).of(plan);
      return truth === 'no' ? [] : [this.#finding(plan, truth, copies)];
    });
  }

  #plansOf(where: ChromosomeClass): readonly ModePlan[] {
    const plans = this.#plans.get(where) ?? plansOf(this.household, where);
    this.#plans.set(where, plans);
    return plans;
  }

  #finding({ mode, unseen }: ModePlan, truth: Truth, copies: FamilyCopies): ModeFinding {
    if (truth === 'unknown') return { mode, status: 'notAssessable', reasons: this.doubts(copies) };
    return unseen === undefined
      ? { mode, status: 'met', reasons: [] }
      : { mode, status: 'possible', reasons: [unseen] };
  }

  /** Whose genotype cannot be used, and why. */
  doubts(copies: FamilyCopies): readonly string[] {
    return this.household.people.flatMap(({ role }, place) => {
      const own = copies[place];
      return own === undefined || own.known !== undefined ? [] : [`${role}: ${own.doubt}`];
    });
  }
}

/** Kleene's logic over the claims of a plan: what cannot be known stays unknown. */
class Judge {
  readonly #household: Household;
  readonly #where: ChromosomeClass;
  readonly #copies: FamilyCopies;

  constructor(household: Household, where: ChromosomeClass, copies: FamilyCopies) {
    this.#household = household;
    this.#where = where;
    this.#copies = copies;
  }

  of({ all, some }: ModePlan): Truth {
    let truth = this.#all(all);
    for (const group of some) {
      if (truth === 'no') return 'no';
      truth = both(truth, group.map((claims) => this.#all(claims)).reduce(either, 'no' as Truth));
    }
    return truth;
  }

  #all(claims: readonly Claim[]): Truth {
    let truth: Truth = 'yes';
    for (const claim of claims) {
      truth = both(truth, this.#holds(claim));
      if (truth === 'no') return 'no';
    }
    return truth;
  }

  #holds({ person, allowed }: Claim): Truth {
    const own = this.#copies[person];
    if (own === undefined) return 'yes';
    if (own.known !== undefined) return (allowed >> own.known) & 1 ? 'yes' : 'no';
    const domain = domainOf(this.#household.people[person]!.sex, this.#where);
    if ((allowed & domain) === 0) return 'no';
    return (allowed & domain) === domain ? 'yes' : 'unknown';
  }
}

function both(a: Truth, b: Truth): Truth {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'unknown' || b === 'unknown' ? 'unknown' : 'yes';
}

function either(a: Truth, b: Truth): Truth {
  if (a === 'yes' || b === 'yes') return 'yes';
  return a === 'unknown' || b === 'unknown' ? 'unknown' : 'no';
}
