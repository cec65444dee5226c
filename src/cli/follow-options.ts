import type { UseOptions } from '../app/projections.ts';
import type { Context } from './context.ts';

/** Runs what asks a projection, with a bar while that catches up, and with what it has to say. */
export async function withFollowing<T>(context: Context, work: (options: UseOptions) => Promise<T>): Promise<T> {
  const progress = context.progress('bringing it up to date');
  try {
    return await work({
      signal: context.signal,
      onProgress: (_name, variants, of) =>
        progress.update({
          phase: 'follow',
          bytesRead: variants,
          totalBytes: of,
          recordsRead: variants,
          variantsSent: variants,
          variantsApplied: variants,
        }),
      onNotice: (text) => {
        progress.finish();
        context.note(context.noteStyle.dim(`note: ${text}`));
      },
    });
  } finally {
    progress.finish();
  }
}
