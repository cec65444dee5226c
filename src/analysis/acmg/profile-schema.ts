import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { VcfAgentError } from '../../core/errors.ts';
import { PROFILES } from './profile.ts';

const fraction = Type.Number({ minimum: 0, maximum: 1 });
const count = Type.Integer({ minimum: 0 });
const stars = Type.Integer({ minimum: 0, maximum: 4 });
const group = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

const cutOffs = group({
  /** Least score for supporting, moderate, strong, very strong. */
  pathogenic: Type.Array(Type.Number(), { maxItems: 4 }),
  /** Greatest score for the same, benign. */
  benign: Type.Array(Type.Number(), { maxItems: 4 }),
});

/** Every threshold of the rules. docs/acmg.md says where each of the built-in ones comes from. */
const ProfileSchema = group({
  name: Type.String({ minLength: 1, maxLength: 64 }),
  /** The one tool for missense variants, chosen before any score is seen. */
  predictor: Type.Union([Type.Literal('revel'), Type.Literal('cadd')]),
  revel: cutOffs,
  cadd: cutOffs,
  spliceai: group({ pathogenic: fraction, benign: fraction }),
  /** `minAlleleNumber` 0: a frequency counts without knowing of how many alleles it is. */
  ba1: group({ alleleFrequency: fraction, minAlleleNumber: count }),
  /** Null: not configured, which is not assessable. */
  bs1: Type.Union([Type.Null(), group({ alleleFrequency: fraction, minAlleleNumber: count })]),
  bs2: Type.Union([Type.Null(), group({ homozygotes: Type.Integer({ minimum: 1 }) })]),
  /** Rare is: not above this in any population. */
  pm2: group({ alleleFrequency: fraction }),
  pvs1: group({
    /** More of the protein than this has to be gone for strong when decay is escaped. */
    removedFraction: fraction,
    /** For a splice site of which nobody knows whether skipping its exon keeps the reading frame. */
    spliceFrameUnknown: Type.Union([Type.Literal('supporting'), Type.Literal('moderate'), Type.Literal('strong')]),
  }),
  /** Stars from which ClinVar's pathogenic is established enough for PS1 and PM5. */
  clinvar: group({ minStars: stars }),
  /** With a pedigree: which genotypes count, and what PS2, PM6 and PM3 are worth. */
  family: group({
    minGenotypeQuality: count,
    minDepth: count,
    minHeterozygousShare: fraction,
    maxOtherShare: fraction,
    /** Not above this in any population: may be one of two recessive variants. */
    maxRecessiveFrequency: fraction,
    /** How well the phenotype of who is affected fits the gene: a row of SVI's table for de novo variants. */
    phenotype: Type.Union([Type.Literal('specific'), Type.Literal('consistent'), Type.Literal('heterogeneous')]),
    /** Somebody has shown that the parents are the parents: PS2, not PM6. */
    parentageConfirmed: Type.Boolean(),
    /** Points of PM3 for a homozygous proband: 0.5, or 0.25 where parents are related. */
    homozygousPoints: Type.Number({ minimum: 0, maximum: 0.5 }),
  }),
  /** Null: PM1, PP2 and BP1 are not assessed. */
  heuristics: Type.Union([
    Type.Null(),
    group({
      minStars: stars,
      pm1: group({ windowBases: count, minPathogenic: count }),
      pp2: group({ minPathogenic: count, minMissenseShare: fraction, maxBenignShare: fraction }),
      bp1: group({ minPathogenic: count, minTruncatingShare: fraction }),
    }),
  ]),
});

export type ProfileShape = Static<typeof ProfileSchema>;

/**
 * A profile from JSON: `{"name": "ours", "base": "clingen", "pm2": {"alleleFrequency": 0.00002}}`. What it does not say is as in
 * `base` (default `clingen`). Throws CONFIG_INVALID, naming the place.
 */
export function parseProfile(json: string): ProfileShape {
  const given = objectIn(json);
  const { base = 'clingen', ...own } = given;
  const start = PROFILES.find(({ name }) => name === base);
  if (start === undefined) throw invalid(`base: there is no profile ${JSON.stringify(base)}`);
  const merged = merge(start, own);
  if (Value.Check(ProfileSchema, merged)) return inOrder(merged);
  const [first] = Value.Errors(ProfileSchema, merged);
  const place = first?.instancePath.slice(1).replaceAll('/', '.') || 'it';
  // What a schema says of a key that it does not have.
  throw invalid(`${place} ${first?.message === 'schema is false' ? 'is no setting' : (first?.message ?? 'is wrong')}`);
}

/** Cut-offs that contradict each other would let one score speak for both sides. */
function inOrder(profile: ProfileShape): ProfileShape {
  const grows = (numbers: readonly number[]): boolean =>
    numbers.every((number, at) => at === 0 || numbers[at - 1]! < number);
  const { spliceai } = profile;
  const scales = [
    ['revel', profile.revel],
    ['cadd', profile.cadd],
    ['spliceai', { pathogenic: [spliceai.pathogenic], benign: [spliceai.benign] }],
  ] as const;
  for (const [name, { pathogenic, benign }] of scales) {
    // From the strongest for benign up to the strongest for pathogenic.
    if (!grows([...benign.toReversed(), ...pathogenic])) throw invalid(`${name}: its cut-offs are not in order`);
  }
  return profile;
}

function objectIn(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw invalid((cause as Error).message, cause);
  }
  if (isRecord(value)) return value;
  throw invalid('it must be an object');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(base: unknown, own: unknown): unknown {
  if (!isRecord(base) || !isRecord(own)) return own;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(own)) merged[key] = merge(base[key], value);
  return merged;
}

function invalid(message: string, cause?: unknown): VcfAgentError {
  return new VcfAgentError('CONFIG_INVALID', `the profile cannot be used: ${message}`, { cause });
}
