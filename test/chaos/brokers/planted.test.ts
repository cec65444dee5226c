import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEEDS_SERVERS } from './needs-servers.ts';
import type { Round } from './plan.ts';
import { runStorm } from './storm.ts';

const KAFKA_FIRST = { route: { primary: 'kafka', fallback: 'embedded' }, worker: false } as const;
/** In each of the file's three contigs: two of them may be the same worker's. */
const CONTIGS = [0.5, 0.85, 0.15];

interface Plant {
  readonly bug: string;
  readonly plan: readonly Round[];
  /** What it looks like. */
  readonly shows: RegExp;
  /** Short where the bug shows as a run that hangs, which is then waited for. */
  readonly patienceMs?: number;
}

const UNFINISHED = { shows: /hangs|prove fails|tables differ/, patienceMs: 20_000 };

/** Where each bug shows, if it is there: the rounds end with the first violation. */
const PLANTS: Readonly<Record<string, Plant>> = {
  retry: {
    ...UNFINISHED,
    bug: 'a retry is taken for a duplicate',
    plan: CONTIGS.map((at) => ({ ...KAFKA_FIRST, struck: 'primary', fault: 'killed', at, holdMs: 100 })),
  },
  unknown: {
    ...UNFINISHED,
    bug: 'a send without an answer is dropped',
    plan: CONTIGS.map((at) => ({ ...KAFKA_FIRST, struck: 'primary', fault: 'black hole', at, holdMs: 3_000 })),
  },
  commit: {
    bug: 'an offset is committed before the transaction',
    shows: /acknowledged envelopes are lost/,
    // Nothing is lost where the early commit itself does not get through, as on a busy machine: then the next round shows it.
    plan: [0.4, 0, 0.6, 0.2].map((at) => ({
      ...KAFKA_FIRST,
      struck: 'producer',
      fault: 'killed for good',
      at,
      holdMs: 0,
    })),
  },
};

for (const [name, { bug, plan, shows, patienceMs }] of Object.entries(PLANTS)) {
  test(`should report a violation when ${bug}`, NEEDS_SERVERS, async (t) => {
    const plant = `brokers/plant-${name}.ts`;
    const options = { seed: 1, rounds: plan.length, records: 6_000, patienceMs };
    const { violations } = await runStorm({ ...options, plan, plant, log: (line) => t.diagnostic(line) });
    assert.match(violations[0] ?? 'the harness did not see the planted bug', shows);
  });
}
