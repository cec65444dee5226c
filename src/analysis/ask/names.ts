import type { Vocabulary } from './plan.ts';
import type { Question } from './question.ts';

/** What `get` takes, as people write it in a sentence. */
const VARIANTS: readonly RegExp[] = [
  /(?<![\w:-])(?:chr)?(?:\d{1,2}|X|Y|MT?)[:-]\d+[:-][ACGTN]+(?:[:>-])(?:[ACGTN]+|\*)(?![\w])/i,
  /(?<![\w:])(?:chr)?(?:\d{1,2}|X|Y|MT?):(?:g\.)?\d+[ACGTN]+>[ACGTN]+(?![\w])/i,
  /(?<![\w.])(?:(?:NM|NR|ENST|NP|ENSP|LRG)_?[\w.]+|[A-Z][A-Z0-9-]+):[cnp]\.[\w*>=()+-]+/i,
  /(?<![\w:])[cp]\.[A-Za-z0-9*>=()+_-]+/,
  /(?<!\w)rs\d{2,}(?!\w)/i,
];

/** Variants that are named, in their order. */
export function takeVariants(question: Question): readonly string[] {
  return VARIANTS.flatMap((pattern) => question.takeAll(pattern))
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => text);
}

/** Stored files that are named, in their order. */
export function takeFiles(question: Question, { files }: Vocabulary): readonly string[] {
  const names = [...new Set(files.map(({ name }) => name))].sort((a, b) => b.length - a.length);
  return names
    .flatMap((name) =>
      question
        .takeAll(new RegExp(`(?<![\\w./-])${RegExp.escape(name)}(?![\\w-])`, 'i'))
        .map(({ at }) => ({ at, name })),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

const WORDS: Readonly<Record<string, number>> = { one: 1, two: 2, three: 3, four: 4, five: 5, ten: 10, twenty: 20 };
const COUNT = '(\\d{1,4}|one|two|three|four|five|ten|twenty)';

/** `first 10`, `top five`. */
export function takeLimit(question: Question): number | undefined {
  const taken = question.take(new RegExp(`\\b(?:first|top|up to|at most) ${COUNT}\\b(?! ?(?:stars?|%|percent))`, 'i'));
  return taken === undefined ? undefined : numberOf(taken.groups[0]);
}

/** `in at least 2 samples`, `in several people`. */
export function takeSampleCount(question: Question): number | undefined {
  const some = 'samples?|people|persons|patients|individuals|members|carriers';
  const exact = question.take(
    new RegExp(`\\b(?:in )?(?:at least |more than )?${COUNT}(?: or more)? (?:${some})\\b`, 'i'),
  );
  if (exact !== undefined) {
    const number = numberOf(exact.groups[0]);
    return /more than/i.test(exact.text) ? number + 1 : number;
  }
  return question.take(new RegExp(`\\b(?:in )?(?:several|multiple|different|(?<!how )many) (?:${some})\\b`, 'i')) ===
    undefined
    ? undefined
    : 2;
}

/** `at least 6 points`. */
export function takePoints(question: Question): number | undefined {
  const taken = question.take(/\b(at least|more than|above|over|from|with)? ?(\d{1,2})(?: or more)? points?\b/i);
  if (taken === undefined) return undefined;
  const [word = '', number] = taken.groups;
  return Number(number) + (/more than|above|over/i.test(word) ? 1 : 0);
}

function numberOf(text: string | undefined): number {
  return WORDS[(text ?? '').toLowerCase()] ?? Number(text);
}
