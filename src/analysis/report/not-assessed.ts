import { CRITERION_CODES, type Criterion } from '../acmg/criteria.ts';
import type { CaseVariant } from './case.ts';

/** Why a criterion could not be assessed, and for how many of the variants shown. */
export interface NotAssessed {
  readonly criterion: Criterion;
  readonly variants: number;
  /** Most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly variants: number }[];
}

/** By criterion, in their order; those that were assessed for every variant are left out. */
export function notAssessed(variants: readonly Pick<CaseVariant, 'verdict'>[]): readonly NotAssessed[] {
  const found = new Map<Criterion, Map<string, number>>();
  for (const { verdict } of variants) {
    for (const { criterion, status, reason } of verdict.outcomes) {
      if (status !== 'notAssessable') continue;
      const reasons = found.get(criterion) ?? new Map<string, number>();
      found.set(criterion, reasons.set(reason, (reasons.get(reason) ?? 0) + 1));
    }
  }
  return CRITERION_CODES.flatMap((criterion) => {
    const reasons = [...(found.get(criterion) ?? [])]
      .map(([reason, variants]) => ({ reason, variants }))
      .sort((a, b) => b.variants - a.variants);
    if (reasons.length === 0) return [];
    return [{ criterion, variants: reasons.reduce((sum, { variants }) => sum + variants, 0), reasons }];
  });
}
