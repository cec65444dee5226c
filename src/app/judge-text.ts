import type { Readable } from 'node:stream';
import { openClassification } from '../analysis/acmg/classify-file.ts';
import { PROFILES } from '../analysis/acmg/profile.ts';
import { verdictJson } from '../analysis/acmg/report.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable } from '../core/ports.ts';
import { NOT_CLASSIFIED, NOTICE } from '../core/verdicts.ts';

export const PROFILE_NAMES: readonly string[] = PROFILES.map(({ name }) => name);

export interface JudgeTextOptions extends Cancellable {
  /** One of PROFILE_NAMES. */
  readonly profile: string;
  /** Only variants with at least so many points. */
  readonly minPoints?: number | undefined;
  readonly lineBytes: number;
}

/**
 * Judges the variants of a VCF or BCF text as `vcf-agent classify --json` does: an object a line, and in the end how many there
 * were of each class. The header is read when the first line is asked for. Throws what `openVcf` does.
 */
export async function* judgeText(
  text: Readable,
  { profile: wanted, minPoints, lineBytes, signal }: JudgeTextOptions,
): AsyncGenerator<string> {
  const profile = PROFILES.find(({ name }) => name === wanted);
  if (profile === undefined) throw new VcfAgentError('USAGE', `there is no profile ${wanted}`);
  const rules = { profile, lossOfFunctionGenes: undefined, clinvar: undefined };
  const options = { ...rules, signal, limits: { lineBytes }, stdin: text };
  await using classification = await openClassification('-', options);
  const { provenance } = classification;
  const classes: Record<string, number> = {};
  let variants = 0;
  for await (const batch of classification.batches()) {
    const lines: string[] = [];
    for (const { evidence, verdict, clinvar } of batch) {
      variants += 1;
      const name = verdict.applies ? verdict.class : NOT_CLASSIFIED;
      classes[name] = (classes[name] ?? 0) + 1;
      if (minPoints !== undefined && !(verdict.applies && verdict.points >= minPoints)) continue;
      lines.push(`${JSON.stringify(verdictJson(evidence, verdict, clinvar, provenance))}\n`);
    }
    if (lines.length > 0) yield lines.join('');
  }
  const { rejected, truncated } = classification;
  const end = { type: 'summary', variants, classes, rejected, truncated, ...provenance, notice: NOTICE };
  yield `${JSON.stringify(end)}\n`;
}
