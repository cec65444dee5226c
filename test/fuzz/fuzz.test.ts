import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { needs } from '../support/needs.ts';
import { sharedVcf } from '../support/shared.ts';
import { runCampaign } from './campaign.ts';

describe('fuzzing', needs('shared-vcf'), () => {
  const folder = sharedVcf('real');

  test('should find no crash and no hang in a few hundred mutants', async (context) => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
    const { findings, outcomes } = await runCampaign({ folder, seed, mutants: 300, workers: 2 });
    context.diagnostic(`seed ${seed}: ${[...outcomes].join(' ')}`);
    assert.deepEqual(findings, [], `npm run fuzz -- --seed ${seed} --mutants 300`);
    assert.ok((outcomes.get('read') ?? 0) > 150, 'most mutants reach the records');
  });

  test('should find a crash and a hang when they are planted', async () => {
    const damaged = { folder, seed: 1, workers: 2 } as const;
    const { findings } = await runCampaign({ ...damaged, mutants: 60, planted: 'crash' });
    assert.ok(findings.length > 0);
    assert.ok(findings.every(({ kind, detail }) => kind === 'crash' && detail.includes('planted crash')));
    const first = findings[0]!.mutant;
    const one = { ...damaged, first, mutants: 1, workers: 1 } as const;
    const again = await runCampaign({ ...one, planted: 'crash' });
    assert.deepEqual(
      again.findings.map(({ mutant }) => mutant),
      [first],
    );
    for (const [planted, stuckMs] of [
      ['hang', 4000],
      ['slow', undefined],
    ] as const) {
      const hanging = await runCampaign({ ...one, planted, stuckMs });
      assert.deepEqual(
        hanging.findings.map(({ kind, mutant }) => [kind, mutant]),
        [['hang', first]],
        planted,
      );
    }
    assert.deepEqual((await runCampaign(one)).findings, []);
  });
});
