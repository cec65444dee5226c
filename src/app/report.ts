import { basename } from 'node:path';
import {
  type Classified,
  type ClassifyOptions,
  checkAssembly,
  judgeVariant,
  openClassification,
  provenanceOf,
} from '../analysis/acmg/classify-file.ts';
import type { RuleContext } from '../analysis/acmg/context.ts';
import { EvidenceReader } from '../analysis/acmg/evidence-reader.ts';
import { FamilyStream } from '../analysis/acmg/family-stream.ts';
import { sourcesIn } from '../analysis/acmg/judge-lines.ts';
import type { Provenance } from '../analysis/acmg/report.ts';
import type { Pedigree } from '../analysis/family/pedigree.ts';
import { type CaseReport, NO_REMARKS, type Remarks } from '../analysis/report/case.ts';
import type { Candidate } from '../analysis/report/case-collector.ts';
import { caseFile, makeReport, type ReportOptions } from '../analysis/report/make-report.ts';
import { VcfAgentError } from '../core/errors.ts';
import { variantRowId } from '../core/ids.ts';
import type { Clock, StoredFile, StoredLines, VariantStore } from '../core/ports.ts';
import type { Override, PathogenicityClass } from '../core/verdicts.ts';
import type { Header } from '../vcf/header/model.ts';
import { createNormaliser } from '../vcf/normalise/normaliser.ts';
import { openVcf, type VcfReader } from '../vcf/open.ts';
import { rejudge, subjectOf } from './judge.ts';
import { assemblyName, keyOfReview, reviewsOf } from './reviews.ts';

/** Records read at a time: of the lines that stand beside the verdicts. */
const RECORDS_AT_A_TIME = 1000;

/** What the rules go by beside the file, and who is a family. */
export type ReportRules = Omit<ClassifyOptions, 'stdin'>;
export type CaseOptions = Omit<ReportOptions, 'pedigree'> & { readonly clock: Clock };

/**
 * A report on a file that is not stored: it is read twice side by side, once for the verdicts and once for what its lines say.
 * Throws as `openClassification` and `makeReport` do.
 */
export async function reportOnFile(
  input: string,
  rules: ReportRules,
  { clock, ...options }: CaseOptions,
): Promise<CaseReport> {
  const { signal, limits, pedigree } = rules;
  await using classification = await openClassification(input, rules);
  await using lines = await openVcf(input, { signal, limits, digest: true });
  const { header } = lines;
  const source = { samples: header.samples, verdicts: classification.batches(), blocks: linesOf(lines, signal) };
  return await makeReport(source, { ...options, pedigree }, async () => ({
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

async function* linesOf(lines: VcfReader, signal: AbortSignal | undefined): AsyncGenerator<StoredLines> {
  const normaliser = createNormaliser(lines.header, { split: 'bcftools' });
  let firstVariant = 0;
  for await (const batch of lines.batches({ maxRecords: RECORDS_AT_A_TIME, signal })) {
    const { block } = normaliser.block(batch.block, batch.lines);
    yield { firstVariant, block };
    firstVariant += block.count;
  }
}

/**
 * A report on a stored file, with what reviewers and narrators said of it. `rules` undefined: those of its newest judgement.
 * Throws as `rejudge`, `subjectOf` of judge.ts and `makeReport` do.
 */
export async function reportOnStored(
  store: VariantStore,
  file: StoredFile,
  { rules, pedigree, signal, clock, ...options }: CaseOptions & StoredCase,
): Promise<CaseReport> {
  const { header } = subjectOf(store, file);
  const { context, provenance } = rules === undefined ? await rejudge(store, file, { signal }) : await anew();
  const reviews = await reviewsOf(store, file.tenant, assemblyName(header));
  const source = {
    samples: header.samples,
    verdicts: withReviews(judgeCase(store.lines(file.fileId, { signal }), header, { context, pedigree }), reviews),
    blocks: store.lines(file.fileId, { signal }),
  };
  return await makeReport(source, { ...options, pedigree }, async (candidates) => {
    const [receipt] = await store.receipts(file.tenant, file.fileId);
    const stored = { fileId: file.fileId, storeDigest: receipt?.storeDigest };
    return {
      facts: {
        generatedAt: new Date(clock.now()),
        file: caseFile({ name: file.name, sha256: file.contentDigest ?? undefined, stored }, header),
        provenance,
        rejected: file.rejected,
        truncated: receipt?.truncated ?? false,
      },
      remarks: await remarksOn(candidates, { store, file, header, reviews, signal }),
    };
  });

  async function anew(): Promise<{ readonly context: RuleContext; readonly provenance: Provenance }> {
    checkAssembly(header, rules?.clinvar);
    const sources = await sourcesIn(header, store.lines(file.fileId, { signal }));
    const context = { ...rules!, sources };
    return { context, provenance: provenanceOf(header, context) };
  }
}

interface StoredCase {
  readonly rules: Omit<RuleContext, 'sources'> | undefined;
  readonly pedigree?: Pedigree | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Judges stored lines, with what families say when there are any. One verdict a variant, in the file's order. */
async function* judgeCase(
  lines: AsyncIterable<StoredLines>,
  header: Header,
  { context, pedigree }: { readonly context: RuleContext; readonly pedigree: Pedigree | undefined },
): AsyncGenerator<readonly Classified[]> {
  const reader = new EvidenceReader(header);
  const families = pedigree && new FamilyStream(header, pedigree, context);
  if (families?.families === 0)
    throw new VcfAgentError('OPTION_CONFLICT', 'no affected member of the pedigree is a sample of the file');
  for await (const { block } of lines) {
    const evidence = reader.read(block);
    const settled = families?.add(block, evidence) ?? evidence.filter(({ alt }) => alt !== '.');
    yield settled.map((one) => judgeVariant(one, context));
  }
  if (families !== undefined) yield families.finish().map((one) => judgeVariant(one, context));
}

type Reviews = ReadonlyMap<string, PathogenicityClass>;

async function* withReviews(batches: AsyncIterable<readonly Classified[]>, reviews: Reviews) {
  for await (const batch of batches) {
    if (reviews.size === 0) yield batch;
    else yield batch.map((one) => ({ ...one, reviewed: reviews.get(keyOfReview(one.evidence)) }));
  }
}

/** What is kept of the variants that are shown. */
async function remarksOn(
  candidates: readonly Candidate[],
  {
    store,
    file: { tenant, fileId },
    header,
    reviews,
    signal,
  }: {
    readonly store: VariantStore;
    readonly file: StoredFile;
    readonly header: Header;
    readonly reviews: Reviews;
    readonly signal: AbortSignal | undefined;
  },
): Promise<(of: Candidate) => Remarks> {
  const idOf = ({ variant }: Candidate): bigint => variantRowId(fileId, variant);
  const variantIds = candidates.map(idOf);
  const narratives = Map.groupBy(
    await store.narratives.narratives(tenant, { fileId, variantIds, signal }),
    ({ variantId }) => variantId,
  );
  const assembly = assemblyName(header);
  const all = await store.verdicts.overrides(tenant, undefined, { signal });
  const overrides = Map.groupBy(
    all.filter((override) => override.assembly === assembly),
    ({ key }: Override) => key,
  );
  return (candidate) => {
    const key = keyOfReview(candidate.judged.evidence);
    return {
      rowId: idOf(candidate),
      reviewed: reviews.get(key),
      overrides: overrides.get(key) ?? [],
      narratives: narratives.get(idOf(candidate)) ?? [],
    };
  };
}
