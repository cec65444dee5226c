import type { StoredFile } from '../core/ports.ts';
import type { Context } from './context.ts';

/** A bar over the variants of a stored file that are judged. */
export function judgingProgress(
  context: Context,
  { name, variants }: StoredFile,
): { readonly onProgress: (judged: number) => void; readonly finish: () => void } {
  const progress = context.progress(`classify ${name}`);
  return {
    onProgress: (judged) => {
      const counts = { recordsRead: judged, variantsSent: judged, variantsApplied: judged };
      progress.update({ phase: 'classify', bytesRead: judged, totalBytes: variants, ...counts });
    },
    finish: () => progress.finish(),
  };
}
