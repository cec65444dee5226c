import { basename } from 'node:path';
import { type ClassifyOptions, openClassification } from '../analysis/acmg/classify-file.ts';
import { type CaseReport, NO_REMARKS } from '../analysis/report/case.ts';
import { caseFile, makeReport, type ReportOptions } from '../analysis/report/make-report.ts';
import type { Clock } from '../core/ports.ts';
import type { VariantBlock } from '../core/variant-block.ts';
import { createNormaliser } from '../vcf/normalise/normaliser.ts';
import { openVcf, type VcfReader } from '../vcf/open.ts';

/** Records read at a time: of the lines that stand beside the verdicts. */
const RECORDS_AT_A_TIME = 1000;

/**
 * A report on a file that is not stored: it is read twice side by side, once for the verdicts and once for what its lines say.
 * Throws as `openClassification` and `makeReport` do.
 */
export async function reportOnFile(
  input: string,
  rules: Omit<ClassifyOptions, 'stdin'>,
  { clock, ...options }: Omit<ReportOptions, 'pedigree'> & { readonly clock: Clock },
): Promise<CaseReport> {
  const { signal, limits } = rules;
  await using classification = await openClassification(input, rules);
  await using lines = await openVcf(input, { signal, limits, digest: true });
  const { header } = lines;
  const source = { samples: header.samples, verdicts: classification.batches(), blocks: blocksOf(lines, signal) };
  return await makeReport(source, { ...options, pedigree: rules.pedigree }, async () => ({
    facts: {
      generatedAt: new Date(clock.now()),
      file: caseFile({ name: basename(input), sha256: lines.contentDigest, stored: undefined }, header),
      provenance: classification.provenance,
      rejected: classification.rejected,
      truncated: classification.truncated,
    },
    remarks: () => NO_REMARKS,
  }));
}

async function* blocksOf(lines: VcfReader, signal: AbortSignal | undefined): AsyncGenerator<VariantBlock> {
  const normaliser = createNormaliser(lines.header, { split: 'bcftools' });
  for await (const batch of lines.batches({ maxRecords: RECORDS_AT_A_TIME, signal })) {
    yield normaliser.block(batch.block, batch.lines).block;
  }
}
