import type { Narration, NarrationSubject, Statement } from '../../../core/narratives.ts';
import { plainEnglish } from '../plain.ts';
import { objectToClass } from './class-claims.ts';
import { Grounds } from './grounds.ts';
import { objectToNames } from './names.ts';
import { objectToCriteria, objectToDenials, objectToTerms } from './terms.ts';

const MOST_CHARACTERS = 600;

/** What is wrong with a sentence, in a few words; undefined: nothing. `grounds`: the evidence that its statement cites. */
export type SentenceRule = (sentence: string, grounds: Grounds, subject: NarrationSubject) => string | undefined;

/** By name, so that a test can leave one out and see that it is missed. */
export const SENTENCE_RULES: Readonly<Record<string, SentenceRule>> = {
  class: objectToClass,
  criteria: objectToCriteria,
  terms: objectToTerms,
  denials: objectToDenials,
  names: objectToNames,
};

export type Checked =
  | { readonly ok: true; readonly narration: Narration }
  | { readonly ok: false; readonly reason: string };

/**
 * Whether a narration says only what its evidence says. Strict: what cannot be told from an invention is one, because the
 * deterministic narrator stands in for what is thrown away. What it gives back is the text as it was checked.
 *
 * It knows words, names, numbers and classes, not what sentences mean: two facts of the cited evidence that are joined
 * wrongly in ordinary words pass.
 */
export function checkNarration(
  { statements, decisive }: Narration,
  subject: NarrationSubject,
  rules: readonly SentenceRule[] = Object.values(SENTENCE_RULES),
): Checked {
  const ids = new Map(subject.evidence.map((item) => [item.id, item]));
  if (decisive !== null && !ids.has(decisive))
    return no(`it calls "${shown(decisive)}" decisive, which is no evidence`);
  if (statements.length === 0) return no('it says nothing');
  const checked: Statement[] = [];
  for (const { text, cites } of statements) {
    const plain = plainEnglish(text);
    if (plain === undefined) return no('it holds characters that are not plain English');
    if (plain.length === 0 || plain.length > MOST_CHARACTERS) return no('a statement is empty or too long');
    if (cites.length === 0) return no('a statement cites no evidence');
    const unknown = cites.find((id) => !ids.has(id));
    if (unknown !== undefined) return no(`it cites "${shown(unknown)}", which is no evidence`);
    const grounds = new Grounds(cites.map((id) => ids.get(id)!));
    for (const sentence of sentencesOf(plain)) {
      const objection = rules.map((rule) => rule(sentence, grounds, subject)).find((found) => found !== undefined);
      if (objection !== undefined) return no(objection);
    }
    checked.push({ text: plain, cites });
  }
  return { ok: true, narration: { statements: checked, decisive } };
}

/** Without their full stops. */
function sentencesOf(text: string): readonly string[] {
  return text
    .split(/(?<=[.!?;])\s+/)
    .map((sentence) => sentence.replace(/[.!?;]+$/, '').trim())
    .filter(Boolean);
}

/** An id that a model made up, safe to show. */
function shown(id: string): string {
  return id.replace(/[^ -~]/g, '?').slice(0, 40);
}

function no(reason: string): Checked {
  return { ok: false, reason };
}
