import { createHash } from 'node:crypto';
import type { EvidenceItem, NarrationSubject } from '../../core/narratives.ts';
import { NOT_CLASSIFIED } from '../../core/verdicts.ts';
import type { Classified } from '../acmg/classify-file.ts';
import { factsOf, type Strength } from '../acmg/criteria.ts';
import { keyOf } from '../acmg/evidence.ts';
import type { Outcome } from '../acmg/outcome.ts';
import { evidenceOf, NO_VALUE } from '../acmg/report.ts';
import { clean } from './plain.ts';

/** What comes out of a file is bounded: no value needs more, and a text that does is none. */
const MOST_CHARACTERS = { id: 64, text: 300, value: 160, key: 200 };

const STRENGTHS: Readonly<Record<Strength, string>> = {
  supporting: 'supporting',
  moderate: 'moderate',
  strong: 'strong',
  veryStrong: 'very strong',
  standAlone: 'stand-alone',
};

/** Begins the text of a criterion that was looked at and does not hold. */
export const NOT_MET = 'not met';

/** Ids of what families say, and of the criteria that they decide: genotypes, in other words. */
export function isFromGenotypes(id: string): boolean {
  return FROM_FAMILIES.has(id) || id.startsWith('family');
}

const FROM_FAMILIES: ReadonlySet<string> = new Set(['PS2', 'PM6', 'PM3', 'PP1', 'BS4', 'BP2']);

/** Everything that a narrator may know of a judged variant. Nothing of a sample: but for criteria that families decide. */
export function subjectOf({ evidence, verdict, clinvar }: Classified): NarrationSubject {
  const items = [
    { id: 'class', text: 'the class by the rules', value: verdict.class },
    { id: 'points', text: 'the sum of the points of all criteria that are met', value: verdict.points },
    ...verdict.outcomes.flatMap(criterionItem),
    ...openItem(verdict.outcomes),
    ...Object.entries(evidenceOf(evidence, verdict.outcomes)).map(([id, value]) => valueItem(id, value)),
    ...(clinvar === undefined ? [] : [clinvarItem(clinvar)]),
  ];
  const facts: Omit<NarrationSubject, 'digest'> = {
    variantKey: clean(keyOf(evidence), MOST_CHARACTERS.key),
    gene: evidence.transcript?.gene === undefined ? null : clean(evidence.transcript.gene, MOST_CHARACTERS.value),
    class: verdict.applies ? verdict.class : NOT_CLASSIFIED,
    points: verdict.points,
    evidence: distinct(items.map(bounded)),
  };
  return { ...facts, digest: createHash('sha256').update(JSON.stringify(facts)).digest('hex') };
}

function criterionItem({ criterion, status, strength, points, reason }: Outcome): readonly EvidenceItem[] {
  if (status === 'notAssessable') return [];
  const how = status === 'met' ? `met, ${STRENGTHS[strength ?? 'supporting']}` : NOT_MET;
  return [{ id: criterion, text: `${how}: ${reason}`, value: points }];
}

/** What the file could have told and does not. */
function openItem(outcomes: readonly Outcome[]): readonly EvidenceItem[] {
  const open = outcomes.filter(({ criterion, status }) => {
    const { basis } = factsOf(criterion);
    return status === 'notAssessable' && (basis === 'file' || basis === 'clinvar');
  });
  if (open.length === 0) return [];
  return [
    { id: 'open', text: 'criteria that cannot be assessed', value: open.map(({ criterion }) => criterion).join(', ') },
  ];
}

function clinvarItem({ significance, stars }: NonNullable<Classified['clinvar']>): EvidenceItem {
  const known = stars === undefined ? '' : `, ${stars} review stars`;
  return {
    id: 'clinvar',
    text: `what ClinVar says of the variant, no part of the points${known}`,
    value: significance,
  };
}

function valueItem(id: string, value: string | number): EvidenceItem {
  if (value === NO_VALUE) return { id, text: 'the file has no value', value: null };
  // A place of a transcript as words: `3/12` could be a genotype.
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(String(value)) ?? [];
  return { id, text: 'from the annotation', value: number === undefined ? value : `${number} of ${of}` };
}

function bounded({ id, text, value }: EvidenceItem): EvidenceItem {
  return {
    id: id.replace(/[^A-Za-z0-9_.:-]/g, '_').slice(0, MOST_CHARACTERS.id),
    text: clean(text, MOST_CHARACTERS.text),
    value: typeof value === 'string' ? clean(value, MOST_CHARACTERS.value) : value,
  };
}

/** The first of each id: ours come before those that a file names. */
function distinct(items: readonly EvidenceItem[]): readonly EvidenceItem[] {
  const known = new Map<string, EvidenceItem>();
  for (const item of items) if (!known.has(item.id)) known.set(item.id, item);
  return [...known.values()];
}
