import { hash } from 'node:crypto';
import { type NewVerdict, NOT_CLASSIFIED, type PathogenicityClass, type VerdictClass } from '../../core/verdicts.ts';
import type { Classified } from './classify-file.ts';
import type { JudgedLine } from './judge-lines.ts';
import { metLabels } from './label.ts';
import type { Outcome } from './outcome.ts';
import { crosses } from './report.ts';
import type { Sum } from './score.ts';

const DIGEST_CHARACTERS = 32;

/** What is kept of a verdict, beside the reviewer's class. */
export function keptVerdict(judged: JudgedLine, reviewed: PathogenicityClass | undefined): NewVerdict {
  const { id, verdict, clinvar } = judged;
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
    digest: verdictDigest(judged),
    reviewed,
  };
}

/** Over every criterion, its reason and what it cites, all evidence that the rules saw, and ClinVar's own verdict: 32 hex digits of SHA-256. */
export function verdictDigest({ evidence, verdict, clinvar }: Classified): string {
  let text = JSON.stringify([evidence, clinvar]);
  for (const outcome of verdict.outcomes) text += textOf(outcome);
  return hash('sha256', text, 'hex').slice(0, DIGEST_CHARACTERS);
}

/** Four of five outcomes are made once and shared by many variants. */
const texts = new WeakMap<Outcome, string>();

function textOf(outcome: Outcome): string {
  const known = texts.get(outcome);
  if (known !== undefined) return known;
  const { criterion, status, strength = '', points, reason, evidence, least, greatest } = outcome;
  const text = `\n${criterion}\t${status}\t${strength}\t${points}\t${least}\t${greatest}\t${reason}\t${evidence.join()}`;
  texts.set(outcome, text);
  return text;
}
