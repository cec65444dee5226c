import type { ChromosomeClass } from '../../../src/analysis/family/chromosome-class.ts';
import type { Mode, ModeStatus } from '../../../src/analysis/family/finding.ts';
import type { Sex } from '../../../src/analysis/family/pedigree.ts';

/** Somebody of a family, by what is written of them. `copies`: -1 unknown, undefined not in the file. */
export interface Relative {
  readonly sex: Sex;
  readonly affected: boolean | undefined;
  readonly father: number;
  readonly mother: number;
  readonly copies: number | undefined;
}

type Genotypes = readonly (number | undefined)[];

/** Whose children's allele could be theirs: a son has no X of his father, and Y is his only. */
function donors({ sex, father, mother }: Relative, where: ChromosomeClass): readonly number[] {
  if (where === 'y') return [father];
  return where === 'x' && sex === 'male' ? [mother] : [father, mother];
}

/**
 * The modes in the words of a textbook, one family with complete genotypes at a time: slow, and written without looking at how
 * the program plans them. Everybody who is ill has the cause, nobody who is healthy has (full penetrance).
 */
const DEFINITIONS: Readonly<Record<Exclude<Mode, 'compoundHeterozygous'>, (family: Told) => boolean>> = {
  deNovo: ({ ill, healthy, has, donorsOf, isIll }) =>
    ill.every((one) => has(one)! >= 1) &&
    healthy.every((one) => has(one) === 0) &&
    bornAnew({ ill, has, donorsOf, isIll }),
  autosomalDominant: (family) => family.where === 'autosome' && handedDown(family),
  xLinkedDominant: (family) => family.where === 'x' && handedDown(family),
  yLinked: (family) => family.where === 'y' && handedDown(family),
  autosomalRecessive: ({ where, ill, healthy, has, donorsOf }) =>
    where === 'autosome' &&
    ill.length > 0 &&
    ill.every((one) => has(one) === 2) &&
    healthy.every((one) => has(one) !== 2) &&
    ill.every((one) => donorsOf(one).every((parent) => has(parent) !== 0)),
  xLinkedRecessive: ({ where, ill, healthy, has, donorsOf, sexOf }) =>
    where === 'x' &&
    ill.length > 0 &&
    ill.every((one) =>
      sexOf(one) === 'male' ? has(one) === 1 : sexOf(one) === 'female' ? has(one) === 2 : has(one)! > 0,
    ) &&
    healthy.every((one) => has(one) === 0 || (sexOf(one) !== 'male' && has(one) === 1)) &&
    ill.every((one) => donorsOf(one).every((parent) => has(parent) !== 0)),
};

interface Told {
  readonly where: ChromosomeClass;
  readonly ill: readonly number[];
  readonly healthy: readonly number[];
  /** Undefined: not in the file. */
  has(person: number): number | undefined;
  donorsOf(person: number): readonly number[];
  isIll(person: number): boolean;
  isHealthy(person: number): boolean;
  sexOf(person: number): Sex;
}

/** With both parents in the file wherever somebody has them; else by what is there. */
function bornAnew({ ill, has, donorsOf, isIll }: Pick<Told, 'ill' | 'has' | 'donorsOf' | 'isIll'>): boolean {
  const births = ill.filter((one) => donorsOf(one).every((parent) => !isIll(parent) || has(parent) === undefined));
  const ofKnown = births.filter((one) => donorsOf(one).every((parent) => has(parent) !== undefined));
  const counted = ofKnown.length > 0 ? ofKnown : births.filter((one) => !donorsOf(one).some(isIll));
  return counted.some((one) => has(one) === 1 && donorsOf(one).every((parent) => (has(parent) ?? 0) === 0));
}

function handedDown({ ill, healthy, has, donorsOf }: Told): boolean {
  return (
    ill.length > 0 &&
    ill.every((one) => has(one)! >= 1) &&
    healthy.every((one) => has(one) === 0) &&
    ill.every((one) => donorsOf(one).some((parent) => has(parent) === undefined || has(parent)! >= 1))
  );
}

/** Every way to fill in what is unknown. */
function* completions(family: readonly Relative[], where: ChromosomeClass, from = 0): Generator<Genotypes> {
  if (from === family.length) {
    yield [];
    return;
  }
  const { copies, sex } = family[from]!;
  const most = where === 'y' ? (sex === 'female' ? 0 : 1) : where === 'x' && sex === 'male' ? 1 : 2;
  const here = copies === -1 ? Array.from({ length: most + 1 }, (_, number) => number) : [copies];
  for (const rest of completions(family, where, from + 1)) for (const own of here) yield [own, ...rest];
}

/** What a mode comes to: true in every completion, in some, or in none (undefined). */
export function slowMode(
  mode: keyof typeof DEFINITIONS,
  family: readonly Relative[],
  where: ChromosomeClass,
): ModeStatus | 'sure' | undefined {
  // Nobody looks at a woman's Y.
  const counts = (person: number): boolean =>
    family[person]?.copies !== undefined && !(where === 'y' && family[person]!.sex === 'female');
  const people = [...family.keys()];
  let yes = 0;
  let no = 0;
  for (const genotypes of completions(family, where)) {
    const holds = DEFINITIONS[mode]({
      where,
      ill: people.filter((one) => counts(one) && family[one]!.affected === true),
      healthy: people.filter((one) => counts(one) && family[one]!.affected === false),
      has: (one) => (one < 0 ? undefined : genotypes[one]),
      donorsOf: (one) => donors(family[one]!, where),
      isIll: (one) => counts(one) && family[one]!.affected === true,
      isHealthy: (one) => counts(one) && family[one]!.affected === false,
      sexOf: (one) => family[one]!.sex,
    });
    if (holds) yes++;
    else no++;
  }
  if (yes === 0) return undefined;
  return no === 0 ? 'sure' : 'notAssessable';
}
