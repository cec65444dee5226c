/**
 * Words that claim something: about the change, its effect, how common it is, people, medicine, publications. A statement may
 * use one only when the evidence that it cites does. Regular expressions over whole words; `_` is a space, `…` any ending.
 */
const CLAIM_WORDS = `
  missense mis-sense nonsense non-sense frame-?shift… splic… synonymous silent intron… exon… in-?frame truncat… stop start_codon delet(?!er)…
  insert… duplicat… inver[st]… translocat… copy_number repeat… domain… hot-?spot… utr promoter coding chromosom… mitochondri… allel… residue…
  amino_acid… codon…

  loss[_-]of[_-]function gain[_-]of[_-]function haploinsuff… dominant[_-]negative decay null deleteri… damag… harm… tolerat… neutral disrupt…
  abolish… impair… inactivat… destroy… sever(?:e|ity|ely) mild(?:ly)? malign… dangerous innocuous safe caus(?:e|es|ed|al|ative|ing) conserv…
  predict… culprit mutat(?:ed|ion|ions) fault… defect… abnormal… normal(?:ly)? important importance polymorphi… unknown unclear undetermined
  indeterminat… inconclusive ambiguous equivocal
  bad(?:ly)? worse worst worr(?:y|ying|isome) serious(?:ly)? grave(?:ly)? fatal(?:ly)? lethal deadly toxic kill… br(?:eak|eaks|oken|oke) ruin…
  good fine healthy unaffected

  very_strong (?<!very_)strong(?:ly)? weak(?:ly)? moderate(?:ly)? supporting stand-?alone highly extremely clear(?:ly)? definite… certain…
  overwhelming convincing compelling conclusive(?:ly)? undoubted… obvious(?:ly)?

  rare(?:ly)? common(?:ly)? absen(?:t|ce) novel frequen… unseen never population… unobserved

  homozyg… heterozyg… hemizyg… zygosity mosaic… somatic germline carrier… de_novo inherit… recessive dominant x-linked segregat… parent… mother…
  father… sibling… famil… proband… patient… individual… person people phenotyp… affected ancestr…

  diseas… disorder… syndrom… cancer… tumou?r… condition diagnos… treat… therap… drug… dos(?:e|age) clinic… medical… actionab… recommend…
  confirm… prove… risk… penetran… functional… assay… in_vitro experiment… stud(?:y|ies) publi… literature pubmed et_al database… experts?
  guideline… laborator… sampl… genotyp…

  adenine cytosine guanine thymine alanine arginine asparagine aspart… cysteine glutam… glycine histidine isoleucine leucine lysine methionine
  phenylalanine proline serine threonine tryptophan tyrosine valine

  two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty ninety hundreds? thousands? millions?
  billions? dozens? half halves quarters? twice thrice double triple zero percent per_cent second third fourth fifth sixth seventh eighth ninth
  tenth [a-z]+fold majority minority most_of odds probab… likel(?:y|ihood) posterior confiden… scor… threshold… cut-?off…

  wrong… incorrect… mistak… contrary disagree… contradict… false… untrue err(?:or|s|ed|oneous)… doubt… question… overrul… overrid… should must
  please actually in_fact in_truth really instructions? system prompt
`;

export const CLAIMS: readonly RegExp[] = CLAIM_WORDS.split(/\s+/)
  .filter(Boolean)
  .map((word) => new RegExp(`\\b${word.replaceAll('_', ' ').replaceAll('…', '[a-z]*')}\\b`, 'i'));

/** What evidence says by itself in other words: beginnings of the text of a criterion that is met, and claims that follow. */
export const IMPLIED: readonly { readonly evidence: RegExp; readonly claim: RegExp }[] = [
  { evidence: /^PM2 met\b/, claim: /^(?:rare|population|frequen)/i },
  { evidence: /^PM2 met\b.*: not in gnomAD/, claim: /^absen/i },
  { evidence: /^(?:BA1|BS1) met\b/, claim: /^(?:common|population|frequen)/i },
  { evidence: /^PVS1 met\b/, claim: /^(?:null|loss)/i },
  { evidence: /^PP3 met\b/, claim: /^(?:predict|damag|deleteri)/i },
  { evidence: /^BP4 met\b/, claim: /^(?:predict|tolerat)/i },
];

/** Words that deny, doubt or suppose. */
export const DENIAL =
  /\b(?:not|no|non|neither|nor|none|nothing|without|lack(?:s|ing)?|cannot|[a-z]+n't|hardly|barely|unlike|unlikely|rul(?:es?|ed|ing) out|exclud\w+|fail(?:s|ed)?|instead|rather|despite|although|though|however|but|ignor\w*|if|unless|would|could|might|may)\b/gi;
