import { classify } from '../../../src/analysis/acmg/classify.ts';
import type { Classified } from '../../../src/analysis/acmg/classify-file.ts';
import type { VariantEvidence } from '../../../src/analysis/acmg/evidence.ts';
import { type CaseReport, type CaseVariant, NO_REMARKS } from '../../../src/analysis/report/case.ts';
import { contextOf, variant } from '../acmg/given.ts';

/** A judged variant. */
export function judgedVariant(evidence: Partial<VariantEvidence> = {}): Classified {
  const whole = { ...variant(), ...evidence };
  return { evidence: whole, verdict: classify(whole, contextOf()), clinvar: undefined };
}

export function caseVariant(given: Partial<CaseVariant> = {}): CaseVariant {
  const judged = judgedVariant(given.evidence);
  const line = { qual: 50, filter: 'PASS', genotypes: [], carriers: { count: 0, samples: [] } };
  return { ...judged, class: judged.verdict.class, line, ...NO_REMARKS, ...given };
}

export function caseReport(variants: readonly CaseVariant[], given: Partial<CaseReport> = {}): CaseReport {
  return {
    generatedAt: new Date('2026-02-03T04:05:06Z'),
    file: {
      name: 'a.vcf',
      sha256: 'ab'.repeat(32),
      stored: undefined,
      samples: ['child'],
      contigs: new Map([['2', 242_000_000]]),
    },
    subject: { kind: 'sample', members: [{ sample: 'child', about: '', affected: false }] },
    provenance: { profile: 'clingen', annotations: { VEP: 'v113' } },
    judged: variants.length,
    considered: variants.length,
    rejected: 0,
    truncated: false,
    classes: new Map(),
    points: new Map(variants.map(({ verdict }) => [verdict.points, 1])),
    variants,
    ...given,
  };
}
