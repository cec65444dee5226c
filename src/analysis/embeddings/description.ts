import type { VariantFacts } from './features.ts';

/** What a description is made of beside the facts. */
export interface DescribedVariant extends VariantFacts {
  readonly chrom: string;
  readonly pos: number;
  readonly id: string;
  readonly ref: string;
  readonly alt: string;
  readonly genes: string | null;
  readonly transcript: string | null;
  readonly hgvsC: string | null;
  readonly hgvsP: string | null;
  readonly stars: number | null;
  /** CLNDN as written. */
  readonly condition: string | null;
}

/** Frequency from which on a variant is not rare: as `classify` and the filters of the guide have it. */
const RARE = 0.01;
const MAX_CONDITION_CHARACTERS = 200;
const MAX_ALLELE_CHARACTERS = 40;
/** Words of annotations that are said again and again; a file that makes some up must not fill the memory. */
const MAX_KNOWN = 20_000;
/** Placeholders that ClinVar writes where no condition is named. */
const NO_CONDITION = new Set(['not_provided', 'not_specified', '.', '']);

/**
 * Says in words what a variant is: the same for the same annotations, anywhere. Made of what the file says of the variant, and
 * of nothing about who carries it.
 */
export class VariantWords {
  readonly #consequences = new Remembered(consequenceWords);
  readonly #significances = new Remembered(plainWords);
  readonly #conditions = new Remembered(conditionWords);

  /** A sentence that people can search by words: genes, change, meaning, condition. */
  describe(variant: DescribedVariant): string {
    const { gene, genes, hgvsP, hgvsC, transcript, chrom, pos, id, ref, alt, cadd, revel, spliceai } = variant;
    let text = `${genes?.replaceAll(',', ' ') ?? gene ?? 'no gene'} ${this.#consequences.of(variant.consequence) ?? variant.type}`;
    if (hgvsP !== null) text += `, ${hgvsP}`;
    if (hgvsC !== null) text += transcript === null ? `, ${hgvsC}` : `, ${transcript} ${hgvsC}`;
    text += `, ${chrom}:${pos} ${shortened(ref)}>${shortened(alt)}`;
    if (id !== '.') text += `, ${id.replaceAll(';', ' ')}`;
    text += this.#meaning(variant);
    if (cadd !== null) text += `, CADD ${cadd}`;
    if (revel !== null) text += `, REVEL ${revel}`;
    return spliceai === null ? text : `${text}, SpliceAI ${spliceai}`;
  }

  /**
   * What the variant means, in words that it shares with others of its kind: the text that is worth a text embedding. Null for
   * what is neither annotated and rare, with some effect, nor reported by anybody.
   */
  topic(variant: DescribedVariant): string | null {
    const { consequence, impact, af, clinsig, gene, type } = variant;
    const isRare = af === null || af < RARE;
    const hasEffect = consequence !== null && impact !== null && impact !== 'MODIFIER';
    if (clinsig === null && !(hasEffect && isRare)) return null;
    const effect = this.#consequences.of(consequence) ?? type;
    return `${gene === null ? effect : `${gene} ${effect}`}${this.#meaning(variant)}`;
  }

  #meaning({ impact, clinsig, stars, condition, af }: DescribedVariant): string {
    let text = impact === null ? '' : `, ${impact.toLowerCase()} impact`;
    if (clinsig !== null) text += `, ${this.#significances.of(clinsig)}`;
    if (clinsig !== null && stars !== null) text += ` (${stars} of 4 stars)`;
    const named = this.#conditions.of(condition);
    if (named !== null) text += `, ${named}`;
    return `${text}, ${frequencyWords(af)}`;
  }
}

/** What a function said of the texts that it was asked about. */
class Remembered {
  readonly #known = new Map<string, string | null>();
  readonly #say: (text: string) => string | null;

  constructor(say: (text: string) => string | null) {
    this.#say = say;
  }

  of(text: string | null): string | null {
    if (text === null) return null;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    const said = this.#say(text);
    this.#known.set(text, said);
    return said;
  }
}

function consequenceWords(consequence: string): string {
  return consequence.split('&').map(plainWords).join(' and ');
}

function conditionWords(condition: string): string | null {
  const names = condition.split('|').filter((name) => !NO_CONDITION.has(name));
  return names.length === 0 ? null : plainWords(names.join(', ')).slice(0, MAX_CONDITION_CHARACTERS);
}

function frequencyWords(af: number | null): string {
  if (af === null) return 'not seen in the population';
  if (af === 0) return 'absent from the population';
  if (af < 0.0001) return 'very rare';
  return af < RARE ? 'rare' : af < 0.05 ? 'uncommon' : 'common';
}

/** `Likely_pathogenic` → `likely pathogenic`. */
function plainWords(text: string): string {
  return text.replaceAll('_', ' ').replaceAll('|', ', ').toLowerCase();
}

function shortened(allele: string): string {
  return allele.length <= MAX_ALLELE_CHARACTERS ? allele : `${allele.slice(0, MAX_ALLELE_CHARACTERS)}…`;
}
