import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reviewStars } from '../../../src/vcf/info/clinvar.ts';
import {
  canonicalConsequence,
  hasForeignTerm,
  impactOf,
  severityOf,
  UNKNOWN_SEVERITY,
} from '../../../src/vcf/info/consequences.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const severity = (text: string): number => severityOf(encode(text), 0, encode(text).length);

test('should rank consequences as Ensembl does, by their worst term', () => {
  const ordered = [
    'transcript_ablation',
    'splice_acceptor_variant',
    'splice_donor_variant&intron_variant',
    'stop_gained',
    'frameshift_variant',
    'inframe_deletion',
    'missense_variant&splice_region_variant',
    'splice_donor_5th_base_variant',
    'splice_region_variant',
    'synonymous_variant',
    '5_prime_UTR_variant',
    'intron_variant',
    'upstream_gene_variant',
    'intergenic_variant',
    'made_up_variant',
  ];
  const ranks = ordered.map(severity);
  assert.deepEqual(
    ranks,
    [...ranks].sort((a, b) => a - b),
  );
  assert.equal(new Set(ranks).size, ordered.length);
  assert.equal(severity('made_up_variant'), UNKNOWN_SEVERITY);
  assert.equal(severity(''), UNKNOWN_SEVERITY);
});

test('should give the impact of a term, and none when it is unknown', () => {
  const impacts = ['stop_gained', 'missense_variant', 'synonymous_variant', 'intron_variant', 'x'].map((term) =>
    impactOf(severity(term)),
  );
  assert.deepEqual(impacts, ['HIGH', 'MODERATE', 'LOW', 'MODIFIER', undefined]);
});

test('should give terms their Sequence Ontology name when they go by another', () => {
  assert.equal(canonicalConsequence('*missense&splice_region'), 'missense_variant&splice_region_variant');
  assert.equal(canonicalConsequence('nonsense'), 'stop_gained');
  assert.equal(canonicalConsequence('made_up&intron_variant'), 'made_up&intron_variant');
  const foreign = ['nonsense', 'intron_variant&missense', '*stop_gained', 'stop_gained&intron_variant', 'made_up'];
  assert.deepEqual(
    foreign.map((text) => hasForeignTerm(encode(text), 0, text.length)),
    [true, true, true, false, false],
  );
});

test('should give the stars that ClinVar gives a review status', () => {
  const stars = {
    practice_guideline: 4,
    reviewed_by_expert_panel: 3,
    'criteria_provided,_multiple_submitters,_no_conflicts': 2,
    'criteria_provided,_multiple_submitters': 2,
    'criteria_provided&_multiple_submitters&_no_conflicts': 2,
    'criteria_provided,_conflicting_classifications': 1,
    'criteria_provided,_conflicting_interpretations': 1,
    'criteria_provided,_single_submitter': 1,
    no_assertion_criteria_provided: 0,
    no_assertion_provided: 0,
    no_classification_provided: 0,
    no_classification_for_the_single_variant: 0,
    no_classifications_from_unflagged_records: 0,
    mult: 2,
    single: 1,
    conf: 1,
    exp: 3,
    guideline: 4,
    'no_assertion|single|mult': 2,
    '': 0,
  };
  for (const [status, expected] of Object.entries(stars)) {
    assert.equal(reviewStars(encode(status), 0, status.length), expected, status);
  }
});
