import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEEDS_SERVERS } from './needs-servers.ts';
import { runStorm } from './storm.ts';

const SEED = Number(process.env.CHAOS_SEED ?? 20261122);
const replay = `replay with CHAOS_SEED=${SEED}, or npm run chaos -- --seed ${SEED} --rounds 22`;
const RECORDS = 6_000;
const FOR_GOOD = { struck: 'producer', fault: 'killed for good', holdMs: 0, worker: false } as const;
const ROUNDS = 22;

test(
  `should end with the tables of a calm run after each of ${ROUNDS} faults in the middle of a file`,
  NEEDS_SERVERS,
  async (t) => {
    t.diagnostic(`seed ${SEED}`);
    const log = (line: string) => t.diagnostic(line);
    const { hit, violations } = await runStorm({ seed: SEED, rounds: ROUNDS, records: RECORDS, log });
    assert.deepEqual(violations, [], replay);
    assert.ok(hit >= ROUNDS - 4, `only ${hit} faults hit a run; ${replay}`);
  },
);

test('should lose nothing acknowledged when the ingest is gone for good', NEEDS_SERVERS, async (t) => {
  const plan = [
    { ...FOR_GOOD, route: { primary: 'kafka', fallback: 'embedded' }, at: 0 },
    { ...FOR_GOOD, route: { primary: 'iggy', fallback: 'kafka' }, at: 0.4 },
  ] as const;
  const log = (line: string) => t.diagnostic(line);
  const { hit, violations } = await runStorm({ seed: SEED, rounds: plan.length, records: RECORDS, plan, log });
  assert.deepEqual([hit, violations], [plan.length, []]);
});
