import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { annotateFile } from '../../src/analysis/annotate/annotate-file.ts';
import { createNormaliser } from '../../src/vcf/normalise/normaliser.ts';
import { openVcf } from '../../src/vcf/open.ts';
import { linesOf } from '../support/block.ts';
import { needs } from '../support/needs.ts';
import { sharedVcf } from '../support/shared.ts';

const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-annotate-'));
after(() => rmSync(folder, { recursive: true }));

const CLINVAR = 'VCFannotate-Streamlit__clinvar.vcf.gz';
const CLINVAR_KEYS = ['CLNSIG', 'CLNREVSTAT', 'GENEINFO', 'MC', 'ALLELEID', 'CLNVC', 'ORIGIN', 'AF_EXAC'];

interface Pair {
  readonly file: string;
  readonly with: string;
  readonly keys: readonly string[];
  /** Variants that both files have, so that a comparison of nothing would be noticed. */
  readonly matched: number;
  /** Lines that bcftools writes otherwise, and why. */
  readonly deviations: number;
  readonly reason: string;
}

const PAIRS: readonly Pair[] = [
  {
    file: 'vcf2report__SYN-002.synthetic.vcf.gz',
    with: CLINVAR,
    keys: CLINVAR_KEYS,
    matched: 32,
    deviations: 0,
    reason: '',
  },
  {
    file: 'vcf2report__SYN-093.TGFBR1.annotated.vcf.gz',
    with: CLINVAR,
    keys: CLINVAR_KEYS,
    matched: 4,
    deviations: 0,
    reason: '',
  },
  {
    file: CLINVAR,
    with: 'vcf2report__SYN-093.TGFBR1.annotated.vcf.gz',
    keys: ['gnomad_AF', 'gnomad_AN', 'gnomad_nhomalt', 'CLNVI'],
    matched: 4,
    deviations: 0,
    reason: '',
  },
  {
    file: 'hap.py__PG_NA12878_hg38-chr21.vcf.gz',
    with: 'hap.py__pg-hg38.bcf',
    keys: ['MTD', 'KM'],
    matched: 58530,
    deviations: 3,
    reason: 'the file has these variants twice: bcftools annotates one of the two records, we both',
  },
];

/** The file split as `ingest` splits it, with `chr` and every contig declared, bgzipped and indexed: what bcftools 1.16 can join. */
async function prepared(name: string): Promise<string> {
  const path = sharedVcf(`real/${name}`);
  const out = join(folder, `${name}.prepared.vcf.gz`);
  await using reader = await openVcf(path);
  const { header } = reader;
  const normaliser = createNormaliser(header, { split: 'bcftools' });
  const records: string[] = [];
  for await (const { block, lines } of reader.batches({ maxRecords: 10_000 })) {
    records.push(
      ...linesOf(normaliser.block(block, lines).block).map((line) => (line.startsWith('chr') ? line : `chr${line}`)),
    );
  }
  const contigs = [...new Set(records.map((line) => line.slice(0, line.indexOf('\t'))))];
  const head = Buffer.from(header.text)
    .toString()
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('##contig'));
  const columns = head.pop() ?? '';
  const text = [...head, ...contigs.map((id) => `##contig=<ID=${id}>`), columns, ...records, ''].join('\n');
  const plain = join(folder, `${name}.prepared.vcf`);
  writeFileSync(plain, text);
  execFileSync('bcftools', ['view', '-Oz', '-o', out, plain], { stdio: 'pipe' });
  execFileSync('bcftools', ['index', '-t', out], { stdio: 'pipe' });
  return out;
}

/** Each variant with the values of the keys, sorted: bcftools puts records of one position into another order. */
function valuesOf(path: string, keys: readonly string[]): string[] {
  const format = `%CHROM\\t%POS\\t%REF\\t%ALT${keys.map((key) => `\\t%INFO/${key}`).join('')}\\n`;
  const text = execFileSync('bcftools', ['query', '-f', format, path], {
    maxBuffer: 1 << 30,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return text.toString().trimEnd().split('\n').sort();
}

for (const { file, with: other, keys, matched, deviations, reason } of PAIRS) {
  test(`should add to ${file} what bcftools adds from ${other}`, needs('bcftools', 'shared-vcf'), async () => {
    const input = await prepared(file);
    const annotation = await prepared(other);
    const theirs = join(folder, 'theirs.vcf');
    const columns = keys.map((key) => `INFO/${key}`).join(',');
    execFileSync('bcftools', ['annotate', '-a', annotation, '-c', columns, '-o', theirs, input], { stdio: 'pipe' });
    const ours = join(folder, 'ours.vcf');
    // The annotation as it is: with or without chr, not indexed, its line ends.
    const annotations = [{ path: sharedVcf(`real/${other}`) }];
    const summary = await annotateFile(input, {
      annotations,
      keys,
      overwrite: true,
      output: ours,
      compression: 'none',
    });
    assert.equal(summary.annotations[0]?.matched, matched);
    const [a, b] = [valuesOf(ours, keys), valuesOf(theirs, keys)];
    assert.equal(a.length, b.length);
    const different = a.filter((line, i) => line !== b[i]);
    assert.equal(different.length, deviations, `${different.slice(0, 5).join('\n')}${reason}`);
  });
}
