import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseVariantName } from '../../src/app/variant-name.ts';
import { expandInputs, findStoredFile } from '../../src/cli/inputs.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import type { StoredFile, VariantRow } from '../../src/core/ports.ts';

const code = (expected: string) => (error: unknown) => error instanceof VcfAgentError && error.code === expected;
const equals = (name: string, value: string) => ({ kind: 'compare', field: { kind: 'column', name }, op: '=', value });

test('should understand a key however it is written', () => {
  const wanted = {
    kind: 'and',
    terms: [{ kind: 'region', chrom: '17', start: 43045712, end: 43045712 }, equals('ref', 'T'), equals('alt', 'C')],
  };
  for (const text of ['17-43045712-T-C', '17:43045712:T:C', '17:43045712:t>c', '17:43045712T>C', '17:g.43045712T>C']) {
    assert.deepEqual(parseVariantName(text).filter, wanted, text);
  }
  const symbolic = parseVariantName('HLA-A*01:5:A:<DEL>').filter;
  assert.equal(symbolic.kind === 'and' && symbolic.terms.length, 3);
});

test('should understand positions, IDs and HGVS', () => {
  assert.deepEqual(parseVariantName('chrX:5').filter, { kind: 'region', chrom: 'chrX', start: 5, end: 5 });
  assert.deepEqual(parseVariantName('rs80357382').filter, equals('id', 'rs80357382'));
  assert.deepEqual(parseVariantName('p.Arg1699Gln').filter, equals('hgvs_p', 'p.Arg1699Gln'));
  assert.deepEqual(parseVariantName('BRCA1:c.68_69del').filter, {
    kind: 'and',
    terms: [equals('hgvs_c', 'c.68_69del'), equals('gene', 'BRCA1')],
  });
  const row = (transcript: string): VariantRow => ({ annotations: { transcript } }) as unknown as VariantRow;
  const exact = parseVariantName('NM_007294.4:c.68_69del');
  assert.ok(exact.matches(row('NM_007294.4')));
  assert.ok(!exact.matches(row('NM_007294.3')));
  assert.ok(parseVariantName('NM_007294:c.68_69del').matches(row('NM_007294.3')));
});

test('should say what it understands when a name is none of them', () => {
  assert.throws(() => parseVariantName('gene=BRCA1 and x'), code('USAGE'));
});

test('should expand quoted patterns and refuse those that match nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-inputs-'));
  try {
    for (const name of ['b.vcf', 'a.vcf']) writeFileSync(join(folder, name), '');
    assert.deepEqual(expandInputs([join(folder, '*.vcf')]), [join(folder, 'a.vcf'), join(folder, 'b.vcf')]);
    assert.deepEqual(expandInputs(['-', 'absent.vcf', 'absent.vcf']), ['-', 'absent.vcf']);
    assert.throws(() => expandInputs([join(folder, '*.bcf')]), code('INPUT_NOT_FOUND'));
    assert.throws(() => expandInputs(['-', '-']), code('USAGE'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('should find a stored file by number, name, path or digest, and refuse a name that fits two', () => {
  const file = (fileId: number, name: string, digest: string) => ({ fileId, name, digest }) as StoredFile;
  const files = [file(1, 'a.vcf', 'deadbeef01'), file(2, 'b.vcf', 'cafebabe02'), file(3, 'b.vcf', 'cafebabe03')];
  assert.equal(findStoredFile(files, '1').fileId, 1);
  assert.equal(findStoredFile(files, 'some/where/a.vcf').fileId, 1);
  assert.equal(findStoredFile(files, 'cafebabe03').fileId, 3);
  assert.throws(() => findStoredFile(files, 'b.vcf'), code('OPTION_CONFLICT'));
  assert.throws(() => findStoredFile(files, 'c.vcf'), code('NOT_FOUND'));
});
