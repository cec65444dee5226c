import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Assembly, assemblyOf } from '../../../src/analysis/acmg/assembly.ts';
import { openClassification } from '../../../src/analysis/acmg/classify-file.ts';
import { DEFAULT_PROFILE } from '../../../src/analysis/acmg/profile.ts';
import { parseHeader } from '../../../src/vcf/header/parse.ts';
import { needs } from '../../support/needs.ts';
import { sharedVcf } from '../../support/shared.ts';
import { clinvarOf } from './given.ts';

const of = (...lines: string[]): Assembly | undefined =>
  assemblyOf(
    parseHeader(
      Buffer.from(['##fileformat=VCFv4.2', ...lines, '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO', ''].join('\n')),
    ).header,
  );

test('should know the assembly by the length of any chromosome, else by the name of the reference', () => {
  assert.equal(of('##contig=<ID=chr17,length=83257441>'), 'GRCh38');
  assert.equal(of('##contig=<ID=GL000191.1,length=106433>', '##contig=<ID=X,length=155270560>'), 'GRCh37');
  assert.equal(of('##reference=file:///data/hg19.fa'), 'GRCh37');
  assert.equal(of('##VEP="v113" assembly="GRCh38.p14"'), 'GRCh38');
  assert.equal(of('##contig=<ID=chr1,length=1000>', '##reference=mine.fa'), undefined);
  // A lifted file says both; its contigs decide.
  assert.equal(of('##reference=hg19_to_hg38.fa'), undefined);
});

test('should refuse a ClinVar of another assembly', needs('shared-vcf'), async () => {
  const rules = { profile: DEFAULT_PROFILE, lossOfFunctionGenes: undefined, clinvar: clinvarOf([]) };
  const grch37 = sharedVcf('real/scout__643594.clinical.vcf.gz');
  await assert.rejects(openClassification(grch37, rules), { code: 'OPTION_CONFLICT', message: /GRCh37.*GRCh38/ });
});
