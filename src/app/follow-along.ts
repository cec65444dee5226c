import { VcfAgentError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { PROJECTION_NAMES, type ProjectionName } from '../core/projection.ts';
import type { Projections } from './projections.ts';

export interface FollowAlongOptions {
  readonly names: readonly ProjectionName[];
  readonly clock: Clock;
  /** Says stop. */
  readonly signal: AbortSignal;
  /** A sentence for people. The same is not said twice in a row. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

const LOOK_MS = 1_000;

/** The names in the setting `projections`: none for `lazy`. */
export function namesIn(setting: string | undefined): readonly ProjectionName[] {
  const words = (setting ?? '').split(',');
  return PROJECTION_NAMES.filter((name) => words.includes(name));
}

/**
 * Keeps projections up to date while others store, until it is told to stop. What fails is said and tried again: nothing of it
 * stops a worker, and who asks a projection brings it up to date anyway.
 */
export async function followAlong(
  projections: Pick<Projections, 'follow'>,
  { names, clock, signal, onNotice }: FollowAlongOptions,
): Promise<void> {
  let said = '';
  const say = (text: string) => {
    if (text !== said) onNotice?.(text);
    said = text;
  };
  while (names.length > 0 && !signal.aborted) {
    for (const name of names) {
      await projections.follow(name, { signal, lockPatienceMs: 0, onNotice: say }).catch((error) => {
        const isBusy = error instanceof VcfAgentError && error.code === 'HOME_IN_USE';
        if (!isBusy && !signal.aborted) say(`${name} does not follow: ${(error as Error).message}`);
      });
    }
    await clock.sleep(LOOK_MS, { signal }).catch(() => {});
  }
}
