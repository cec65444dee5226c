import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify } from '../../../src/analysis/acmg/classify.ts';
import { ownClinvar, verdictJson } from '../../../src/analysis/acmg/report.ts';
import { NOTICE } from '../../../src/core/verdicts.ts';
import { CLINVAR_CASES } from './cases/clinvar.ts';
import { FREQUENCY_CASES } from './cases/frequency.ts';
import { LENGTH_CASES } from './cases/length.ts';
import { NULL_CASES } from './cases/null.ts';
import { PREDICTION_CASES } from './cases/prediction.ts';
import { contextOf, population, variantWith } from './given.ts';

const PROVENANCE = { profile: 'clingen', annotations: {} };

test('should give the value of everything that a criterion cites', () => {
  const cases = [...CLINVAR_CASES, ...FREQUENCY_CASES, ...LENGTH_CASES, ...NULL_CASES, ...PREDICTION_CASES];
  for (const { what, evidence, context } of cases) {
    const verdict = classify(evidence, context);
    const json = verdictJson(evidence, verdict, ownClinvar(evidence, context.clinvar), PROVENANCE);
    const values = json.evidence as Record<string, unknown>;
    for (const { criterion, evidence: ids } of verdict.outcomes) {
      for (const id of ids)
        assert.ok(values[id] !== undefined && values[id] !== '', `${what}: ${criterion} cites ${id}`);
    }
    assert.equal(json.notice, NOTICE);
    assert.deepEqual(JSON.parse(JSON.stringify(json)).criteria.length, 28);
  }
});

test('should say when ours is on the other side of ClinVar, and only then', () => {
  const common = { populations: [population(0.2, 100_000)] };
  const of = (significance: string, given: Parameters<typeof variantWith>[2]) => {
    const evidence = variantWith('synonymous_variant', {}, { ...given, clinvar: { significance, stars: 2 } });
    const verdict = classify(evidence, contextOf());
    return verdictJson(evidence, verdict, ownClinvar(evidence, undefined), PROVENANCE).crossesClinvar;
  };
  assert.equal(of('Pathogenic', common), true);
  assert.equal(of('Likely_pathogenic', common), true);
  assert.equal(of('Uncertain_significance', common), false);
  assert.equal(of('Benign', common), false);
  assert.equal(of('Pathogenic', {}), false);
});
