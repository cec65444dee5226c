import type { Tables } from '../tables.ts';
import type { Stored } from './programs.ts';

/** What a run that nothing happens to leaves behind. */
export interface Calm {
  readonly tables: Tables;
  readonly envelopes: number;
}

/** How a round ended. */
export interface Ending {
  /** The fault met a run that had not ended. */
  readonly isHit: boolean;
  /** How often the ingest had to be started again. */
  readonly restarts: number;
  /** From everything answering again to the end of the ingest, or of the worker that takes its place. */
  readonly recoveryMs: number;
  readonly violation: string | undefined;
}

/** What is not as after a calm run; undefined when all is. `expected`: failures that say nothing here. */
export function differenceOf(
  { failures, tables }: Stored,
  calm: Calm,
  expected: readonly Stored['failures'][number]['kind'][] = [],
): string | undefined {
  const unexpected = failures.filter(({ kind }) => !expected.includes(kind));
  if (unexpected.length > 0) {
    return `prove fails: ${unexpected
      .map((failure) => JSON.stringify(failure))
      .join('; ')
      .slice(0, 600)}`;
  }
  if (tables.rows === calm.tables.rows && tables.digest === calm.tables.digest) return undefined;
  return `the tables differ: ${tables.rows} rows (${calm.tables.rows} expected), digest ${tables.digest}`;
}
