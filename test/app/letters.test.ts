import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Letters } from '../../src/app/letters.ts';
import { UndeliveredFolder } from '../../src/coordinator/dead-letters.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import { DeadLetterFolder } from '../../src/delivery/dead-letter.ts';

const A = 'a'.repeat(64);
const B = `${'a'.repeat(10)}${'b'.repeat(54)}`;
const hasCode = (code: string) => (error: unknown) => error instanceof VcfAgentError && error.code === code;

/** A folder with a letter of either kind, as their writers write them. */
async function withLetters(work: (letters: Letters, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vcf-agent-letters-'));
  try {
    const undelivered = await UndeliveredFolder.open(folder, { now: () => Date.UTC(2026, 0, 1) });
    const why = { code: 'PLATFORM_TIMEOUT', reason: 'kafka did not answer', rounds: 4 };
    await undelivered.keep({
      id: A,
      topic: 'vcf-variants',
      tenant: 'default',
      key: 'chr1',
      body: Buffer.from('one'),
      ...why,
    });
    const position = { platform: 'kafka', topic: 'vcf-variants', partition: 3, offset: 42n } as const;
    const refusal = new VcfAgentError('ENVELOPE_CORRUPT', 'the checksum is wrong');
    await new DeadLetterFolder(folder).keep({ id: B, body: Buffer.from('three'), position }, refusal);
    await work(new Letters(folder), folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('should see the letters of both writers as one list, oldest first', async () => {
  await withLetters(async (letters) => {
    assert.deepEqual(await letters.count(), { undelivered: 1, refused: 1 });
    const [first, second, ...rest] = await letters.list();
    assert.deepEqual(rest, []);
    assert.deepEqual([first?.kind, first?.id, first?.topic, first?.bytes], ['undelivered', A, 'vcf-variants', 3]);
    assert.deepEqual(
      [first?.code, first?.reason, first?.at],
      ['PLATFORM_TIMEOUT', 'kafka did not answer', '2026-01-01T00:00:00.000Z'],
    );
    assert.deepEqual(first?.facts, { tenant: 'default', key: 'chr1', rounds: 4 });
    assert.deepEqual([second?.kind, second?.id, second?.topic, second?.bytes], ['refused', B, 'vcf-variants', 5]);
    assert.deepEqual([second?.code, second?.reason], ['ENVELOPE_CORRUPT', 'the checksum is wrong']);
    assert.equal(second?.facts.partition, 3);
    assert.equal(second?.facts.offset, '42');
    assert.equal(Buffer.from(await letters.body(second!)).toString(), 'three');
  });
});

test('should find the letter that an envelope has on a topic, and none on another', async () => {
  await withLetters(async (letters) => {
    const [undelivered, refused] = await letters.list();
    assert.deepEqual(await letters.ofEnvelope({ id: A, topic: 'vcf-variants' }), undelivered);
    assert.deepEqual(await letters.ofEnvelope({ id: B, topic: 'vcf-variants' }), refused);
    assert.equal(await letters.ofEnvelope({ id: A, topic: 'vcf-variants-x' }), undefined);
    assert.equal(await letters.ofEnvelope({ id: B, topic: 'vcf-variants-x' }), undefined);
  });
});

test('should find a letter by the beginning of its id, and none by what is no id or fits several', async () => {
  await withLetters(async (letters) => {
    assert.equal((await letters.find('aaaaaaaaaab'))[0]?.id, B);
    assert.equal((await letters.find(A))[0]?.id, A);
    for (const wrong of ['aaaa', 'cccc', '../../etc', 'aaa', '', A.toUpperCase()]) {
      await assert.rejects(letters.find(wrong), hasCode('NOT_FOUND'), wrong);
    }
  });
});

test('should leave nothing of a letter when it is dropped, and everything of the others', async () => {
  await withLetters(async (letters, folder) => {
    await letters.drop((await letters.find(A))[0]!);
    assert.deepEqual((await readdir(folder)).sort(), [`${B}.envelope`, `${B}.json`]);
    await letters.drop((await letters.find(B))[0]!);
    assert.deepEqual(await readdir(folder), []);
    assert.deepEqual(await letters.list(), []);
  });
});

test('should name the file when it does not say what the letter is', async () => {
  await withLetters(async (letters, folder) => {
    await writeFile(join(folder, `${B}.json`), 'not json');
    await assert.rejects(
      letters.list(),
      (error: Error) => hasCode('ENVELOPE_CORRUPT')(error) && error.message.includes(B),
    );
  });
});

test('should have nothing when nothing was ever put aside', async () => {
  const letters = new Letters(join(tmpdir(), 'vcf-agent-no-such-folder'));
  assert.deepEqual(await letters.list(), []);
  assert.deepEqual(await letters.count(), { undelivered: 0, refused: 0 });
});
