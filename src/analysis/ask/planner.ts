import { filterText, withSharedNegation } from './filter-text.ts';
import { type Intent, takeIntent } from './intents.ts';
import { RARE } from './lexicon.ts';
import { takeFiles, takeLimit, takePoints, takeSampleCount, takeVariants } from './names.ts';
import type { NotUnderstood, Plan, Step, Vocabulary } from './plan.ts';
import { Question } from './question.ts';
import {
  type Term,
  takeConditions,
  takeGenes,
  takePhrases,
  takeQuantities,
  takeRegions,
  takeSamples,
} from './terms.ts';

/** Most characters of a question. */
const MOST_CHARACTERS = 1000;
/** Rows shown where nobody says how many. */
const LIMIT = 20;

/** Everything that was found in a question. */
interface Read {
  readonly intent: Intent | undefined;
  readonly variants: readonly string[];
  readonly files: readonly string[];
  readonly terms: readonly Term[];
  readonly filter: string;
  readonly limit: number | undefined;
  readonly samples: number | undefined;
  readonly points: number | undefined;
  readonly zygosity: 'homozygous' | 'heterozygous' | undefined;
  readonly text: string;
}

/**
 * Reads a question in words by a grammar of phrases: what it understands it turns into a plan, and a word that it does not know
 * makes it say so, for a part of a question that is left out is a wrong answer.
 */
export function planQuestion(text: string, vocabulary: Vocabulary): Plan | NotUnderstood {
  if (text.length > MOST_CHARACTERS) return notUnderstood(`a question has at most ${MOST_CHARACTERS} characters`);
  const question = new Question(text);
  const searched = question.take(/["“]([^"”]{2,200})["”]/)?.groups[0];
  const read = readQuestion(question, vocabulary);
  const words = [
    ...read.terms.filter(({ topic }) => topic === 'unknown').map((one) => one.words),
    ...question.unknownWords(),
  ];
  if (words.length > 0) return { words, reason: 'these words mean nothing here' };
  const made = stepsOf(read, vocabulary, searched);
  if (typeof made === 'string') return notUnderstood(made);
  return { steps: made, reading: readingOf(read) };
}

function notUnderstood(reason: string): NotUnderstood {
  return { words: [], reason };
}

/** What is most exact is taken first: a name before a word, a comparison before the word that it begins with. */
function readQuestion(question: Question, vocabulary: Vocabulary): Read {
  const text = question.left;
  const variants = takeVariants(question);
  const files = takeFiles(question, vocabulary);
  const regions = takeRegions(question);
  // Before `common`, which is a frequency.
  question.take(/\bin common\b/i);
  const carriers = takeSamples(question, vocabulary);
  const samples = takeSampleCount(question);
  const points = takePoints(question);
  const quantities = takeQuantities(question);
  const limit = takeLimit(question);
  const intent = takeIntent(question, variants.length > 0);
  const conditions = takeConditions(question);
  const phrases = takePhrases(question);
  const zygosity = question.take(/\b(homo|hetero)zygous(?:ly)?\b/i)?.groups[0]?.toLowerCase();
  question.take(/\b(?:de novo|new)\b(?= |$)/i);
  const genes = takeGenes(question);
  const found = [...regions, ...carriers, ...quantities, ...conditions, ...phrases, ...genes];
  const terms = withSharedNegation(found, question);
  const whole = zygosity === undefined ? undefined : (`${zygosity}zygous` as Read['zygosity']);
  return {
    intent,
    variants,
    files,
    terms,
    filter: filterText(terms, question),
    limit,
    samples,
    points,
    zygosity: whole,
    text,
  };
}

/** Steps, or why there are none. */
function stepsOf(read: Read, vocabulary: Vocabulary, searched: string | undefined): readonly Step[] | string {
  const { variants, intent } = read;
  if (searched !== undefined || intent === 'search') {
    if (searched === undefined) return 'what is searched for has to stand in quotes: search for "cystic fibrosis"';
    return [{ tool: 'search', input: { words: searched, ...filterOf(read), limit: read.limit ?? LIMIT } }];
  }
  const [first] = variants;
  return first === undefined ? aboutMany(read, vocabulary) : aboutVariant(first, read);
}

function aboutVariant(variant: string, read: Read): readonly Step[] | string {
  const { intent, variants, filter, terms } = read;
  if (variants.length > 1) return 'it names several variants: ask for one at a time';
  const limit = read.limit ?? 10;
  if (intent === 'similar') return [{ tool: 'similar', input: { variant, ...filterOf(read), limit } }];
  if (intent === 'neighbours') return [{ tool: 'graph', input: { question: 'neighbours', variant } }];
  const others = terms.filter(({ topic }) => topic !== 'carrier' && topic !== 'significance');
  if (filter !== '' && others.length > 0) return 'it names a variant and describes others: ask for one of the two';
  const carriers = { tool: 'carriers', input: { variant } };
  const isAboutSample = terms.some(({ topic }) => topic === 'carrier');
  if (intent === 'carriers' || intent === 'count' || (isAboutSample && intent === undefined)) return [carriers];
  if (intent === undefined || intent === 'meaning' || intent === 'verdicts') {
    return [
      ...(isAboutSample ? [carriers] : []),
      { tool: 'get', input: { variant } },
      { tool: 'verdicts', input: { variant, criteria: true } },
    ];
  }
  return 'it names a variant, and asks for something that is not about one';
}

function aboutMany(read: Read, vocabulary: Vocabulary): readonly Step[] | string {
  const { intent, files, filter, points, terms } = read;
  const [file, second] = files;
  if (intent === 'similar' || intent === 'neighbours') return 'it does not name the variant: rs…, a key, or HGVS';
  if (intent === 'files') return [{ tool: 'files', input: {} }];
  if (intent === 'compare') {
    return file === undefined || second === undefined
      ? 'it has to name two stored files to compare'
      : [{ tool: 'compare', input: { a: file, b: second } }];
  }
  if (intent === 'summary')
    return file === undefined ? 'it has to name a stored file' : [{ tool: 'summary', input: { file } }];
  if (intent === 'report') return reportSteps(read, vocabulary);
  if (intent === 'verdicts' || points !== undefined) return verdictSteps(read);
  if (intent === 'genes') return geneSteps(read);
  const shared = sharedSteps(read, vocabulary);
  if (shared !== undefined) return shared;
  if (filter === '' && intent !== 'count' && !/\bvariants?\b/i.test(read.text)) return 'it does not say which variants';
  if (/\bshar(?:e|es|ed|ing)\b|\bin common\b/i.test(read.text) && samplesIn(terms, false).length < 2) {
    return 'shared by whom? Name two stored samples';
  }
  if (intent === 'carriers') {
    if (filter === '') return 'it does not say of which variants';
    return [{ tool: 'carriers', input: { filter, limit: read.limit ?? LIMIT } }];
  }
  const where = file === undefined ? {} : { file };
  const zygosity = zygosityOf(read, terms);
  if (typeof zygosity === 'string') return zygosity;
  const input = { ...filterOf(read), ...where, ...zygosity };
  return [
    { tool: 'query', input: intent === 'count' ? { ...input, count: true } : { ...input, limit: read.limit ?? LIMIT } },
  ];
}

function filterOf({ filter }: Read): { readonly filter?: string } {
  return filter === '' ? {} : { filter };
}

function samplesIn(terms: readonly Term[], negated: boolean): readonly string[] {
  const own = terms.filter((one) => one.topic === 'carrier' && one.negated === negated);
  return [...new Set(own.map(({ filter }) => filter.slice('carrier='.length).replace(/^"(.*)"$/, '$1')))];
}

function zygosityOf({ zygosity }: Read, terms: readonly Term[]): Readonly<Record<string, unknown>> | string {
  if (zygosity === undefined) return {};
  const [sample, another] = samplesIn(terms, false);
  if (sample === undefined || another !== undefined) return `${zygosity} in whom? Name one stored sample`;
  return { sample, zygosity };
}

function reportSteps({ files, terms, limit }: Read, vocabulary: Vocabulary): readonly Step[] | string {
  const [sample] = samplesIn(terms, false);
  const [named] = files;
  const holding = vocabulary.files.filter(({ samples }) => sample === undefined || samples.includes(sample));
  const file = named ?? (holding.length === 1 ? holding[0]!.name : undefined);
  if (file === undefined) return 'it has to name the stored file that the report is about';
  return [
    { tool: 'report', input: { file, ...(sample === undefined ? {} : { sample }), top: Math.min(20, limit ?? 5) } },
  ];
}

const CLASSES: readonly (readonly [filter: string, classes: readonly string[]])[] = [
  ['clinsig~"likely pathogenic"', ['Likely pathogenic']],
  ['clinsig~"likely benign"', ['Likely benign']],
  ['clinsig~pathogenic', ['Pathogenic', 'Likely pathogenic']],
  ['clinsig~benign', ['Benign', 'Likely benign']],
  ['clinsig~uncertain', ['Uncertain significance']],
];

/** Our own verdicts: of a class or of so many points; the filter language does not know them. */
function verdictSteps({ files, terms, points, limit }: Read): readonly Step[] | string {
  const others = terms.filter(({ topic }) => topic !== 'significance');
  if (others.length > 0 || terms.some(({ negated }) => negated)) {
    return 'verdicts are asked for by class, points and file alone: `query` finds by everything else';
  }
  const classes = CLASSES.flatMap(([filter, names]) => (terms.some((one) => one.filter === filter) ? names : []));
  const [file] = files;
  const input = {
    ...(file === undefined ? {} : { file }),
    ...(classes.length === 0 ? {} : { classes: [...new Set(classes)] }),
    ...(points === undefined ? {} : { minPoints: points }),
    limit: limit ?? LIMIT,
  };
  return [{ tool: 'verdicts', input }];
}

function geneSteps({ samples, terms, limit }: Read): readonly Step[] | string {
  const impacts = terms.filter(({ topic }) => topic === 'impact').map(({ filter }) => filter.slice('impact='.length));
  const rare = maxFrequency(terms);
  const others = terms.filter(({ topic }) => topic !== 'impact' && topic !== 'frequency' && topic !== 'quantity');
  if (others.length > 0) return 'genes in several samples are found by frequency and impact alone';
  const input = {
    question: 'genes',
    samples: samples ?? 2,
    ...(rare === undefined ? {} : { maxAf: rare }),
    ...(impacts.length === 0 ? {} : { impact: [...new Set(impacts)] }),
    limit: limit ?? LIMIT,
  };
  return [{ tool: 'graph', input }];
}

function maxFrequency(terms: readonly Term[]): number | undefined {
  const found = terms.flatMap(({ filter }) => /^(?:not af>=|af<=?)([\d.e-]+)$/.exec(filter)?.[1] ?? []);
  return found.length === 0 ? undefined : Math.min(...found.map(Number));
}

/** Two samples of two files have no row in common: the graph knows what they share. */
function sharedSteps(
  { terms, intent, limit, text }: Read,
  { files }: Vocabulary,
): readonly Step[] | string | undefined {
  const [a, b, another] = samplesIn(terms, false);
  if (intent !== undefined || a === undefined || b === undefined || another !== undefined) return undefined;
  if (/\bor\b/i.test(text) || files.some(({ samples }) => samples.includes(a) && samples.includes(b))) return undefined;
  const others = terms.filter(({ topic, negated }) =>
    negated ? topic === 'carrier' : topic !== 'carrier' && topic !== 'frequency',
  );
  if (others.length > 0) return `${a} and ${b} are in different files: what they share is found by frequency alone`;
  return [
    { tool: 'graph', input: { question: 'shared', a, b, maxAf: maxFrequency(terms) ?? RARE, limit: limit ?? LIMIT } },
  ];
}

function readingOf({ terms }: Read): readonly string[] {
  return terms.map(({ words, filter, negated }) => `${negated ? 'not ' : ''}${words} → ${filter}`);
}
