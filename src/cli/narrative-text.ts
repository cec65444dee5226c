import type { Opinions } from '../analysis/aggregator.ts';
import { type Narrative, RULES_PROVIDER } from '../core/narratives.ts';
import type { Style } from '../telemetry/style.ts';
import { printable } from './format.ts';
import { paintSignificance } from './row-table.ts';

/** All that was said of one variant: by whom, resting on what, and what was thrown away and why. */
export function opinionsText(opinions: Opinions, style: Style): string[] {
  const { bold, cyan } = style;
  const { variantKey, gene, class: name, points } = opinions.subject;
  const head = [bold(printable(variantKey)), cyan(printable(gene ?? '')), paintSignificance(name, style)];
  return [
    [...head.filter(Boolean), `${points > 0 ? '+' : ''}${points} points`].join('  '),
    ...opinions.narratives.flatMap((narrative) => narrativeLines(narrative, style)),
    ...comparisonLines(opinions, style),
  ];
}

function narrativeLines(narrative: Narrative, { dim, green, yellow }: Style): string[] {
  const { provider, model, statements, failures, cached, asked } = narrative;
  const isOfRules = provider === RULES_PROVIDER;
  const by = isOfRules ? 'rules' : `${printable(provider)} ${printable(model)}${cached ? ', from the cache' : ''}`;
  const why = isOfRules && asked !== RULES_PROVIDER ? ' (no provider was heard)' : '';
  return [
    `  ${(isOfRules ? yellow : green)(by)}${dim(why)}`,
    ...statements.map(({ text, cites }) => `    ${printable(text)} ${dim(`[${cites.map(printable).join(', ')}]`)}`),
    ...failures.map(({ provider: who, kind, reason }) =>
      dim(`    ${printable(who)}: ${kind === 'rejected' ? 'its answer was rejected' : kind}: ${printable(reason)}`),
    ),
  ];
}

/** Of several that were heard. */
function comparisonLines({ narratives, agreed, disputed, decisive }: Opinions, { dim }: Style): string[] {
  const heard = narratives.filter(({ provider }) => provider !== RULES_PROVIDER);
  if (heard.length < 2) return [];
  const names = (list: readonly string[]): string => list.map(printable).join(', ');
  return [
    `  ${dim('all rest on')} ${agreed.length === 0 ? 'nothing in common' : names(agreed)}`,
    ...disputed.map(
      ({ id, by, notBy }) =>
        `  ${dim('only')} ${names(by)} ${dim('on')} ${printable(id)}${dim(`, not ${names(notBy)}`)}`,
    ),
    ...decisive.map(({ id, by }) => `  ${dim('decisive for')} ${names(by)}: ${printable(id)}`),
  ];
}

/** The same as one JSON object. */
export function opinionsJson({ subject, ...opinions }: Opinions): Record<string, unknown> {
  const { variantKey, evidence, ...verdict } = subject;
  return {
    type: 'narratives',
    key: variantKey,
    ...verdict,
    ...opinions,
    narratives: opinions.narratives.map(bare),
    evidence,
  };
}

function bare({ subject: _subject, ...narrative }: Narrative): Omit<Narrative, 'subject'> {
  return narrative;
}
