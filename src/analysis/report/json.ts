import { NOTICE, VERDICT_CLASSES } from '../../core/verdicts.ts';
import { RULES_VERSION } from '../acmg/criteria.ts';
import { verdictJson } from '../acmg/report.ts';
import { type CaseReport, type CaseVariant, REPORT_VERSION } from './case.ts';
import { notAssessed } from './not-assessed.ts';

/** A report as one JSON object; docs/report.md has its shape. Values that are not known are null. */
export function reportJson(report: CaseReport): Record<string, unknown> {
  const { file, subject, provenance, variants } = report;
  return {
    type: 'report',
    version: REPORT_VERSION,
    notice: NOTICE,
    generatedAt: report.generatedAt.toISOString(),
    file: {
      name: file.name,
      sha256: file.sha256 ?? null,
      fileId: file.stored?.fileId ?? null,
      storeDigest: file.stored?.storeDigest ?? null,
      samples: file.samples.length,
    },
    subject,
    rules: RULES_VERSION,
    profile: provenance.profile,
    annotations: provenance.annotations,
    judged: report.judged,
    considered: report.considered,
    rejected: report.rejected,
    truncated: report.truncated,
    classes: Object.fromEntries(VERDICT_CLASSES.map((name) => [name, report.classes.get(name) ?? 0])),
    points: [...report.points].sort(([a], [b]) => a - b).map(([points, count]) => ({ points, variants: count })),
    variants: variants.map((variant, place) => variantJson(variant, place + 1, report)),
    notAssessed: notAssessed(variants),
  };
}

function variantJson(variant: CaseVariant, rank: number, { provenance }: CaseReport): Record<string, unknown> {
  const { evidence, verdict, clinvar, line, rowId, reviewed, overrides, narratives } = variant;
  const {
    notice: _,
    rules: _rules,
    profile: _profile,
    annotations: _annotations,
    type: _type,
    ...judged
  } = verdictJson(evidence, verdict, clinvar, provenance);
  return {
    rank,
    rowId: rowId?.toString() ?? null,
    families: null,
    ...judged,
    frequencies: evidence.populations.map(({ name, frequency, alleleNumber, homozygotes }) => ({
      name,
      frequency,
      alleleNumber: alleleNumber ?? null,
      homozygotes: homozygotes ?? null,
    })),
    qual: line.qual ?? null,
    filter: line.filter,
    genotypes: line.genotypes.map(({ sample, genotype, carries, depth, quality, alleleDepths }) => ({
      sample,
      genotype,
      carries,
      depth: depth ?? null,
      quality: quality ?? null,
      alleleDepths: alleleDepths ?? null,
    })),
    carriers: line.carriers,
    reviewed: reviewed ?? null,
    overrides: overrides.map(({ overrideId, class: given, comment, reviewer, createdAt }) => ({
      overrideId,
      class: given,
      comment,
      reviewer,
      createdAt: createdAt.toISOString(),
    })),
    narratives: narratives.map(({ provider, model, statements, decisive, failures, cached, answeredAt }) => ({
      provider,
      model,
      statements,
      decisive,
      failures,
      cached,
      answeredAt: answeredAt.toISOString(),
    })),
  };
}
