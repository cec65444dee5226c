import { Type } from 'typebox';
import { verdictJson } from '../../analysis/acmg/report.ts';
import { reportJson } from '../../analysis/report/json.ts';
import type { StoredFile } from '../../core/ports.ts';
import { CLASSES, effectiveClass, type KeptVerdict, NOTICE } from '../../core/verdicts.ts';
import { rejudge } from '../judge.ts';
import { lookUpVariant } from '../look-up.ts';
import { reportOnStored } from '../report.ts';
import { fileName, limit, variantName } from './store-tools.ts';
import { fileNamed, type ToolContext, toolOf } from './tool.ts';

export const verdictsTool = toolOf(
  {
    name: 'verdicts',
    description: `ACMG/AMP verdicts that are kept of a stored file, or of one variant; most points first. ${NOTICE}`,
    input: Type.Object(
      {
        file: Type.Optional(fileName),
        variant: Type.Optional(variantName),
        classes: Type.Optional(
          Type.Array(Type.Union(CLASSES.map((name) => Type.Literal(name))), { minItems: 1, maxItems: 5 }),
        ),
        minPoints: Type.Optional(Type.Integer({ minimum: -50, maximum: 50 })),
        criteria: Type.Boolean({ default: false, description: 'With all 28 criteria of each, and their evidence.' }),
        limit: limit(100, 20),
      },
      { additionalProperties: false },
    ),
  },
  async (context, { file: wanted, variant, classes, minPoints, criteria, limit }) => {
    const { app, signal } = context;
    const files = await filesMeant(context, wanted);
    const ids = variant === undefined ? undefined : await idsOf(context, variant);
    const verdicts = (
      await Promise.all(
        files.map((file) =>
          app.store.verdicts.query(app.tenant, {
            fileId: file.fileId,
            ids,
            classes,
            minPoints,
            order: 'points',
            limit,
            signal,
          }),
        ),
      )
    )
      .flat()
      .sort((a, b) => b.points - a.points)
      .slice(0, limit);
    const shown: Record<string, unknown>[] = [];
    for (const file of files) {
      const own = verdicts.filter(({ fileId }) => fileId === file.fileId);
      if (own.length > 0) shown.push(...(await verdictsOf(context, file, { own, criteria })));
    }
    const note =
      verdicts.length === limit ? { note: 'There may be more: ask with a higher limit, or fewer points.' } : {};
    return { verdicts: shown.sort((a, b) => Number(b.points) - Number(a.points)), notice: NOTICE, ...note };
  },
);

async function filesMeant(context: ToolContext, wanted: string | undefined): Promise<readonly StoredFile[]> {
  if (wanted !== undefined) return [await fileNamed(context, wanted)];
  return await context.app.store.files(context.app.tenant);
}

async function idsOf({ app, signal }: ToolContext, variant: string): Promise<readonly bigint[]> {
  const found = await lookUpVariant(app.store, variant.trim(), { tenant: app.tenant, limit: 200, signal });
  return found.map(({ row }) => row.id);
}

async function verdictsOf(
  { app, signal }: ToolContext,
  file: StoredFile,
  { own, criteria }: { readonly own: readonly KeptVerdict[]; readonly criteria: boolean },
): Promise<readonly Record<string, unknown>[]> {
  const { provenance } = await rejudge(app.store, file, { signal });
  const byId = new Map(own.map((verdict) => [verdict.id, verdict]));
  const shown: Record<string, unknown>[] = [];
  for await (const batch of app.judged(file.fileId, { ids: [...byId.keys()], signal })) {
    for (const { id, evidence, verdict, clinvar } of batch) {
      const kept = byId.get(id)!;
      const { criteria: all, evidence: values, moves, ...facts } = verdictJson(evidence, verdict, clinvar, provenance);
      const judged = { ...facts, counts: effectiveClass(kept), reviewed: kept.reviewed ?? null, met: kept.met };
      shown.push({ file: file.fileId, ...judged, ...(criteria ? { criteria: all, evidence: values, moves } : {}) });
    }
  }
  return shown;
}

export const reportTool = toolOf(
  {
    name: 'report',
    description: `Ranks the variants of a stored file, or of those that a sample carries, with all evidence. ${NOTICE}`,
    input: Type.Object(
      {
        file: fileName,
        sample: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
        top: limit(20, 5),
      },
      { additionalProperties: false },
    ),
  },
  async (context, { file: wanted, sample, top }) => {
    const { app, clock, signal } = context;
    const file = await fileNamed(context, wanted);
    return reportJson(await reportOnStored(app.store, file, { rules: undefined, sample, top, clock, signal }));
  },
);
