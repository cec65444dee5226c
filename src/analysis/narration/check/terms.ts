import { isCriterion } from '../../acmg/criteria.ts';
import { NOT_MET } from '../subject.ts';
import { CLAIMS, DENIAL, IMPLIED } from './claims.ts';
import type { Grounds } from './grounds.ts';

const DENIED_CRITERION =
  /\b(?:not|un)[- ]?(?:met|satisfied|fulfilled|applicable)\b|\b(?:does|do) not (?:apply|hold|count)\b/gi;
const CRITERION = /\b(?:PVS|PS|PM|PP|BA|BS|BP)\d\b/g;

/** A denial reaches this many words. */
const REACH = 4;
const FILLERS: ReadonlySet<string> = new Set([
  'the',
  'this',
  'that',
  'and',
  'for',
  'with',
  'variant',
  'evidence',
  'its',
]);

/** A word that claims what the cited evidence does not say. */
export function objectToTerms(sentence: string, grounds: Grounds): string | undefined {
  const implied = IMPLIED.filter(({ evidence }) =>
    grounds.items.some(({ id, text }) => evidence.test(`${id} ${text}`)),
  );
  for (const claim of CLAIMS) {
    const word = claim.exec(sentence)?.[0];
    if (word === undefined || claim.test(grounds.text)) continue;
    if (!implied.some((known) => known.claim.test(word))) return `"${word}" is not in the evidence that it cites`;
  }
  return undefined;
}

/** A denial of what the cited evidence does not deny. */
export function objectToDenials(sentence: string, grounds: Grounds): string | undefined {
  // Of criteria another rule knows more.
  const rest = criteriaIn(sentence).length > 0 ? sentence.replace(DENIED_CRITERION, '') : sentence;
  const isDenying = grounds.text.search(DENIAL) >= 0;
  for (const { 0: word, index } of rest.matchAll(DENIAL)) {
    const denied =
      rest
        .slice(index + word.length)
        .match(/[A-Za-z0-9]+/g)
        ?.slice(0, REACH) ?? [];
    const isKnown = denied.some((one) => {
      const lower = one.toLowerCase();
      return lower.length > 2 && !FILLERS.has(lower) && grounds.words.has(lower);
    });
    if (!isDenying || !isKnown) return `"${word}" denies or doubts what the evidence that it cites does not`;
  }
  return undefined;
}

/** A criterion said to be met that is not, or the other way; points that are another's. */
export function objectToCriteria(sentence: string, grounds: Grounds): string | undefined {
  const named = criteriaIn(sentence);
  const isDenied = sentence.search(DENIED_CRITERION) >= 0;
  for (const id of named) {
    const item = grounds.item(id);
    // One that only a text or a list of the evidence names: it cannot be assessed.
    if (item === undefined && /\bmet\b/i.test(sentence)) return `it says of ${id} what the evidence does not`;
    if (item !== undefined && isMet(id, grounds) === isDenied) {
      return `${id} is ${isDenied ? '' : 'not '}met by the evidence`;
    }
  }
  const [only, ...others] = named;
  const points = /([+-]?\d+) points?\b/.exec(sentence)?.[1];
  const value = only === undefined ? undefined : grounds.item(only)?.value;
  if (others.length > 0 || points === undefined || value === undefined) return undefined;
  return Number(points) === value ? undefined : `${only} has other points`;
}

function criteriaIn(sentence: string): readonly string[] {
  return [...new Set(sentence.match(CRITERION) ?? [])];
}

function isMet(id: string, grounds: Grounds): boolean {
  const item = grounds.item(id);
  return isCriterion(id) && item !== undefined && !item.text.startsWith(NOT_MET);
}
