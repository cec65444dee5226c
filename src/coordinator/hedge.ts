import type { Deadlines } from './deadlines.ts';

export interface HedgeOptions {
  /** When a leg is late. */
  readonly deadlines: Deadlines;
  /** Whether a late leg is given as much time again; `periods`: how often it was late. Left out: it is not. */
  readonly isWorthWaiting?: (periods: number) => boolean;
}

export type HedgeResult<T> =
  | { readonly ok: true; readonly value: T }
  /** All legs failed; in the order in which they did. */
  | { readonly ok: false; readonly errors: readonly unknown[] };

/**
 * Starts legs one after another, each when the one before has failed or has not answered by its deadline. Resolves with the
 * first that succeeds, while the others go on, or when all have failed; never rejects. What a leg that does not answer has
 * done is unknown: that is why the next one is started beside it and not instead of it.
 */
export function hedged<T>(
  legs: readonly (() => Promise<T>)[],
  { deadlines, isWorthWaiting }: HedgeOptions,
): Promise<HedgeResult<T>> {
  const { promise, resolve } = Promise.withResolvers<HedgeResult<T>>();
  const errors: unknown[] = [];
  let started = 0;
  let stopWaiting = () => {};
  const wait = (periods: number) => {
    if (started === legs.length) return;
    stopWaiting = deadlines.set(() => (isWorthWaiting?.(periods) === true ? wait(periods + 1) : start()));
  };
  const start = () => {
    stopWaiting();
    const leg = legs[started];
    if (leg === undefined) return;
    started += 1;
    wait(1);
    leg().then(
      (value) => {
        stopWaiting();
        // Nobody starts any more.
        started = legs.length;
        resolve({ ok: true, value });
      },
      (error) => {
        errors.push(error);
        if (errors.length === legs.length) resolve({ ok: false, errors });
        else start();
      },
    );
  };
  start();
  return promise;
}
