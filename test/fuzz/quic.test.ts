import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runQuicCampaign } from './quic-campaign.ts';

const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const MUTANTS = 10_000;

describe('fuzz, quic', () => {
  test(`should neither crash, lose a connection nor grow when datagrams are mutated (FUZZ_SEED=${SEED})`, async () => {
    const { findings, earlyBytes, lateBytes, exchanges } = await runQuicCampaign({ seed: SEED, mutants: MUTANTS });
    assert.deepEqual(findings, []);
    assert.equal(exchanges, MUTANTS / 100);
    assert.ok(lateBytes <= earlyBytes * 1.5, `${earlyBytes} bytes, then ${lateBytes}`);
  });

  test('should find a connection that is lost', async () => {
    const { findings } = await runQuicCampaign({ seed: SEED, mutants: 300, plantAt: 150 });
    assert.deepEqual(findings, ['the connection was lost by mutant 150']);
  });
});
