import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Call } from '../../../src/analysis/family/calls.ts';
import type { Household } from '../../../src/analysis/family/household.ts';
import { type Half, type PairFinding, pairOf } from '../../../src/analysis/family/pair.ts';

/** Copies of a variant: -1 unknown, undefined not in the file; with `|`, the haplotype. */
type Own = number | undefined | '0|1' | '1|0';

/** Proband, father, mother, then siblings of the states given (`true`: ill). */
function trio(states: readonly (boolean | undefined)[], present: readonly boolean[]): Household {
  const people = states.map((affected, place) => ({
    role: ['proband', 'father', 'mother'][place] ?? `sibling ${place}`,
    sex: place === 2 ? ('female' as const) : ('male' as const),
    affected,
    call: present[place] ? place : -1,
    father: place === 1 || place === 2 ? -1 : 1,
    mother: place === 1 || place === 2 ? -1 : 2,
  }));
  return { family: 'F', ordinal: 1, people };
}

function half(own: readonly Own[]): Half {
  const calls = own.map((one): Call => {
    const phased = typeof one === 'string';
    const copies = phased ? 1 : one === undefined || one < 0 ? undefined : one;
    return {
      copies,
      ploidy: 2,
      haplotype: phased ? (one === '1|0' ? 0 : 1) : undefined,
      phaseSet: phased ? '' : undefined,
      doubt: copies === undefined ? 'no genotype' : undefined,
    };
  });
  const copies = own.map((one, place) => {
    if (one === undefined) return undefined;
    const known = calls[place]!.copies;
    return known === undefined ? { known, doubt: 'no genotype' } : { known };
  });
  return { copies, calls };
}

function pair(
  a: readonly Own[],
  b: readonly Own[],
  states: readonly (boolean | undefined)[] = [true, false, false],
): PairFinding | undefined {
  return pairOf(
    trio(
      states,
      a.map((own) => own !== undefined),
    ),
    half(a),
    half(b),
  );
}

const told = (found: PairFinding | undefined) => found && [found.phase, found.by, found.status];

describe('two variants of a gene', () => {
  test('should be compound heterozygotes when each comes from another parent', () => {
    assert.deepEqual(told(pair([1, 1, 0], [1, 0, 1])), ['trans', 'parents', 'met']);
    assert.deepEqual(told(pair([1, 1, 0], [1, 1, 0])), ['cis', 'parents', undefined]);
  });

  test('should be so by the phase of the file, with or without parents', () => {
    assert.deepEqual(told(pair(['0|1', undefined, undefined], ['1|0', undefined, undefined])), [
      'trans',
      'phase',
      'met',
    ]);
    assert.deepEqual(told(pair(['0|1', 1, 1], ['1|0', 1, 1])), ['trans', 'phase', 'met']);
    assert.deepEqual(told(pair(['0|1', 1, 0], ['0|1', 1, 0])), ['cis', 'phase', undefined]);
  });

  test('should be possible when nobody tells the phase', () => {
    const alone = pair([1, undefined, undefined], [1, undefined, undefined]);
    assert.deepEqual(told(alone), ['unknown', undefined, 'possible']);
    assert.match(alone!.reasons[0]!, /not both parents are in the file/);
    const both = pair([1, 1, 1], [1, 1, 0]);
    assert.deepEqual(told(both), ['unknown', undefined, 'possible']);
    assert.match(both!.reasons[0]!, /both parents have one of the two/);
    const anew = pair([1, 0, 0], [1, 1, 0]);
    assert.match(anew!.reasons[0]!, /neither parent has one of the two/);
  });

  test('should be no pair when an ill member lacks one, or has two of it', () => {
    assert.equal(pair([1, 1, 0], [0, 0, 1]), undefined);
    assert.equal(pair([1, 1, 0], [2, 1, 1]), undefined);
    assert.equal(pair([1, 1, 0, 1], [1, 0, 1, 0], [true, false, false, true]), undefined);
  });

  test('should not be assessable when a genotype that counts is missing, which is never taken for the reference', () => {
    const child = pair([-1, 1, 0], [1, 0, 1]);
    assert.deepEqual([child?.status, child?.reasons], ['notAssessable', ['proband: no genotype']]);
    const parent = pair([1, -1, 0], [1, 0, 1]);
    assert.equal(parent?.status, 'possible');
    assert.match(parent!.reasons[0]!, /genotype of a parent cannot be used/);
    const sibling = pair([1, 1, 0, -1], [1, 0, 1, 1], [true, false, false, false]);
    assert.deepEqual([sibling?.status, sibling?.reasons], ['notAssessable', ['sibling 3: no genotype']]);
  });

  test('should be excluded by a healthy member with both copies hit, and not by one with both on one copy', () => {
    assert.equal(pair([1, 1, 0, 1], [1, 0, 1, 1], [true, false, false, false])?.status, undefined);
    assert.equal(pair([1, 1, 0, 1], [1, 0, 1, 0], [true, false, false, false])?.status, 'met');
    assert.equal(pair([1, 2, 0], [1, 0, 1])?.status, undefined);
    assert.equal(pair([1, '0|1', 0], [1, '1|0', 1])?.status, undefined);
  });

  test('should hold for every ill member', () => {
    assert.deepEqual(told(pair([1, 1, 0, 1], [1, 0, 1, 1], [true, false, false, true])), ['trans', 'parents', 'met']);
  });
});

/** Haplotypes of two variants: bit 0 the first, bit 1 the second. */
const HAPLOTYPES = [0, 1, 2, 3];

/** Every phase that a child with one copy of each can have, by handing down whole haplotypes: no recombination, nothing new. */
function slowPhases(father: readonly [number, number], mother: readonly [number, number]): ReadonlySet<string> {
  const copies = (one: number, other: number): readonly [number, number] => [
    (one & 1) + (other & 1),
    (one >> 1) + (other >> 1),
  ];
  const fits = (one: number, other: number, wanted: readonly [number, number]): boolean => {
    const [a, b] = copies(one, other);
    return a === wanted[0] && b === wanted[1];
  };
  const phases = new Set<string>();
  for (const f1 of HAPLOTYPES) {
    for (const f2 of HAPLOTYPES) {
      if (!fits(f1, f2, father)) continue;
      for (const m1 of HAPLOTYPES) {
        for (const m2 of HAPLOTYPES) {
          if (!fits(m1, m2, mother)) continue;
          for (const [from, to] of [f1, f2].flatMap((his) => [m1, m2].map((hers) => [his, hers] as const))) {
            if (!fits(from, to, [1, 1])) continue;
            phases.add(from === 3 || to === 3 ? 'cis' : 'trans');
          }
        }
      }
    }
  }
  return phases;
}

describe('the phase of two variants', () => {
  const copies = fc.integer({ min: 0, max: 2 });
  const genotypes = fc.tuple(copies, copies);
  const check = (phase: (father: readonly [number, number], mother: readonly [number, number]) => string | undefined) =>
    fc.assert(
      fc.property(genotypes, genotypes, (father, mother) => {
        const phases = slowPhases(father, mother);
        // None: the child's genotypes break Mendel's rules.
        if (phases.size === 0) return;
        assert.equal(phase(father, mother), phases.size === 1 ? [...phases][0] : 'unknown');
      }),
      { numRuns: 500 },
    );
  const ours = (father: readonly [number, number], mother: readonly [number, number]) =>
    pair([1, father[0], mother[0]], [1, father[1], mother[1]], [true, undefined, undefined])?.phase;

  test('should be what handing down whole haplotypes allows', () => check(ours));
  test('should be told apart from a wrong one: that harness catches a planted bug', () => {
    assert.throws(() =>
      check((father, mother) => (ours(father, mother) === 'unknown' ? 'trans' : ours(father, mother))),
    );
  });
});
