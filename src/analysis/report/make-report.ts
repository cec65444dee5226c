import type { StoredLines } from '../../core/ports.ts';
import type { Classified } from '../acmg/classify-file.ts';
import type { CaseFile, CaseReport, Remarks } from './case.ts';
import { type Candidate, CaseCollector, type Collected } from './case-collector.ts';
import { pairWithLines } from './pair-lines.ts';
import { type SubjectOptions, subjectOf } from './subject.ts';

/** Verdicts and the lines that they are of, both in the file's order. */
export interface CaseSource<Judged extends Classified> {
  readonly samples: readonly string[];
  readonly verdicts: AsyncIterable<readonly Judged[]>;
  readonly blocks: AsyncIterable<StoredLines>;
}

export interface ReportOptions extends SubjectOptions {
  /** Most variants shown. */
  readonly top: number;
  readonly onVariants?: ((variants: number) => void) | undefined;
}

/** What is known when everything was read, beside what was counted. */
export type CaseFacts = Omit<CaseReport, 'variants' | 'subject' | Exclude<keyof Collected, 'candidates'>>;

const PROGRESS_VARIANTS = 1000;

/** Reads a case, keeps what is to be shown, and asks for what others said of just that. Throws as `subjectOf` and `pairWithLines` do. */
export async function makeReport<Judged extends Classified>(
  { samples, verdicts, blocks }: CaseSource<Judged>,
  { top, onVariants, ...about }: ReportOptions,
  finish: (candidates: readonly Candidate[]) => Promise<{ readonly facts: CaseFacts; remarks(of: Candidate): Remarks }>,
): Promise<CaseReport> {
  const { subject, members, carriers } = subjectOf(samples, about);
  const collector = new CaseCollector({ top, samples, members, carriers });
  let variants = 0;
  await pairWithLines(verdicts, blocks, (paired) => {
    collector.add(paired);
    if (++variants % PROGRESS_VARIANTS === 0) onVariants?.(variants);
  });
  const { candidates, ...counts } = collector.finish();
  const { facts, remarks } = await finish(candidates);
  return {
    ...facts,
    ...counts,
    subject,
    variants: candidates.map((candidate) => {
      const { judged, class: counted, line } = candidate;
      const { evidence, verdict, clinvar } = judged;
      return { evidence, verdict, clinvar, class: counted, line, ...remarks(candidate) };
    }),
  };
}

/** What a report says of the file itself. */
export function caseFile(
  { name, sha256, stored }: Pick<CaseFile, 'name' | 'sha256' | 'stored'>,
  header: { readonly samples: readonly string[]; readonly contigs: ReadonlyMap<string, { readonly length?: number }> },
): CaseFile {
  const contigs = new Map([...header.contigs].map(([id, { length }]) => [id, length]));
  return { name, sha256, stored, samples: header.samples, contigs };
}
