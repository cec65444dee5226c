import { bareChromosome } from '../../core/chromosome.ts';
import type { Header } from '../../vcf/header/model.ts';

/**
 * One order of contigs for two files: that of their headers, as far as they agree; without headers 1 to 22, X, Y, MT. A contig
 * that nobody named comes after all others, in the order in which such ones are met. Names count without `chr`.
 */
export class ContigOrder {
  readonly #ranks = new Map<string, number>();

  constructor(...headers: readonly Pick<Header, 'contigs'>[]) {
    const named = headers.map(({ contigs }) => [...new Set([...contigs.keys()].map(bareChromosome))]);
    const lists = named.filter((names) => names.length > 0);
    const [first = HUMAN, ...others] = lists;
    const order = [...first];
    for (const names of others) insert(order, names);
    for (const [rank, name] of order.entries()) this.#ranks.set(name, rank);
  }

  rank(bareName: string): number {
    const known = this.#ranks.get(bareName);
    if (known !== undefined) return known;
    this.#ranks.set(bareName, this.#ranks.size);
    return this.#ranks.size - 1;
  }
}

const HUMAN = [...Array.from({ length: 22 }, (_, index) => String(index + 1)), 'X', 'Y', 'MT', 'M'];

/** Puts the names that are new behind the one that they follow. */
function insert(order: string[], names: readonly string[]): void {
  const places = new Map(order.map((name, place) => [name, place]));
  const behind = new Map<number, string[]>();
  let last = -1;
  for (const name of names) {
    const place = places.get(name);
    if (place !== undefined) last = place;
    else behind.set(last, [...(behind.get(last) ?? []), name]);
  }
  const merged = [...(behind.get(-1) ?? []), ...order.flatMap((name, place) => [name, ...(behind.get(place) ?? [])])];
  order.splice(0, order.length, ...merged);
}
