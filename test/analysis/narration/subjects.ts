import { classify } from '../../../src/analysis/acmg/classify.ts';
import type { Classified } from '../../../src/analysis/acmg/classify-file.ts';
import type { VariantEvidence } from '../../../src/analysis/acmg/evidence.ts';
import { subjectOf } from '../../../src/analysis/narration/subject.ts';
import type { NarrationSubject } from '../../../src/core/narratives.ts';
import { contextOf, population, variantWith } from '../acmg/given.ts';

/** A variant as the rules judge it; loss of function causes disease in its gene. */
export function judged(evidence: VariantEvidence, clinvar?: Classified['clinvar']): Classified {
  const genes = evidence.transcript?.gene === undefined ? [] : [evidence.transcript.gene];
  return { evidence, verdict: classify(evidence, contextOf({ genes })), clinvar };
}

/** A stop in BRCA1 that is not in gnomAD: PVS1 and PM2, 9 points. ClinVar is not sure. */
export const STOP: NarrationSubject = subjectOf(
  judged(
    variantWith('stop_gained', {
      gene: 'BRCA1',
      inEveryTranscript: true,
      exon: { number: 3, of: 12 },
      hgvsC: 'NM_000001.1:c.1500G>A',
      hgvsP: 'NP_000001.1:p.Trp500Ter',
    }),
    { significance: 'Uncertain_significance', stars: 1, id: '12345' },
  ),
);

/** A missense variant in MYH7, once in 50,000, of which REVEL is rather sure. */
export const MISSENSE: NarrationSubject = subjectOf(
  judged(
    variantWith(
      'missense_variant',
      { gene: 'MYH7', hgvsP: 'NP_000248.2:p.Arg403Gln', proteinPosition: 403, proteinLength: 1935 },
      { revel: 0.8, populations: [population(0.00002, 250_000, 0)] },
    ),
  ),
);
