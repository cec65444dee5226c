import type { Clock } from '../core/ports.ts';

export interface HedgeOptions {
  readonly clock: Clock;
  /** How long a leg may go without an answer before the next is started beside it. */
  readonly afterMs: number;
}

export type HedgeResult<T> =
  | { readonly ok: true; readonly value: T }
  /** All legs failed; in the order in which they did. */
  | { readonly ok: false; readonly errors: readonly unknown[] };

/** Why a wait ends early: nobody looks at it. */
const OVER = Symbol('over');

/**
 * Starts legs one after another, each when the one before has failed or has not answered for a while. Resolves with the
 * first that succeeds, while the others go on, or when all have failed; never rejects. What a leg that does not answer has
 * done is unknown: that is why the next one is started beside it and not instead of it.
 */
export function hedged<T>(
  legs: readonly (() => Promise<T>)[],
  { clock, afterMs }: HedgeOptions,
): Promise<HedgeResult<T>> {
  const { promise, resolve } = Promise.withResolvers<HedgeResult<T>>();
  const errors: unknown[] = [];
  let started = 0;
  let wait: AbortController | undefined;
  const start = () => {
    wait?.abort(OVER);
    const leg = legs[started];
    if (leg === undefined) return;
    started += 1;
    leg().then(
      (value) => {
        wait?.abort(OVER);
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
    if (started < legs.length) {
      wait = new AbortController();
      clock.sleep(afterMs, { signal: wait.signal }).then(start, () => undefined);
    }
  };
  start();
  return promise;
}
