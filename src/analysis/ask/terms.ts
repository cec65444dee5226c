import { bareChromosome } from '../../core/chromosome.ts';
import { COMPARISONS, PHRASES, QUANTITIES, RARE_PHRASES } from './lexicon.ts';
import type { Vocabulary } from './plan.ts';
import type { Question, Taken } from './question.ts';

/** A piece of a filter, and the words that it stands for. */
export interface Term {
  readonly topic: string;
  readonly words: string;
  readonly filter: string;
  readonly negated: boolean;
  /** Where the words stand. */
  readonly at: number;
}

const NUMBER = '(\\d+(?:\\.\\d+)?(?:e-?\\d+)?|\\.\\d+)\\s*(%|percent|per cent)?';

function term(taken: Taken, topic: string, filter: string): Term {
  return { topic, words: taken.text.trim(), filter, negated: taken.negated, at: taken.at };
}

/** `CADD above 20`, `a frequency below 1 %`, `at least 2 stars`, `4 stars`, `rarer than 0.1 %`. */
export function takeQuantities(question: Question): readonly Term[] {
  const operators = COMPARISONS.map(([words]) => words).join('|');
  const found: Term[] = [];
  for (const { words, field, isShare = false } of QUANTITIES) {
    const before = new RegExp(
      `(?<![\\w-])(?:an? )?(?:${words})(?: (?:score|value|is|are|of))*\\s*(${operators})\\s*${NUMBER}(?![\\w.])`,
      'i',
    );
    const after = new RegExp(`(?<![\\w-])(${operators})\\s*${NUMBER}[\\s-]*(?:${words})(?![\\w-])`, 'i');
    for (const pattern of [before, after]) {
      for (const taken of question.takeAll(pattern)) {
        const [words = '', number = '', percent] = taken.groups;
        found.push(term(taken, 'quantity', `${field}${operatorOf(words)}${shareOf(number, percent, isShare)}`));
      }
    }
  }
  for (const taken of question.takeAll(
    /(?<![\w-])(\d)[\s-]stars?(?: (or more|or better|and more|and up))?(?![\w-])/i,
  )) {
    found.push(term(taken, 'quantity', `stars${taken.groups[1] === undefined ? '=' : '>='}${taken.groups[0]}`));
  }
  for (const taken of question.takeAll(
    new RegExp(`(?<![\\w-])(rarer|more common|commoner) than ${NUMBER}(?![\\w.])`, 'i'),
  )) {
    const [word = '', number = '', percent] = taken.groups;
    const share = shareOf(number, percent, true);
    // Who asks for rare ones wants those that nobody has seen, too.
    found.push(term(taken, 'quantity', /^rarer/i.test(word) ? `not af>=${share}` : `af>${share}`));
  }
  return found;
}

function operatorOf(words: string): string {
  const [, operator = '='] = COMPARISONS.find(([known]) => new RegExp(`^(?:${known})$`, 'i').test(words)) ?? [];
  return operator;
}

function shareOf(number: string, percent: string | undefined, isShare: boolean): string {
  return percent === undefined || !isShare ? number : String(Number((Number(number) / 100).toPrecision(12)));
}

/** Consequences, significances and the like. */
export function takePhrases(question: Question): readonly Term[] {
  return [...PHRASES, ...RARE_PHRASES].flatMap(({ topic, pattern, filter }) =>
    question.takeAll(pattern).map((taken) => {
      const [first, second] = taken.groups;
      return term(
        taken,
        topic,
        filter.replace('$1', (first ?? second ?? '').toUpperCase()).replace('$2', (second ?? '').toUpperCase()),
      );
    }),
  );
}

const CONTIG = '(?:\\d{1,2}|X|Y|MT?)';
const REGION = /(?<![\w:])((?:chr)?(?:\d{1,2}|X|Y|MT?):[\d,]+(?:-[\d,]+)?)(?![\w:>])/i;
const CHROMOSOME = new RegExp(
  `(?:\\bchromosomes?\\s*|\\bchr\\s?)(${CONTIG})\\b|\\b(X|Y) chromosome\\b|\\b(mitochondrial|mtdna)\\b`,
  'i',
);

export function takeRegions(question: Question): readonly Term[] {
  const regions = question.takeAll(REGION).map((taken) => term(taken, 'region', taken.text));
  const whole = question.takeAll(CHROMOSOME).map((taken) => {
    const [named, sex] = taken.groups;
    return term(taken, 'region', `chr${bareChromosome(named ?? sex ?? 'M').toUpperCase()}`);
  });
  return [...regions, ...whole];
}

/** Samples by their names, as they are stored; longer names first, for one may begin another. */
export function takeSamples(question: Question, { samples }: Vocabulary): readonly Term[] {
  const names = [...new Set(samples)].filter((name) => name.length > 1).sort((a, b) => b.length - a.length);
  return names.flatMap((name) => {
    const pattern = new RegExp(`(?<![\\w-])${RegExp.escape(name)}(?:['’]s)?(?![\\w-])`, 'i');
    return question.takeAll(pattern).map((taken) => term(taken, 'carrier', `carrier=${quoted(name)}`));
  });
}

/** Words in capitals that may be symbols of genes, and what stands behind `gene`. */
const SYMBOL = /(?<![\w:.-])(?:genes? )?([A-Z][A-Z0-9]{1,14}(?:-[A-Z0-9]{1,6})?|C\d{1,2}orf\d{1,3})(?![\w:-])/;
const NAMED_GENE =
  /\bgenes? ([a-z][a-z0-9]{1,14}(?:-[a-z0-9]{1,6})?)\b(?<!\bgenes? (?:is|are|in|of|hit|that|with|does|do|has|have|carry|called|affected|mutated|by))/i;
const WORD_GENE = /\bin ([a-z]{2,8}\d{1,3}[a-z]{0,2})\b/i;
const NO_GENES = new Set([
  'DNA',
  'RNA',
  'VCF',
  'VUS',
  'ACMG',
  'SNV',
  'SNP',
  'SNVS',
  'SNPS',
  'CNV',
  'UTR',
  'HGVS',
  'ID',
  'OK',
  'AND',
  'OR',
  'NOT',
  'THE',
  'IN',
  'IS',
  'WHO',
  'WHICH',
  'WHAT',
  'HOW',
  'MANY',
  'SHOW',
  'LIST',
  'OF',
  'ON',
  'DO',
  'DOES',
  'ARE',
  'FROM',
  'WITH',
]);

export function takeGenes(question: Question): readonly Term[] {
  const found: Term[] = [];
  for (const pattern of [SYMBOL, NAMED_GENE, WORD_GENE]) {
    for (const taken of question.takeAll(pattern)) {
      const symbol = (taken.groups[0] ?? '').replace(/^C(\d+)ORF/i, 'C$1orf');
      const name = /orf/.test(symbol) ? symbol : symbol.toUpperCase();
      if (!NO_GENES.has(name)) found.push(term(taken, 'gene', `gene=${quoted(name)}`));
      else found.push({ ...term(taken, 'unknown', ''), words: taken.text });
    }
  }
  return found;
}

const CONDITION =
  /\b(?:associated with|linked to|caus(?:e|es|ing)|(?:for|with) the (?:disease|condition|disorder))\s+["“]?(?!(?:the |a )?(?:diseases?|conditions?)\b)([a-z][\w'’, -]*?)["”]?(?=\s+(?:in|on|does|do|carried|that|which|among|with|of the)\b|\s*[?.!]|\s*$)/i;

/** A disease by its name, as ClinVar has it. */
export function takeConditions(question: Question): readonly Term[] {
  return question.takeAll(CONDITION).map((taken) => {
    const name = (taken.groups[0] ?? '').replace(/^(?:a|an|the) /i, '').trim();
    return term(taken, 'condition', `condition~${quoted(name.replaceAll(' ', '_'))}`);
  });
}

/** A value of the filter language, in quotes when it needs them. */
function quoted(value: string): string {
  return /^[\w.:+*-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}
