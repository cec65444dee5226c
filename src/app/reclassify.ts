import { checkAssembly } from '../analysis/acmg/classify-file.ts';
import { clinvarChanges, clinvarReach } from '../analysis/acmg/clinvar-changes.ts';
import { clinvarSet } from '../analysis/acmg/clinvar-set.ts';
import { RULES_VERSION } from '../analysis/acmg/criteria.ts';
import type { StoredFile, VariantStore } from '../core/ports.ts';
import type { Judgement, VerdictChange } from '../core/verdicts.ts';
import {
  contextOf,
  inputsOf,
  type Judging,
  judge,
  judgedUnder,
  kept,
  keptClinvar,
  type LoadedClinvar,
  newestJudgement,
  subjectOf,
} from './judge.ts';

/** What a newer ClinVar did to the verdicts on a file. */
export interface Reclassification {
  /** The new one; the old one when both ClinVars are the same. */
  readonly judgement: Judgement;
  /** Variants of the file with a verdict. */
  readonly verdicts: number;
  /** Judged again. */
  readonly judged: number;
  readonly changes: readonly VerdictChange[];
  /** Positions at which the two ClinVars differ, and genes whose counts do; undefined: everything was judged again. */
  readonly differences: { readonly positions: number; readonly genes: number } | undefined;
}

/**
 * Judges again, under a newer ClinVar, what it can change: variants near a record that differs, or in a gene whose counts do.
 * Profile and genes are those of the newest judgement. Everything is judged when that was without a ClinVar or by other rules.
 */
export async function reclassify(
  store: VariantStore,
  file: StoredFile,
  clinvar: LoadedClinvar,
  options: Judging = {},
): Promise<Reclassification> {
  const { tenant, fileId } = file;
  const old = await newestJudgement(store, file, options);
  const { profile, lossOfFunctionGenes } = contextOf(old.inputs, undefined);
  if (old.clinvar === null || old.inputs.rules !== RULES_VERSION) {
    const judgement = await judge(store, file, { ...options, profile, lossOfFunctionGenes, clinvar });
    return await reclassification(store, file, judgement, undefined);
  }
  const set = clinvarSet(clinvar.index, clinvar.name);
  if (set.digest === old.clinvar) {
    const nothing = { ...old, judged: 0, changed: 0 };
    return await reclassification(store, file, nothing, { positions: 0, genes: 0 });
  }
  const subject = subjectOf(store, file);
  checkAssembly(subject.header, clinvar.index);
  const before = await keptClinvar(store, tenant, old.clinvar, options);
  const changes = clinvarChanges(before, clinvar.index, clinvarReach(profile));
  const ids: bigint[] = [];
  for await (const places of store.verdicts.places(tenant, fileId, options)) {
    for (const place of places) if (changes.touches(place)) ids.push(place.id);
  }
  const context = contextOf(old.inputs, clinvar.index);
  const batches = judgedUnder(store, file, context, { ids, signal: options.signal });
  const judgement = await store.verdicts.save(
    tenant,
    fileId,
    { inputs: inputsOf(subject, context), clinvar: set.digest },
    kept(batches, context, options),
    { replace: 'some', basedOn: old.judgementId, clinvar: set, signal: options.signal },
  );
  return await reclassification(store, file, judgement, changes);
}

async function reclassification(
  store: VariantStore,
  { tenant, fileId }: StoredFile,
  judgement: Judgement,
  differences: Reclassification['differences'],
): Promise<Reclassification> {
  const counts = await store.verdicts.counts(tenant, fileId);
  const verdicts = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const { judged: again, changed, judgementId } = judgement;
  const changes = changed === 0 ? [] : await store.verdicts.changes(tenant, judgementId);
  return { judgement, verdicts, judged: again, changes, differences };
}
