import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Classified } from '../../src/analysis/acmg/classify-file.ts';
import { judgeVariant } from '../../src/analysis/acmg/classify-file.ts';
import { CLASSES } from '../../src/core/verdicts.ts';
import { contextOf, missense, population } from '../analysis/acmg/given.ts';
import { needs } from '../support/needs.ts';
import {
  Confusion,
  confusionByMolecularConsequence,
  confusionOf,
  confusionOfJoined,
  type Theirs,
} from './clinvar/confusion.ts';

/**
 * Genes of the slices with a published specification of ClinGen's expert panels that applies PVS1: ENIGMA (BRCA1, BRCA2), hereditary
 * breast, ovarian and pancreatic cancer (ATM, PALB2), InSiGHT (APC, MLH1, MSH2, PMS2), TP53. https://cspec.genome.network
 */
const GENES = ['APC', 'ATM', 'BRCA1', 'BRCA2', 'MLH1', 'MSH2', 'PALB2', 'PMS2', 'TP53'];

/** Benign where ClinVar says pathogenic, or the other way: each by its key, with what explains it. None was found so far. */
const EXPLAINED: Readonly<Record<string, string>> = {};

const ROWS: readonly Theirs[] = ['pathogenic', 'uncertain', 'benign', 'conflicting', 'other'];
const DOCUMENT = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'acmg.md'), 'utf8');

/** Every crossing is known, and the page has these figures. */
function check(t: TestContext, name: string, confusion: Confusion): void {
  for (const line of confusion.table()) t.diagnostic(line);
  for (const crossing of confusion.crossings) t.diagnostic(`crosses: ${crossing}`);
  const unexplained = confusion.crossings.filter((text) => !((text.split(' ', 1)[0] ?? '') in EXPLAINED));
  assert.deepEqual(unexplained, []);
  let counted = 0;
  for (const theirs of ROWS) {
    const cells = CLASSES.map((ours) => confusion.cell(theirs, ours));
    const total = cells.reduce((sum, cell) => sum + cell, 0);
    counted += total;
    if (total === 0) continue;
    const row = `| ${name} | ${theirs} | ${cells.map((cell) => cell.toLocaleString('en-US')).join(' | ')} |`;
    assert.ok(DOCUMENT.includes(row), `docs/acmg.md lacks: ${row}`);
  }
  assert.equal(counted, confusion.variants, 'a variant is in no cell');
}

test('should cross ClinVar nowhere in a file with consequences and gnomAD', needs('shared-vcf'), async (t) => {
  const confusion = await confusionOf('vcf2report__SYN-093.TGFBR1.annotated.vcf.gz', GENES);
  check(t, 'SYN-093', confusion);
  assert.ok(confusion.cell('benign', 'Benign') > 1000, 'BA1 finds most of what is benign');
});

test('should cross ClinVar nowhere in a file with consequences only', needs('shared-vcf'), async (t) => {
  check(t, 'scout', await confusionOf('scout__643594.clinical.vcf.gz', GENES));
});

for (const [name, file] of [
  ['SYN-002 and slice', 'vcf2report__SYN-002.synthetic.vcf.gz'],
  ['pVACtools and slice', 'pVACtools__annotated.expression.vcf.gz'],
] as const) {
  test(`should cross ClinVar nowhere where ${name} overlap`, needs('shared-vcf'), async (t) => {
    check(t, name, await confusionOfJoined(file, 'VCFannotate-Streamlit__clinvar.vcf.gz', GENES));
  });
}

test("should cross ClinVar nowhere by ClinVar's own molecular consequences", needs('shared-vcf'), async (t) => {
  const confusion = await confusionByMolecularConsequence('VCFannotate-Streamlit__clinvar.vcf.gz', GENES);
  check(t, 'ClinVar slice', confusion);
  // What could never come to ClinVar's side is of kinds for which the criteria need more than any annotation gives.
  const share = confusion.outOfReach.length / confusion.variants;
  t.diagnostic(`${confusion.outOfReach.length} of ${confusion.variants} out of reach`);
  assert.ok(share < 0.02, `${share}`);
});

test('should list a crossing when there is one', () => {
  const confusion = new Confusion();
  const common = { ...missense(), populations: [population(0.4, 100_000)] };
  const judged = (significance: string, stars: number): Classified =>
    judgeVariant({ ...common, clinvar: { significance, stars } }, contextOf());
  confusion.add(judged('Pathogenic', 2));
  confusion.add(judged('Pathogenic', 1));
  confusion.add(judged('Benign', 3));
  assert.equal(confusion.variants, 2);
  assert.equal(confusion.crossings.length, 1);
  assert.match(confusion.crossings[0] ?? '', /^2:1000:A:G GENE missense_variant: Benign, ClinVar Pathogenic$/);
  assert.deepEqual([confusion.cell('pathogenic', 'Benign'), confusion.cell('benign', 'Benign')], [1, 1]);
});
