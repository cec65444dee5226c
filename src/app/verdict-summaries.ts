import type { VariantStore } from '../core/ports.ts';
import { effectiveClass, type KeptVerdict } from '../core/verdicts.ts';
import type { ReadSummaries } from '../stores/lancedb/summaries.ts';

const PAGE = 10_000;

/** What is judged about a file's variants, in words: `Likely pathogenic, 7 points: PVS1, PM2_Supporting`. */
export function summariesOf({ verdicts }: Pick<VariantStore, 'verdicts'>): ReadSummaries {
  return async function* (tenant, fileId, { signal }) {
    let after: KeptVerdict | undefined;
    for (;;) {
      const page = await verdicts.query(tenant, { fileId, limit: PAGE, after, signal });
      if (page.length > 0) yield page.map((verdict) => ({ id: verdict.id, text: inWords(verdict) }));
      after = page.at(-1);
      if (page.length < PAGE) return;
    }
  };
}

function inWords(verdict: KeptVerdict): string {
  const { points, met, reviewed } = verdict;
  const by = reviewed === undefined ? '' : ' by a reviewer';
  const criteria = met.length === 0 ? 'no criterion met' : met.join(', ');
  return `${effectiveClass(verdict)}${by}, ${points} points: ${criteria}`;
}
