import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { VcfAgentError } from '../../src/core/errors.ts';
import { openReference, type ReferenceContig } from '../../src/vcf/reference.ts';
import { needs } from '../support/needs.ts';

const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-reference-'));
after(() => rmSync(folder, { recursive: true }));

/** A sequence of 300,000 bases that no window of it repeats. */
const LONG = Array.from({ length: 300_000 }, (_, i) => 'ACGT'[(i * 7 + (i >> 3) + (i >> 7)) & 3]).join('');

/** Writes a FASTA file and its index the way samtools faidx does. */
function writeFasta(
  name: string,
  contigs: Readonly<Record<string, string>>,
  lineBases: number,
  lineEnd = '\n',
): string {
  const path = join(folder, name);
  let text = '';
  let index = '';
  for (const [contig, sequence] of Object.entries(contigs)) {
    text += `>${contig} description${lineEnd}`;
    index += `${contig}\t${sequence.length}\t${text.length}\t${lineBases}\t${lineBases + lineEnd.length}\n`;
    for (let at = 0; at < sequence.length; at += lineBases) text += sequence.slice(at, at + lineBases) + lineEnd;
  }
  writeFileSync(path, text);
  writeFileSync(`${path}.fai`, index);
  return path;
}

function basesOf(contig: ReferenceContig | undefined, positions: readonly number[]): string {
  return Buffer.from(positions.map((position) => contig!.baseAt(position))).toString('latin1');
}

function sequenceOf(contig: ReferenceContig | undefined): string {
  return basesOf(
    contig,
    Array.from({ length: contig!.length }, (_, i) => i),
  );
}

function run(program: string, options: readonly string[]): void {
  execFileSync(program, options);
}

const isUnusable = (pattern: RegExp) => (error: unknown) =>
  error instanceof VcfAgentError && error.code === 'REFERENCE_UNUSABLE' && pattern.test(error.message);

test('should give every base in upper case, N for what is no base, when the FASTA is mixed', async () => {
  using reference = await openReference(writeFasta('mixed.fa', { one: 'acgTNryRkC', two: 'GGG' }, 4));
  assert.equal(sequenceOf(reference.contig('one')), 'ACGTNNNNNC');
  assert.equal(sequenceOf(reference.contig('two')), 'GGG');
  assert.equal(reference.contig('three'), undefined);
  assert.equal(reference.contig('one')!.baseAt(-1), 0);
  assert.equal(reference.contig('one')!.baseAt(10), 0);
  assert.match(reference.digest, /^[0-9a-f]{64}$/);
});

for (const [lineBases, lineEnd] of [
  [60, '\n'],
  [61, '\r\n'],
  [300_000, '\n'],
] as const) {
  test(`should read across windows in any order when lines have ${lineBases} bases`, async () => {
    using reference = await openReference(writeFasta('long.fa', { x: 'AC', long: LONG, y: 'GT' }, lineBases, lineEnd));
    const contig = reference.contig('long');
    assert.equal(sequenceOf(contig), LONG);
    const positions = [299_999, 0, 65_535, 65_536, 70_000, 49_152, 131_071, 12];
    assert.equal(basesOf(contig, positions), positions.map((position) => LONG[position]).join(''));
    assert.equal(basesOf(reference.contig('x'), [0, 1]) + basesOf(contig, [12]), `AC${LONG[12]}`);
  });
}

test('should read a bgzipped FASTA through its .gzi', needs('bgzip'), async () => {
  const plain = writeFasta('packed.fa', { x: 'ACGTACGT', long: LONG }, 60);
  const options = ['-i', '-I', `${plain}.gz.gzi`, '-k', plain];
  run('bgzip', options);
  copyFileSync(`${plain}.fai`, `${plain}.gz.fai`);
  using reference = await openReference(`${plain}.gz`);
  assert.equal(sequenceOf(reference.contig('long')), LONG);
  assert.equal(sequenceOf(reference.contig('x')), 'ACGTACGT');
  rmSync(`${plain}.gz.gzi`);
  await assert.rejects(openReference(`${plain}.gz`), isUnusable(/gzi is missing.*samtools faidx/));
});

test('should say what to do when a reference cannot be used', async () => {
  const path = writeFasta('ok.fa', { one: 'ACGT'.repeat(20) }, 60);
  rmSync(`${path}.fai`);
  await assert.rejects(openReference(path), isUnusable(/samtools faidx/));
  writeFileSync(`${path}.fai`, 'one\tmany\t5\t60\t61\n');
  await assert.rejects(openReference(path), isUnusable(/not a FASTA index/));
  writeFileSync(`${path}.fai`, 'one\t8000\t5\t60\t61\n');
  await assert.rejects(openReference(path), isUnusable(/ends before one does/));
  writeFileSync(join(folder, 'gone.fa.fai'), 'one\t80\t5\t60\t61\n');
  await assert.rejects(openReference(join(folder, 'gone.fa')), isUnusable(/cannot be read/));
  writeFileSync(`${folder}.fai`, '');
  await assert.rejects(openReference(folder), isUnusable(/not a file/));
  rmSync(`${folder}.fai`);
});
