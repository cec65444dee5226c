import type { Strength } from './criteria.ts';
import type { Outcome } from './outcome.ts';

const WORDS: Readonly<Record<Strength, string>> = {
  supporting: 'Supporting',
  moderate: 'Moderate',
  strong: 'Strong',
  veryStrong: 'VeryStrong',
  standAlone: 'StandAlone',
};

/** Strength that a criterion's letters stand for (Richards 2015). */
const USUAL: Readonly<Record<string, Strength>> = {
  PVS: 'veryStrong',
  PS: 'strong',
  PM: 'moderate',
  PP: 'supporting',
  BA: 'standAlone',
  BS: 'strong',
  BP: 'supporting',
};

/** ClinGen's way to write a criterion that is met: `PS1`, `PVS1_Strong`, `PM2_Supporting`. */
export function label({ criterion, strength }: Outcome): string {
  if (strength === undefined || USUAL[criterion.slice(0, -1)] === strength) return criterion;
  return `${criterion}_${WORDS[strength]}`;
}

/** Those that are met. */
export function metLabels(outcomes: readonly Outcome[]): readonly string[] {
  const labels: string[] = [];
  for (const outcome of outcomes) if (outcome.status === 'met') labels.push(label(outcome));
  return labels;
}
