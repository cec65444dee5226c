import type { Cancellable, VariantStore } from '../core/ports.ts';
import { effectiveClass } from '../core/verdicts.ts';
import type { VerdictPages } from '../stores/graph/project-verdicts.ts';

const PAGE_VERDICTS = 20_000;

/** The kept verdicts on a file's variants, a page at a time, in the order of its rows. */
export function graphVerdicts({ verdicts }: Pick<VariantStore, 'verdicts'>) {
  return async function* (tenant: string, fileId: number, { signal }: Cancellable): VerdictPages {
    for (let after: { readonly id: bigint; readonly points: number } | undefined; ; ) {
      const page = await verdicts.query(tenant, { fileId, limit: PAGE_VERDICTS, after, signal });
      yield page.map((kept) => ({
        row: Number(kept.id),
        judgement: kept.judgementId,
        class: effectiveClass(kept),
        points: kept.points,
        met: kept.met,
      }));
      if (page.length < PAGE_VERDICTS) return;
      after = page.at(-1);
    }
  };
}
