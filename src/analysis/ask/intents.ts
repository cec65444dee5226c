import type { Question } from './question.ts';

/** What a question wants, beside the variants that it is about. */
export type Intent =
  | 'similar'
  | 'meaning'
  | 'carriers'
  | 'count'
  | 'files'
  | 'summary'
  | 'compare'
  | 'neighbours'
  | 'genes'
  | 'report'
  | 'verdicts'
  | 'search';

const INTENTS: readonly (readonly [Intent, RegExp])[] = [
  [
    'similar',
    /\b(?:(?:most )?similar(?: to)?|resembl\w+|closest to|nearest to|comparable to)\b|\blike(?= (?:rs\d|\w+[:-]\d|\w+:[cgp]\.|[cgp]\.))/i,
  ],
  ['neighbours', /\b(?:neighbou?rs? of|connected to|linked in the graph to|neighbou?rhood of)\b/i],
  [
    'genes',
    /\b(?:which|what|how many) genes (?:are|is|were) (?:hit|mutated|affected|changed)\b|\bgenes (?:hit|mutated|affected|shared)\b/i,
  ],
  [
    'carriers',
    /\b(?:who|how many (?:samples|people|persons|patients|individuals|members)) (?:else )?(?:carries|carry|has|have|shares?)\b|\b(?:which|what) (?:samples?|people|persons?|patients?|individuals?|members?) (?:carry|carries|have|has|share)\b|\bcarriers? of\b/i,
  ],
  ['count', /\bhow many\b|\bnumber of\b|\bcount(?: of| the)?\b/i],
  ['compare', /\bcompare\b|\bdiffer(?:ence|ences|s)?\b/i],
  [
    'summary',
    /\bsummar(?:y|i[sz]e)\b|\bts\/?tv\b|\boverview of\b|\bwhat (?:does|do) (?=.*\b(?:hold|contain)s?\b)|\bwhat is in(?= \S+\.(?:vcf|bcf))/i,
  ],
  ['files', /\b(?:which|what|list(?: all)?(?: the)?|show(?: me)?(?: all)?(?: the)?) files\b|\bwhat is stored\b/i],
  [
    'report',
    /\b(?:report (?:on|for|about)|candidates? (?:for|of|in)|most important|look at first|worth reviewing|review first)\b/i,
  ],
  [
    'verdicts',
    /\b(?:acmg(?:\/amp)?|verdicts?(?: on| of| for)?|judged|our class(?:es|ification)?|(?:points|criteria))\b/i,
  ],
  [
    'meaning',
    /\b(?:what (?:does|do|is known (?:about|of)|is|about)|tell me (?:about|everything about)|everything about|explain|interpret(?:ation of)?|details? (?:of|on|about)|is(?= .*\b(?:pathogenic|benign|harmful|dangerous)\b))\b/i,
  ],
  ['search', /\bsearch(?: for)?\b|\b(?:mention(?:s|ing)?|about)(?= ["“])/i],
];

/** Takes the words that say what is wanted. `meaning` is only told of a variant: `what` begins many questions. */
export function takeIntent(question: Question, hasVariant: boolean): Intent | undefined {
  for (const [intent, pattern] of INTENTS) {
    if (intent === 'meaning' && !hasVariant) continue;
    if (question.take(pattern) !== undefined) return intent;
  }
  return undefined;
}
