import type { EvidenceItem, Narration, NarrationSubject, Statement } from '../../core/narratives.ts';
import { isCriterion } from '../acmg/criteria.ts';
import { NOT_MET } from '../narration/subject.ts';

/** Version of its sentences: what a narrative of the rules has in place of a model. */
export const RULES_MODEL = '1';

/** The deterministic narrator: the same evidence gives the same sentences, and nothing is said that is not in it. */
export function narrateByRules({ class: name, points, evidence }: NarrationSubject): Narration {
  const criteria = evidence.filter(({ id }) => isCriterion(id));
  const met = criteria.filter(({ text }) => !text.startsWith(NOT_MET));
  const byId = (id: string) => evidence.filter((item) => item.id === id);
  return {
    statements: [
      { text: `The class is ${name} with ${inPoints(points)}.`, cites: ['class', 'points'] },
      ...met.map(statementOf),
      ...(met.length === 0 ? [{ text: 'No criterion is met.', cites: ['points'] }] : []),
      ...byId('clinvar').map(({ id, value }) => ({ text: `ClinVar says: ${spaced(value)}.`, cites: [id] })),
      ...byId('open').map(({ id, value }) => ({ text: `Not assessable: ${value}.`, cites: [id] })),
    ],
    decisive: heaviest(met)?.id ?? null,
  };
}

function statementOf({ id, text, value }: EvidenceItem): Statement {
  return { text: `${id} is ${text} (${inPoints(value)}).`, cites: [id] };
}

/** The first of the greatest weight, whichever side it speaks for; BA1 has no points and decides alone. */
function heaviest(met: readonly EvidenceItem[]): EvidenceItem | undefined {
  const alone = met.find(({ id }) => id === 'BA1');
  return alone ?? met.toSorted((a, b) => Math.abs(Number(b.value)) - Math.abs(Number(a.value)))[0];
}

function inPoints(value: EvidenceItem['value']): string {
  return `${value} point${Math.abs(Number(value)) === 1 ? '' : 's'}`;
}

function spaced(value: EvidenceItem['value']): string {
  return String(value).replaceAll('_', ' ');
}
