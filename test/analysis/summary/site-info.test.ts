import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SiteInfo } from '../../../src/analysis/summary/site-info.ts';
import { blockOf } from '../../support/block.ts';

function read(info: string) {
  const block = blockOf(`1\t5\t.\tA\tC\t.\t.\t${info}\n1\t6\t.\tA\tC\t.\t.\tDP=1000`);
  const site = new SiteInfo();
  site.read(block, Buffer.from(block.bytes), 0);
  return [site.depth, site.called, Array.from(site.counts.subarray(0, site.altCounts))];
}

test('should find DP, AN and AC wherever they stand in INFO', () => {
  assert.deepEqual(read('DP=7;AN=20;AC=3,4'), [7, 20, [3, 4]]);
  assert.deepEqual(read(`CSQ=${'x'.repeat(200)};AC=5;DB;AN=6;DP=0`), [0, 6, [5]]);
  assert.deepEqual(read(`AC=${Array.from({ length: 30 }, (_, i) => i)}`), [
    -1,
    -1,
    Array.from({ length: 30 }, (_, i) => i),
  ]);
});

test('should take no other key and no other row for them, and nothing for a value that is no number', () => {
  for (const info of ['.', 'ADP=7;XAN=3;DPX=4;ACX=3', 'DP;AN;AC', 'X=DP=3;MDP=4'])
    assert.deepEqual(read(info), [-1, -1, []]);
  assert.deepEqual(read('DP=.;AN=x;AC=.,3'), [-1, -1, [-1, 3]]);
});
