import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEEDS_SERVERS } from './needs-servers.ts';
import type { Round } from './plan.ts';
import { runStorm } from './storm.ts';

const KAFKA_FIRST = { primary: 'kafka', fallback: 'embedded' } as const;

/** Where each bug shows, if it is there. */
const PLANTS: Readonly<Record<string, { readonly bug: string; readonly round: Round; readonly rounds: number }>> = {
  retry: {
    bug: 'a retry is taken for a duplicate',
    round: { route: KAFKA_FIRST, struck: 'primary', fault: 'killed', at: 0.2, holdMs: 100, worker: false },
    rounds: 2,
  },
  commit: {
    bug: 'an offset is committed before the transaction',
    round: { route: KAFKA_FIRST, struck: 'consumer', fault: 'killed', at: 0.2, holdMs: 100, worker: true },
    rounds: 4,
  },
  unknown: {
    bug: 'a send without an answer is dropped',
    round: { route: KAFKA_FIRST, struck: 'primary', fault: 'black hole', at: 0.2, holdMs: 3_000, worker: false },
    rounds: 4,
  },
};

for (const [name, { bug, round, rounds }] of Object.entries(PLANTS)) {
  test(`should report a violation when ${bug}`, NEEDS_SERVERS, async (t) => {
    const plan = Array.from({ length: rounds }, () => round);
    const plant = `brokers/plant-${name}.ts`;
    const options = { seed: 1, rounds, records: 6_000, patienceMs: 20_000 };
    const { violations } = await runStorm({ ...options, plan, plant, log: (line) => t.diagnostic(line) });
    assert.match(violations[0] ?? 'the harness did not see the planted bug', /hangs|prove fails|tables differ/);
  });
}
