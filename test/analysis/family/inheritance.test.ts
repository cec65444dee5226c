import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ChromosomeClass } from '../../../src/analysis/family/chromosome-class.ts';
import type { Mode } from '../../../src/analysis/family/finding.ts';
import type { Copies, Person } from '../../../src/analysis/family/household.ts';
import { Inheritance } from '../../../src/analysis/family/inheritance.ts';
import { type Relative, slowMode } from './slow-modes.ts';

const MODES = [
  'deNovo',
  'autosomalDominant',
  'autosomalRecessive',
  'xLinkedRecessive',
  'xLinkedDominant',
  'yLinked',
] as const;
const RUNS = { numRuns: 4000 };

type Fast = (family: readonly Relative[], where: ChromosomeClass) => ReadonlyMap<Mode, string>;

function peopleOf(family: readonly Relative[]): readonly Person[] {
  return family.map(({ sex, affected, father, mother, copies }, place) => {
    return { role: `member ${place}`, sex, affected, father, mother, call: copies === undefined ? -1 : place };
  });
}

/** The program's modes; `met` and `possible` are both sure of what the genotypes say. */
const fast: Fast = (family, where) => {
  const inheritance = new Inheritance({ family: 'F', ordinal: 1, people: peopleOf(family) });
  const copies = family.map(({ copies, sex }): Copies | undefined => {
    if (copies === undefined) return undefined;
    if (where === 'y' && sex === 'female') return { known: 0 };
    return copies < 0 ? { known: undefined, doubt: 'no genotype' } : { known: copies };
  });
  const found = inheritance.modes(copies, where);
  return new Map(found.map(({ mode, status }) => [mode, status === 'notAssessable' ? status : 'sure']));
};

const relative = (place: number) =>
  fc.record({
    sex: fc.constantFrom('male' as const, 'female' as const),
    affected: fc.constantFrom(true, true, false, false, undefined),
    father: fc.integer({ min: -1, max: place - 1 }),
    mother: fc.integer({ min: -1, max: place - 1 }),
    copies: fc.constantFrom(0, 0, 1, 1, 2, -1, undefined),
  });

/** Up to six people; parents stand before their children and have the right sex. */
const family = fc
  .integer({ min: 1, max: 6 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, place) => relative(place))))
  .map((people) =>
    people.map((person): Relative => {
      const parent = (place: number, sex: string): number => (place >= 0 && people[place]!.sex === sex ? place : -1);
      return { ...person, father: parent(person.father, 'male'), mother: parent(person.mother, 'female') };
    }),
  );
const where = fc.constantFrom<ChromosomeClass>('autosome', 'autosome', 'x', 'y');

/** A man has one X and one Y, a woman no Y. */
function possible(people: readonly Relative[], place: ChromosomeClass): readonly Relative[] {
  return people.map((person) => {
    const { sex, copies } = person;
    if (copies === undefined || copies < 0 || place === 'autosome') return person;
    if (place === 'y') return { ...person, copies: sex === 'female' ? 0 : Math.min(1, copies) };
    return { ...person, copies: sex === 'male' ? Math.min(1, copies) : copies };
  });
}

function compare(given: Fast): void {
  fc.assert(
    fc.property(family, where, (people, place) => {
      const relatives = possible(people, place);
      const found = given(relatives, place);
      for (const mode of MODES) {
        assert.equal(found.get(mode), slowMode(mode, relatives, place), `${mode} on ${place}`);
      }
    }),
    RUNS,
  );
}

describe('modes of inheritance', () => {
  test('should be those of a slow definition when families are of any shape', () => compare(fast));

  test('should be told apart from a wrong one: that harness catches planted bugs', () => {
    const assumesReference: Fast = (people, place) =>
      fast(
        people.map((one) => ({ ...one, copies: one.copies === -1 ? 0 : one.copies })),
        place,
      );
    const forgetsTheSick: Fast = (people, place) =>
      fast(
        people.map((one, at) => ({ ...one, affected: at > 2 ? undefined : one.affected })),
        place,
      );
    const forgetsMothersOfSons: Fast = (people, place) =>
      fast(
        people.map((one) => ({ ...one, mother: place === 'x' && one.sex === 'male' ? -1 : one.mother })),
        place,
      );
    for (const planted of [assumesReference, forgetsTheSick, forgetsMothersOfSons])
      assert.throws(() => compare(planted), planted.toString());
  });
});
