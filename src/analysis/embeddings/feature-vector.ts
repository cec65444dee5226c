import { createHash } from 'node:crypto';
import { verdictOf } from '../acmg/clinvar.ts';
import {
  CONSEQUENCE_CLASSES,
  CONSEQUENCE_TERMS,
  FEATURE_DIMENSIONS,
  FEATURES,
  type Feature,
  GENE_PLACES,
  OTHER_TERMS,
  VARIANT_TYPES,
  type VariantFacts,
} from './features.ts';

/** How two variants agree in one feature. */
export interface FeatureShare {
  readonly name: Feature['name'];
  /** What it adds to the similarity: `weight` when they agree in full. */
  readonly share: number;
  readonly weight: number;
}

/** More genes than any annotation has; a file that makes up names must not fill the memory. */
const MAX_KNOWN = 50_000;
/** Places of a gene's name that are not zero. */
const GENE_MARKS = 4;
/** Rarer than one in a million is as rare as anything. */
const RAREST = 6;
const MAX_CADD = 50;
const IMPACTS: Readonly<Record<string, number>> = { MODIFIER: 0, LOW: 1 / 3, MODERATE: 2 / 3, HIGH: 1 };
const SIGNIFICANCES: Readonly<Record<ReturnType<typeof verdictOf>, number | null>> = {
  benign: 0,
  likelyBenign: 0.25,
  uncertain: 0.5,
  conflicting: 0.5,
  likelyPathogenic: 0.75,
  pathogenic: 1,
  other: null,
};

/**
 * Makes feature vectors: the same facts give the same vector, anywhere. Each feature is a vector of length 1 of its own,
 * scaled by the root of its weight, so that the whole has length 1 and the dot product of two variants is the weighted sum of
 * their agreements, feature by feature: similarity can be taken apart again.
 */
export class FeatureEncoder {
  readonly #consequences = new Map<string, Float32Array>();
  readonly #genes = new Map<string, Float32Array>();
  readonly #significances = new Map<string, number | null>();

  /** Writes FEATURE_DIMENSIONS numbers into `out` from `at` on, which must be zeros. */
  encode(facts: VariantFacts, out: Float32Array, at: number): void {
    let place = at;
    for (const { name, weight, dimensions } of FEATURES) {
      this.#part(name, facts, out, place, Math.sqrt(weight));
      place += dimensions.length;
    }
  }

  /** The vector of one variant. */
  vectorOf(facts: VariantFacts): Float32Array {
    const vector = new Float32Array(FEATURE_DIMENSIONS);
    this.encode(facts, vector, 0);
    return vector;
  }

  #part(name: Feature['name'], facts: VariantFacts, out: Float32Array, at: number, length: number): void {
    if (name === 'consequence')
      this.#known(this.#consequences, facts.consequence ?? '', consequencePart, out, at, length);
    else if (name === 'gene') this.#known(this.#genes, facts.gene ?? '', genePart, out, at, length);
    else if (name === 'type') out[at + VARIANT_TYPES.indexOf(facts.type)] = length;
    else putScale(this.#scaled(name, facts), out, at, length);
  }

  /** A feature that is a number, or as good as one, between 0 and 1. */
  #scaled(name: Exclude<Feature['name'], 'consequence' | 'gene' | 'type'>, facts: VariantFacts): number | null {
    if (name === 'impact') return facts.impact === null ? null : (IMPACTS[facts.impact] ?? null);
    if (name === 'clinsig') return facts.clinsig === null ? null : this.#significance(facts.clinsig);
    const value = facts[name];
    if (value === null || Number.isNaN(value)) return null;
    if (name === 'cadd') return value / MAX_CADD;
    return name === 'af' ? 1 + Math.log10(Math.max(value, 10 ** -RAREST)) / RAREST : value;
  }

  #significance(text: string): number | null {
    const known = this.#significances.get(text);
    if (known !== undefined) return known;
    const place = SIGNIFICANCES[verdictOf(text)];
    keep(this.#significances, text, place);
    return place;
  }

  #known(
    known: Map<string, Float32Array>,
    text: string,
    make: (text: string) => Float32Array,
    out: Float32Array,
    at: number,
    length: number,
  ): void {
    let part = known.get(text);
    if (part === undefined) {
      part = make(text);
      keep(known, text, part);
    }
    for (let i = 0; i < part.length; i++) out[at + i] = part[i]! * length;
  }
}

/** 1 for variants that agree in everything, 0 for those that agree in nothing. Vectors of FeatureEncoder's making. */
export function similarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return dot(a, b, 0, FEATURE_DIMENSIONS);
}

/** The similarity, feature by feature; their shares add up to it. */
export function explainSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): readonly FeatureShare[] {
  let at = 0;
  return FEATURES.map(({ name, weight, dimensions }) => {
    const share = dot(a, b, at, at + dimensions.length);
    at += dimensions.length;
    return { name, weight, share };
  });
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += a[i]! * b[i]!;
  return sum;
}

function keep<T>(known: Map<string, T>, text: string, value: T): void {
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, value);
}

/** Two values at a distance of d of the scale agree by cos(90° d): in full at the same place, not at all from end to end. */
function putScale(value: number | null, out: Float32Array, at: number, length: number): void {
  if (value === null) {
    out[at + 2] = length;
    return;
  }
  const angle = (Math.min(Math.max(value, 0), 1) * Math.PI) / 2;
  out[at] = Math.cos(angle) * length;
  out[at + 1] = Math.sin(angle) * length;
}

/** Half for the class, half for the term. */
function consequencePart(text: string): Float32Array {
  const part = new Float32Array(CONSEQUENCE_CLASSES.length + CONSEQUENCE_TERMS.length + 2);
  const [term = ''] = text.split('&');
  if (term === '') {
    part[part.length - 1] = 1;
    return part;
  }
  const known = CONSEQUENCE_TERMS.findIndex(([name]) => name === term);
  const of = CONSEQUENCE_TERMS[known]?.[1] ?? OTHER_TERMS[term] ?? 'not coding';
  part[CONSEQUENCE_CLASSES.indexOf(of)] = Math.SQRT1_2;
  part[CONSEQUENCE_CLASSES.length + (known < 0 ? CONSEQUENCE_TERMS.length : known)] = Math.SQRT1_2;
  return part;
}

/** Some places, with signs, by the name's SHA-256: the same name agrees in full, two others in nothing on average. */
function genePart(name: string): Float32Array {
  const part = new Float32Array(GENE_PLACES + 1);
  if (name === '') {
    part[GENE_PLACES] = 1;
    return part;
  }
  const places = Array.from({ length: GENE_PLACES }, (_, place) => place);
  const hash = createHash('sha256').update(name).digest();
  for (let mark = 0; mark < GENE_MARKS; mark++) {
    const [place = 0] = places.splice(hash[2 * mark]! % places.length, 1);
    part[place] = (hash[2 * mark + 1]! & 1 ? 1 : -1) / Math.sqrt(GENE_MARKS);
  }
  return part;
}
