import type { Effect } from './evidence.ts';

/** Sequence Ontology terms that the rules tell apart; the first that a consequence has names its effect. */
const TERMS: readonly (readonly [term: string, effect: Effect])[] = [
  ['transcript_ablation', 'transcriptAblation'],
  ['splice_acceptor_variant', 'spliceSite'],
  ['splice_donor_variant', 'spliceSite'],
  ['stop_gained', 'stopGained'],
  ['frameshift_variant', 'frameshift'],
  ['stop_lost', 'stopLost'],
  ['start_lost', 'startLost'],
  ['initiator_codon_variant', 'startLost'],
  ['inframe_insertion', 'inframe'],
  ['inframe_deletion', 'inframe'],
  ['conservative_inframe_insertion', 'inframe'],
  ['conservative_inframe_deletion', 'inframe'],
  ['disruptive_inframe_insertion', 'inframe'],
  ['disruptive_inframe_deletion', 'inframe'],
  ['missense_variant', 'missense'],
  ['synonymous_variant', 'synonymous'],
  ['stop_retained_variant', 'synonymous'],
  ['start_retained_variant', 'synonymous'],
  ['5_prime_UTR_variant', 'untranslated'],
  ['3_prime_UTR_variant', 'untranslated'],
  ['intron_variant', 'intron'],
];

export interface ConsequenceFacts {
  readonly effect: Effect;
  /** A term of a splice site or of its neighbourhood is among them. */
  readonly nearSplice: boolean;
  /** A term says that the transcript makes no protein of its own. */
  readonly nonCoding: boolean;
}

const known = new Map<string, ConsequenceFacts>();
/** A file that makes up consequences must not fill the memory; real ones have a few hundred of a hundred characters. */
const MOST_KNOWN = 10_000;
const MOST_CHARACTERS = 300;

/** What a consequence (terms joined by `&`) is to the rules. */
export function factsOfConsequence(consequence: string): ConsequenceFacts {
  const found = known.get(consequence);
  if (found !== undefined) return found;
  const terms = consequence.split('&');
  const facts = {
    effect: TERMS.find(([term]) => terms.includes(term))?.[1] ?? 'other',
    nearSplice: consequence.includes('splice_'),
    nonCoding: terms.includes('non_coding_transcript_variant') || terms.includes('NMD_transcript_variant'),
  };
  if (known.size < MOST_KNOWN && consequence.length < MOST_CHARACTERS) known.set(consequence, facts);
  return facts;
}
