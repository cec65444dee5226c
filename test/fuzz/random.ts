/** A small seeded generator (mulberry32): the same seed gives the same numbers everywhere. */
export interface Random {
  /** Uniform in 0 .. 2^32-1. */
  next(): number;
  /** Uniform in 0 .. bound-1; 0 when `bound` is 0. */
  below(bound: number): number;
  pick<T>(items: readonly T[]): T;
}

export function createRandom(...seeds: readonly number[]): Random {
  let state = seeds.reduce((mixed, seed) => Math.imul(mixed ^ seed, 0x9e3779b1) ^ (mixed >>> 15), 0x85ebca6b);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (bound: number) => (bound === 0 ? 0 : Math.floor((next() / 2 ** 32) * bound));
  return { next, below, pick: (items) => items[below(items.length)]! };
}
