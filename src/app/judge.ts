import { checkAssembly, provenanceOf } from '../analysis/acmg/classify-file.ts';
import type { MemoryClinvar } from '../analysis/acmg/clinvar-memory.ts';
import { clinvarOfSet, clinvarSet } from '../analysis/acmg/clinvar-set.ts';
import type { RuleContext } from '../analysis/acmg/context.ts';
import { RULES_VERSION } from '../analysis/acmg/criteria.ts';
import type { AnnotationSources, VariantEvidence } from '../analysis/acmg/evidence.ts';
import { type JudgedLine, judgeLines, sourcesIn } from '../analysis/acmg/judge-lines.ts';
import { digestSalt, keptVerdict } from '../analysis/acmg/keep-verdict.ts';
import type { Profile } from '../analysis/acmg/profile.ts';
import type { Provenance } from '../analysis/acmg/report.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, StoredFile, VariantStore } from '../core/ports.ts';
import type { Judgement, JudgementInputs, KeptVerdict, NewVerdict } from '../core/verdicts.ts';
import type { Header } from '../vcf/header/model.ts';
import { parseHeader } from '../vcf/header/parse.ts';
import { assemblyName, keyOfReview, reviewsOf } from './reviews.ts';

/** A ClinVar that the user loaded. */
export interface LoadedClinvar {
  readonly index: MemoryClinvar;
  /** Of its file, for people. */
  readonly name: string;
}

export interface Judging extends Cancellable {
  readonly onProgress?: ((judged: number) => void) | undefined;
  /** Sees every batch before it is kept. */
  readonly onJudged?: ((batch: readonly JudgedLine[]) => Promise<void>) | undefined;
}

export interface JudgeOptions extends Judging {
  readonly profile: Profile;
  /** Undefined: nobody said. */
  readonly lossOfFunctionGenes: ReadonlySet<string> | undefined;
  readonly clinvar?: LoadedClinvar | undefined;
}

/** Everything that judging a stored file needs. */
interface Subject {
  readonly store: VariantStore;
  readonly file: StoredFile;
  readonly header: Header;
}

/**
 * A stored file on its way to verdicts. Throws OPTION_CONFLICT for a file that is not complete, whose records are not split,
 * or that is of another assembly than the ClinVar.
 */
export function subjectOf(store: VariantStore, file: StoredFile): Subject {
  if (file.status !== 'complete') {
    throw new VcfAgentError('OPTION_CONFLICT', `${file.name} is not stored to its end: ingest it again first`);
  }
  if (file.plan.split === 'none') {
    const message = `${file.name} was stored unsplit, and a verdict is on one allele: ingest it again with another --split`;
    throw new VcfAgentError('OPTION_CONFLICT', message);
  }
  return { store, file, header: parseHeader(file.header).header };
}

/** Judges every variant of a stored file; nothing is kept. */
export async function* judgeStored(
  store: VariantStore,
  file: StoredFile,
  options: JudgeOptions,
): AsyncGenerator<readonly JudgedLine[]> {
  const context = await contextFor(subjectOf(store, file), options);
  yield* judgedUnder(store, file, context, { signal: options.signal });
}

/** Judges every variant of a stored file and keeps the verdicts in place of those that were there. */
export async function judge(store: VariantStore, file: StoredFile, options: JudgeOptions): Promise<Judgement> {
  const subject = subjectOf(store, file);
  const context = await contextFor(subject, options);
  const { clinvar, signal } = options;
  const set = clinvar && clinvarSet(clinvar.index, clinvar.name);
  const judgement = { inputs: inputsOf(subject, context), clinvar: set?.digest ?? null };
  const batches = judgedUnder(store, file, context, { signal: options.signal });
  return await store.verdicts.save(file.tenant, file.fileId, judgement, kept(batches, context, options), {
    replace: 'all',
    clinvar: set,
    signal,
  });
}

/** A file's newest judgement with what it went by, to judge again; `anew`: as the store has it now, whatever was read before. Throws NOT_FOUND when none is kept, OPTION_CONFLICT for one of other rules. */
export async function rejudge(
  store: VariantStore,
  file: StoredFile,
  options: Cancellable & { readonly anew?: boolean } = {},
): Promise<{ readonly judgement: Judgement; readonly context: RuleContext; readonly provenance: Provenance }> {
  const judgement = await newestJudgement(store, file, options);
  const { inputs, clinvar } = judgement;
  if (inputs.rules !== RULES_VERSION) {
    const message = `${file.name} was judged by rules ${inputs.rules}, this program has ${RULES_VERSION}: \`vcf-agent classify ${file.fileId} --stored --keep\` judges it anew`;
    throw new VcfAgentError('OPTION_CONFLICT', message);
  }
  const index = clinvar === null ? undefined : await keptClinvar(store, file.tenant, clinvar, options);
  const context = contextOf(inputs, index);
  return { judgement, context, provenance: { profile: inputs.profile.name, annotations: inputs.annotations } };
}

export async function newestJudgement(store: VariantStore, file: StoredFile, options: Cancellable): Promise<Judgement> {
  const [newest] = await store.verdicts.judgements(file.tenant, file.fileId, options);
  if (newest !== undefined) return newest;
  const message = `no verdicts are kept for ${file.name}: \`vcf-agent classify ${file.fileId} --stored --keep\` makes them`;
  throw new VcfAgentError('NOT_FOUND', message);
}

export interface RejudgedVariant extends JudgedLine {
  readonly kept: KeptVerdict | undefined;
}

/** What a context makes of stored variants, `ids` or all, an envelope at a time, with what reviewers say. */
export async function* judgedUnder(
  store: VariantStore,
  file: StoredFile,
  context: RuleContext,
  { ids, ...options }: Cancellable & { readonly ids?: readonly bigint[] | undefined } = {},
): AsyncGenerator<readonly JudgedLine[]> {
  const subject = subjectOf(store, file);
  const lines = store.lines(file.fileId, { ids, signal: options.signal });
  // Asked only now: while verdicts are kept, no reviewer can write any more.
  const reviews = await reviewsOf(store, file.tenant, assemblyName(subject.header));
  const reviewOf = reviews.size === 0 ? undefined : (one: VariantEvidence) => reviews.get(keyOfReview(one));
  yield* judgeLines(lineFile(subject), lines, context, { wanted: ids && new Set(ids), reviewOf });
}

/** The criteria of stored variants under the newest judgement, `ids` or all, an envelope at a time. Throws as `rejudge`. */
export async function* judged(
  store: VariantStore,
  file: StoredFile,
  { ids, ...options }: Cancellable & { readonly ids?: readonly bigint[] | undefined } = {},
): AsyncGenerator<readonly RejudgedVariant[]> {
  const { context } = await rejudge(store, file, options);
  for await (const batch of judgedUnder(store, file, context, { ids, ...options })) {
    const limit = Math.max(batch.length, 1);
    const verdicts = await store.verdicts.query(file.tenant, { ids: batch.map(({ id }) => id), limit, ...options });
    const byId = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
    yield batch.map((variant) => ({ ...variant, kept: byId.get(variant.id) }));
  }
}

function lineFile({ file, header }: Subject): { readonly fileId: number; readonly header: Header } {
  return { fileId: file.fileId, header };
}

async function contextFor(
  { store, file, header }: Subject,
  { profile, lossOfFunctionGenes, clinvar, signal }: JudgeOptions,
): Promise<RuleContext> {
  checkAssembly(header, clinvar?.index);
  const sources = await sourcesIn(header, store.lines(file.fileId, { signal }));
  return { profile, lossOfFunctionGenes, clinvar: clinvar?.index, sources };
}

export function inputsOf({ header }: Subject, context: RuleContext): JudgementInputs {
  const { profile, sources, lossOfFunctionGenes } = context;
  return {
    rules: RULES_VERSION,
    profile,
    sources,
    lossOfFunctionGenes: lossOfFunctionGenes === undefined ? null : [...lossOfFunctionGenes].sort(),
    annotations: provenanceOf(header, context).annotations,
  };
}

/** What inputs of these very rules came from. */
export function contextOf(inputs: JudgementInputs, clinvar: MemoryClinvar | undefined): RuleContext {
  const { profile, sources, lossOfFunctionGenes } = inputs;
  return {
    profile: profile as Profile,
    sources: sources as AnnotationSources,
    lossOfFunctionGenes: lossOfFunctionGenes === null ? undefined : new Set(lossOfFunctionGenes),
    clinvar,
  };
}

/** The last that was asked for: who asks for single variants asks again and again, and a whole ClinVar takes seconds. */
let last: { readonly digest: string; readonly index: MemoryClinvar } | undefined;

export async function keptClinvar(
  store: VariantStore,
  tenant: string,
  digest: string,
  { anew = false, ...options }: Cancellable & { readonly anew?: boolean },
): Promise<MemoryClinvar> {
  if (anew || last?.digest !== digest) {
    last = { digest, index: clinvarOfSet(await store.verdicts.annotationSet(tenant, digest, options)) };
  }
  return last.index;
}

/** Verdicts written in one go. */
const VERDICTS_AT_A_TIME = 8192;

export async function* kept(
  batches: AsyncIterable<readonly JudgedLine[]>,
  context: RuleContext,
  { onJudged, onProgress }: Judging,
): AsyncGenerator<readonly NewVerdict[]> {
  const salt = digestSalt(context);
  let verdicts: NewVerdict[] = [];
  let count = 0;
  for await (const batch of batches) {
    await onJudged?.(batch);
    for (const line of batch) verdicts.push(keptVerdict(line, salt));
    count += batch.length;
    onProgress?.(count);
    if (verdicts.length < VERDICTS_AT_A_TIME) continue;
    yield verdicts;
    verdicts = [];
  }
  yield verdicts;
}
