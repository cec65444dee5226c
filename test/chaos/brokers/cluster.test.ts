import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEEDS_SERVERS } from './needs-servers.ts';
import type { Round } from './plan.ts';
import { runStorm } from './storm.ts';

test('should notice nothing when one broker of three is killed', NEEDS_SERVERS, async (t) => {
  const plan: Round[] = [
    { route: { primary: 'kafka' }, struck: 'primary', fault: 'killed', at: 0.3, holdMs: 3_000, worker: false },
  ];
  const log = (line: string) => t.diagnostic(line);
  const { hit, violations } = await runStorm({ seed: 1, rounds: 1, records: 6_000, brokers: 3, plan, log });
  assert.deepEqual([hit, violations], [1, []]);
});
