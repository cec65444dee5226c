import { type NarrationSubject, type Narrative, RULES_PROVIDER } from '../core/narratives.ts';

/** A piece of evidence that some narrators rest on and others do not. */
export interface Disputed {
  readonly id: string;
  readonly by: readonly string[];
  readonly notBy: readonly string[];
}

/** All that was said of one variant with the same evidence. */
export interface Opinions {
  readonly correlationId: string;
  readonly fileId: number;
  readonly variantId: bigint;
  readonly subject: NarrationSubject;
  /** In the order in which they were given: those of providers, then of the rules. */
  readonly narratives: readonly Narrative[];
  /** Ids that every provider rests on, of two or more that were heard. */
  readonly agreed: readonly string[];
  readonly disputed: readonly Disputed[];
  /** What each provider calls decisive, most often named first. */
  readonly decisive: readonly { readonly id: string; readonly by: readonly string[] }[];
}

/** Puts narratives together by correlation id, in the order in which each id comes first. */
export function aggregate(narratives: readonly Narrative[]): readonly Opinions[] {
  const groups = Map.groupBy(narratives, ({ correlationId }) => correlationId);
  return [...groups].map(([correlationId, all]) => {
    const group = latest(all);
    const { fileId, variantId, subject } = group[0]!;
    const isOfRules = ({ provider }: Narrative) => provider === RULES_PROVIDER;
    const heard = group.filter((narrative) => !isOfRules(narrative));
    return {
      correlationId,
      fileId,
      variantId,
      subject,
      narratives: [...heard, ...group.filter(isOfRules)],
      ...compared(heard, subject),
    };
  });
}

/** One for whoever was asked: that of a provider where it was asked again after the rules had to answer, else the last. */
function latest(narratives: readonly Narrative[]): readonly Narrative[] {
  return [...Map.groupBy(narratives, ({ asked }) => asked).values()].map((attempts) => {
    const [last, ...others] = attempts.toSorted((a, b) => b.answeredAt.getTime() - a.answeredAt.getTime());
    return [last!, ...others].find(({ provider }) => provider !== RULES_PROVIDER) ?? last!;
  });
}

function compared(heard: readonly Narrative[], { evidence }: NarrationSubject) {
  const names = heard.map(({ provider }) => provider);
  const cited = new Map(heard.map((one) => [one.provider, new Set(one.statements.flatMap(({ cites }) => cites))]));
  const ids = evidence.map(({ id }) => id).filter((id) => names.some((name) => cited.get(name)!.has(id)));
  const split = ids.map((id) => {
    const [by, notBy] = [true, false].map((wanted) => names.filter((name) => cited.get(name)!.has(id) === wanted));
    return { id, by: by!, notBy: notBy! };
  });
  const named = Map.groupBy(
    heard.filter(({ decisive }) => decisive !== null),
    ({ decisive }) => decisive!,
  );
  return {
    agreed: names.length < 2 ? [] : split.filter(({ notBy }) => notBy.length === 0).map(({ id }) => id),
    disputed: split.filter(({ notBy }) => notBy.length > 0),
    decisive: [...named]
      .map(([id, group]) => ({ id, by: group.map(({ provider }) => provider) }))
      .toSorted((a, b) => b.by.length - a.by.length),
  };
}
