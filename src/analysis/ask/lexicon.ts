/** Phrases that mean a piece of a filter. Within a topic `or` joins, between topics `and`. */
export interface Phrase {
  readonly topic: 'consequence' | 'impact' | 'significance' | 'frequency' | 'score' | 'filter';
  readonly pattern: RegExp;
  /** `$1`, `$2`: what the pattern's groups found. */
  readonly filter: string;
}

/** What `rare` means where nobody says a number: the demo and docs/annotations.md have the same. */
export const RARE = 0.001;

const TRUNCATING =
  'consequence in (stop_gained, frameshift_variant, splice_acceptor_variant, splice_donor_variant, start_lost, transcript_ablation)';
const CHANGES_PROTEIN =
  'consequence in (missense_variant, stop_gained, stop_lost, start_lost, frameshift_variant, inframe_insertion, inframe_deletion, protein_altering_variant)';

const phrase = (topic: Phrase['topic'], words: string, filter: string): Phrase => ({
  topic,
  pattern: new RegExp(`(?<![\\w-])(?:${words})(?![\\w-])`, 'i'),
  filter,
});

/** Longer phrases first: what is taken is gone. */
export const PHRASES: readonly Phrase[] = [
  phrase(
    'consequence',
    'loss[\\s-]of[\\s-]function|lof|null variants?|truncating|protein[\\s-]truncating|ptvs?',
    TRUNCATING,
  ),
  phrase(
    'consequence',
    'protein[\\s-](?:changing|altering)|non[\\s-]?synonymous|amino acid(?:[\\s-]changing)?',
    CHANGES_PROTEIN,
  ),
  phrase('consequence', 'missense', 'consequence=missense_variant'),
  phrase('consequence', 'stop[\\s-]gained?|stop[\\s-]gains?|nonsense|premature stops?', 'consequence=stop_gained'),
  phrase('consequence', 'stop[\\s-]loss|stop[\\s-]lost', 'consequence=stop_lost'),
  phrase('consequence', 'start[\\s-]loss|start[\\s-]lost', 'consequence=start_lost'),
  phrase('consequence', 'frame[\\s-]?shifts?(?:ing)?', 'consequence=frameshift_variant'),
  phrase('consequence', 'in[\\s-]?frame deletions?', 'consequence=inframe_deletion'),
  phrase('consequence', 'in[\\s-]?frame insertions?', 'consequence=inframe_insertion'),
  phrase('consequence', 'in[\\s-]?frame(?: indels?)?', 'consequence~inframe'),
  phrase('consequence', 'splice[\\s-]acceptor', 'consequence=splice_acceptor_variant'),
  phrase('consequence', 'splice[\\s-]donor', 'consequence=splice_donor_variant'),
  phrase('consequence', 'splic(?:e|ing)(?:[\\s-](?:sites?|region))?', 'consequence~splice'),
  phrase('consequence', 'synonymous|silent', 'consequence=synonymous_variant'),
  phrase('consequence', 'intronic|introns?', 'consequence~intron'),
  phrase('consequence', "5['’]?[\\s-]?(?:prime )?utr", 'consequence=5_prime_UTR_variant'),
  phrase('consequence', "3['’]?[\\s-]?(?:prime )?utr", 'consequence=3_prime_UTR_variant'),
  phrase('consequence', 'utrs?', 'consequence~UTR'),
  phrase('consequence', 'intergenic', 'consequence=intergenic_variant'),
  phrase(
    'impact',
    '(high|moderate|low|modifier)(?: or|,? and) (high|moderate|low|modifier)[\\s-]impact',
    '(impact=$1 or impact=$2)',
  ),
  phrase('impact', '(high|moderate|low|modifier)[\\s-]impact|impact(?: is)? (high|moderate|low|modifier)', 'impact=$1'),
  phrase('significance', 'likely[\\s-]pathogenic', 'clinsig~"likely pathogenic"'),
  phrase('significance', 'likely[\\s-]benign', 'clinsig~"likely benign"'),
  phrase(
    'significance',
    'pathogenic(?: in clinvar)?|disease[\\s-]causing|(?:known )?to cause diseases?|that cause diseases?',
    'clinsig~pathogenic',
  ),
  phrase('significance', 'benign(?: in clinvar)?', 'clinsig~benign'),
  phrase('significance', 'uncertain(?:[\\s-]significance)?|vus|unknown[\\s-]significance', 'clinsig~uncertain'),
  phrase('significance', 'conflicting(?: interpretations?| classifications?)?', 'clinsig~conflicting'),
  phrase('significance', '(?:in|by|known to|listed in|from) clinvar', 'exists(clinsig)'),
  phrase('frequency', '(?:very|ultra|extremely)[\\s-]rare', 'not af>=0.0001'),
  phrase(
    'frequency',
    'novel|unseen|never (?:been )?seen(?: before)?|(?:absent|missing) (?:from|in) gnomad',
    'not exists(af)',
  ),
  phrase('frequency', '(?:in|seen in|from) gnomad', 'exists(af)'),
  phrase('score', '(?:predicted )?(?:damaging|deleterious)', '(revel>=0.644 or cadd>=25.3)'),
  phrase('score', 'predicted to (?:affect|change|alter) splicing|splice[\\s-]altering', 'spliceai>=0.2'),
  phrase('filter', 'pass(?:ed|es|ing)?(?: (?:the |all )?filters?)?|high[\\s-]quality|good[\\s-]quality', 'filter=PASS'),
  phrase(
    'filter',
    'fail(?:ed|s|ing)?(?: (?:the |any )?filters?)?|low[\\s-]quality|filtered(?: out)?',
    '(exists(filter) and not filter=PASS)',
  ),
];

/** Taken after comparisons with a number, which may begin with the same words. */
export const RARE_PHRASES: readonly Phrase[] = [
  phrase('frequency', 'rare', `not af>=${RARE}`),
  phrase('frequency', 'common|frequent', 'af>=0.05'),
];

/** Numbers that people compare, by the words for them. */
export const QUANTITIES: readonly { readonly words: string; readonly field: string; readonly isShare?: true }[] = [
  {
    words: '(?:allele |population |gnomad )*(?:frequency|frequencies)|(?:gnomad[\\s-])?af|maf',
    field: 'af',
    isShare: true,
  },
  { words: 'cadd(?:[\\s-](?:scores?|phred))?', field: 'cadd' },
  { words: 'revel(?:[\\s-]scores?)?', field: 'revel' },
  { words: 'splice[\\s-]?ai(?:[\\s-]scores?)?', field: 'spliceai' },
  { words: 'qual(?:ity)?(?:[\\s-]scores?)?', field: 'qual' },
  { words: '(?:read )?depths?|dp|coverage', field: 'info.DP' },
  { words: '(?:clinvar )?(?:review )?stars?', field: 'stars' },
];

/** How people compare, and the operator. Longer ones first. */
export const COMPARISONS: readonly (readonly [words: string, operator: string])[] = [
  ['(?:of )?at least|no less than|not less than|not below|minimum(?: of)?|from|≥|>=', '>='],
  ['(?:of )?at most|no more than|not more than|not above|maximum(?: of)?|up to|≤|<=', '<='],
  ['(?:of )?(?:less|lower|smaller|fewer|rarer) than|below|under|<', '<'],
  ['(?:of )?(?:more|greater|higher|larger|more common) than|above|over|exceeding|>', '>'],
];
