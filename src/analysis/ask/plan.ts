/** One tool to be asked: its name and what it is given. Checked against the tool's schema before it runs. */
export interface Step {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** How a question in words is to be answered. */
export interface Plan {
  readonly steps: readonly Step[];
  /** How each phrase was read, for the person to check: `rare → not af>=0.001`. */
  readonly reading: readonly string[];
}

/** A question that nobody can be sure of. */
export interface NotUnderstood {
  /** Words that mean nothing here, as they were written; empty: the question as a whole does not say what is asked. */
  readonly words: readonly string[];
  readonly reason: string;
}

/** Names that stand in a question for themselves. */
export interface Vocabulary {
  readonly samples: readonly string[];
  readonly files: readonly { readonly name: string; readonly samples: readonly string[] }[];
}

/** Questions that are understood, for who asked another one. */
export const EXAMPLES: readonly string[] = [
  'which rare missense variants in BRCA1 does the child carry?',
  'how many pathogenic variants with at least 2 stars are there?',
  'who carries rs113993960?',
  'which variants do the child and the father share on chromosome 17?',
  'which loss of function variants of the child are not in the mother and not in the father?',
  'which genes are hit by rare variants in at least 2 samples?',
  'what is similar to 17-43057062-T-TG?',
  'what does BRCA1:p.Gln1756fs mean?',
];
