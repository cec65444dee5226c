import type { Readable } from 'node:stream';
import { type FileSummary, summariseFile } from '../analysis/summary/summarise.ts';
import type { Cancellable } from '../core/ports.ts';

/** Counts what a VCF or BCF text holds. Throws what `openVcf` does. */
export async function summariseText(
  text: Readable,
  { lineBytes, signal }: Cancellable & { readonly lineBytes: number },
): Promise<Omit<FileSummary, 'truncation'> & { readonly truncation: FileSummary['truncation'] | null }> {
  const summary = await summariseFile('-', { stdin: text, limits: { lineBytes }, signal });
  return { ...summary, truncation: summary.truncation ?? null };
}
