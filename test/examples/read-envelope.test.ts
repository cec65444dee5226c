import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEBIAN_PYTHON } from '../../scripts/services/debian.ts';
import { blockColumns } from '../../src/codec/content.ts';
import { encodeEnvelope } from '../../src/codec/envelope-codec.ts';
import type { RejectedRecord } from '../../src/core/problem.ts';
import { unitOf } from '../support/envelope.ts';
import { needs } from '../support/needs.ts';

const READER = join(import.meta.dirname, '..', '..', 'examples', 'read_envelope.py');
const LINES = [
  'chr17 43045712 rs1 T C 50 PASS DP=3;NOTE=é\u{1f9ec} GT:DP 0/1:9 1|1:.',
  'chrX 9 . A <DEL> . . END=40 GT 0/0 ./1',
];
const REJECTED: RejectedRecord = {
  ordinal: 2,
  problem: { code: 'POS_NOT_INTEGER', severity: 'error', line: 9, column: 6, field: 'POS', message: '"x\0" is none' },
  text: 'chr1\tx \\ "\u2028" \u007f é\u{1f9ec}',
};

async function messageOf(compressionLevel: number): Promise<Uint8Array> {
  const { envelope } = unitOf(LINES, { samples: ['a', 'b'], rejected: [REJECTED] });
  return (await encodeEnvelope(envelope, blockColumns(envelope.block), { compressionLevel })).body;
}

const read = (message: Uint8Array) => spawnSync(DEBIAN_PYTHON, [READER, '-'], { input: message, encoding: 'utf8' });

for (const level of [0, 1]) {
  test(`should be read by the example in Python when packed at level ${level}`, needs('python-modules'), async () => {
    const { status, stdout, stderr } = read(await messageOf(level));
    assert.equal(status, 0, stderr);
    const header = '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n';
    assert.equal(stdout, header + LINES.map((line) => `${line.replaceAll(' ', '\t')}\n`).join(''));
  });
}

test('should be refused by the example in Python when a byte of it was changed', needs('python-modules'), async () => {
  const message = await messageOf(1);
  for (const at of [0, 1, 3, 200, message.length - 1]) {
    const damaged = message.slice();
    damaged[at]! ^= 1;
    assert.notEqual(read(damaged).status, 0, `byte ${at}`);
  }
});
