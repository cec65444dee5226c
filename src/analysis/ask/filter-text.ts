import type { Question } from './question.ts';
import type { Term } from './terms.ts';

/** The order in which topics stand in a filter. */
const TOPICS = [
  'gene',
  'region',
  'consequence',
  'impact',
  'significance',
  'condition',
  'frequency',
  'quantity',
  'score',
  'filter',
];
/** Several of these mean any of them; several of another topic mean all. */
const ALTERNATIVES = new Set(['gene', 'region', 'consequence', 'impact', 'significance', 'condition']);

/** One filter of all terms; empty without any. `question`: tells whether `or` stands between two samples. */
export function filterText(terms: readonly Term[], question: Pick<Question, 'left'>): string {
  const parts = TOPICS.flatMap((topic) => topicText(topic, terms));
  return [...parts, ...carrierText(terms, question)].join(' and ');
}

function topicText(topic: string, terms: readonly Term[]): readonly string[] {
  const own = terms.filter((one) => one.topic === topic).sort((a, b) => a.at - b.at);
  const wanted = [...new Set(own.filter(({ negated }) => !negated).map(({ filter }) => filter))];
  const unwanted = own.filter(({ negated }) => negated).map(({ filter }) => negate(filter));
  if (wanted.length < 2 || !ALTERNATIVES.has(topic)) return [...wanted, ...unwanted];
  return [`(${wanted.join(' or ')})`, ...unwanted];
}

/** `not not x` is x. */
function negate(filter: string): string {
  if (filter.startsWith('not ')) return filter.slice('not '.length);
  return filter.includes(' ') && !/^\(.*\)$/.test(filter) && !/^\S+[=~]".*"$/.test(filter) && !/ in \(/.test(filter)
    ? `not (${filter})`
    : `not ${filter}`;
}

function carrierText(terms: readonly Term[], question: Pick<Question, 'left'>): readonly string[] {
  const own = terms.filter(({ topic }) => topic === 'carrier').sort((a, b) => a.at - b.at);
  const wanted = own.filter(({ negated }) => !negated);
  const isEither = wanted.some(({ at, words }, place) => {
    const next = wanted[place + 1];
    return next !== undefined && /\bor\b/i.test(question.left.slice(at + words.length, next.at));
  });
  const filters = [...new Set(wanted.map(({ filter }) => filter))];
  const either = isEither && filters.length > 1 ? [`(${filters.join(' or ')})`] : filters;
  return [...either, ...own.filter(({ negated }) => negated).map(({ filter }) => `not ${filter}`)];
}

/** `not in the mother or the father`: what follows a negated one of its kind, joined to it by nothing but `or`, is negated too. */
export function withSharedNegation(terms: readonly Term[], question: Pick<Question, 'left'>): readonly Term[] {
  const byTopic = Map.groupBy(
    terms.toSorted((a, b) => a.at - b.at),
    ({ topic }) => topic,
  );
  return [...byTopic.values()].flatMap((own) => {
    let last: Term | undefined;
    return own.map((one) => {
      const between = last === undefined ? '' : question.left.slice(last.at + last.words.length, one.at);
      const follows = last?.negated === true && /^(?:[\s,]|\b(?:or|nor|and|the|a|an)\b)+$/i.test(between);
      last = follows ? { ...one, negated: true } : one;
      return last;
    });
  });
}
