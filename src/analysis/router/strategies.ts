import type { Random } from '../../core/ports.ts';
import type { Lane } from './lane.ts';

export type RoutingStrategy = 'priority' | 'round-robin' | 'least-busy' | 'weighted';

/** Puts lanes into the order in which they are to be asked. */
export type Order = (lanes: readonly Lane[]) => readonly Lane[];

/** One order for all requests of a router: round robin remembers whose turn it is. */
export function orderBy(strategy: RoutingStrategy, random: Random): Order {
  if (strategy === 'round-robin') return roundRobin();
  if (strategy === 'weighted') return (lanes) => weighted(lanes, random);
  if (strategy === 'least-busy') return (lanes) => lanes.toSorted((a, b) => a.load - b.load);
  return (lanes) => lanes.toSorted((a, b) => a.options.priority - b.options.priority);
}

/** After whoever was first the last time, in the order of their configuration, whoever of them is there. */
function roundRobin(): Order {
  let turn = 0;
  return (lanes) => {
    if (lanes.length === 0) return lanes;
    const first = turn++ % lanes.length;
    return [...lanes.slice(first), ...lanes.slice(0, first)];
  };
}

/** Drawn one after the other by weight (Efraimidis and Spirakis 2006: sort by u^(1/w)). */
function weighted(lanes: readonly Lane[], random: Random): readonly Lane[] {
  return lanes
    .map((lane) => ({ lane, key: random() ** (1 / lane.options.weight) }))
    .toSorted((a, b) => b.key - a.key)
    .map(({ lane }) => lane);
}
