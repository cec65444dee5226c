import { hash } from 'node:crypto';
import { type NewVerdict, NOT_CLASSIFIED, type VerdictClass } from '../../core/verdicts.ts';
import type { Classified } from './classify-file.ts';
import type { RuleContext } from './context.ts';
import { RULES_VERSION } from './criteria.ts';
import type { JudgedLine } from './judge-lines.ts';
import { metLabels } from './label.ts';
import { isFromClinvar } from './outcome.ts';
import { crosses } from './report.ts';
import type { Sum } from './score.ts';

const DIGEST_CHARACTERS = 32;

/** What is kept of a verdict; `salt`: digestSalt of what it was judged by. */
export function keptVerdict(judged: JudgedLine, salt: string): NewVerdict {
  const { id, verdict, clinvar, reviewed } = judged;
  const { applies, points, withoutClinvar, least, greatest, outcomes } = verdict;
  const nameOf = (sum: Sum): VerdictClass => (applies ? sum.class : NOT_CLASSIFIED);
  return {
    id,
    class: nameOf(verdict),
    points,
    withoutClinvar: { class: nameOf(withoutClinvar), points: withoutClinvar.points },
    least: nameOf(least),
    greatest: nameOf(greatest),
    met: metLabels(outcomes),
    crossesClinvar: crosses(verdict, clinvar),
    digest: verdictDigest(judged, salt),
    reviewed,
  };
}

/** What a digest says beside one verdict: whatever the same evidence is judged by. */
export function digestSalt({ profile, sources, lossOfFunctionGenes }: Omit<RuleContext, 'clinvar'>): string {
  const genes = lossOfFunctionGenes === undefined ? null : [...lossOfFunctionGenes].sort();
  return hash('sha256', JSON.stringify([RULES_VERSION, profile, sources, genes]), 'hex');
}

/**
 * Over all evidence that the rules saw, ClinVar's own verdict, and what a loaded ClinVar made of the criteria that it decides: 32 hex digits
 * of SHA-256. Everything else of a verdict follows from these and from what `salt` stands for.
 */
export function verdictDigest({ evidence, verdict, clinvar }: Classified, salt: string): string {
  let text = salt + JSON.stringify(evidence);
  if (clinvar !== undefined) text += `\n${clinvar.significance}\t${clinvar.stars}\t${clinvar.id}`;
  for (const outcome of verdict.outcomes) {
    if (!isFromClinvar(outcome)) continue;
    const { status, points, least, greatest, reason, evidence: cited } = outcome;
    text += `\n${status}\t${points}\t${least}\t${greatest}\t${reason}\t${cited.join()}`;
  }
  return hash('sha256', text, 'hex').slice(0, DIGEST_CHARACTERS);
}
