import type { ClinvarIndex } from './clinvar.ts';
import type { AnnotationSources, Source } from './evidence.ts';
import type { Profile } from './profile.ts';

/** What the rules go by beside the variant: the same for every variant of a file. */
export interface RuleContext {
  readonly profile: Profile;
  readonly sources: AnnotationSources;
  /** Symbols of genes in which loss of function is a known mechanism of disease; undefined: nobody said. */
  readonly lossOfFunctionGenes: ReadonlySet<string> | undefined;
  readonly clinvar: ClinvarIndex | undefined;
}

const NAMES: Readonly<Record<Source, string>> = {
  transcripts: 'transcript annotation (VEP CSQ, SnpEff ANN)',
  gnomad: 'gnomAD',
  revel: 'REVEL',
  cadd: 'CADD',
  spliceai: 'SpliceAI',
  loftee: 'LOFTEE',
  nmd: "VEP's NMD plugin",
  domains: 'DOMAINS',
  repeats: 'repeats',
};

/** Every reason there can be, made once: most variants have most of them. */
const LACKS = Object.fromEntries(
  Object.entries(NAMES).map(([source, name]) => [
    source,
    {
      absent: `the file has no ${name}`,
      empty: `the header declares ${name}, but no variant read so far has a value`,
      annotated: `no value of ${name} for this variant`,
    },
  ]),
) as Readonly<Record<Source, Readonly<Record<AnnotationSources[Source], string>>>>;

/** Why a value of this source is not there. */
export function lackOf(source: Source, { sources }: RuleContext): string {
  return LACKS[source][sources[source]];
}
