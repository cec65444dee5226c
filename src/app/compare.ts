import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CompareOptions,
  type CompareSet,
  type CompareSink,
  type CompareSource,
  compareSources,
} from '../analysis/compare/compare.ts';
import type { Comparison } from '../analysis/compare/comparison.ts';
import { type FileSource, openFileSource } from '../analysis/compare/file-source.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, StoredFile, VariantStore } from '../core/ports.ts';
import { parseHeader } from '../vcf/header/parse.ts';
import type { Limits } from '../vcf/reader/limits.ts';
import { createVcfWriter, type VcfWriter } from '../vcf/writer/vcf-writer.ts';

/** Something to compare: a path (`-`: standard input), or a stored file with its store. */
export type CompareInput = string | { readonly file: StoredFile; readonly store: Pick<VariantStore, 'envelopes'> };

export interface CompareFilesOptions extends Cancellable, Pick<CompareOptions, 'samples' | 'maxWaiting'> {
  /** FASTA with a .fai: indels of files are left-aligned. What is stored stays as it was stored. */
  readonly reference?: string | undefined;
  /** Folder for `only-a.vcf`, `only-b.vcf`, `both.vcf` and `discordant.vcf`. */
  readonly writeTo?: string | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly onProgress?: ((state: { variants: number; bytesRead: number; totalBytes: number }) => void) | undefined;
}

/**
 * Compares two files, or stored files: variants in both and in one only, by type, and the genotypes of samples. Throws what
 * `openVcf` and `compareSources` do.
 */
export async function compareFiles(
  a: CompareInput,
  b: CompareInput,
  options: CompareFilesOptions = {},
): Promise<Comparison> {
  if (a === '-' && b === '-') throw new VcfAgentError('USAGE', 'standard input (-) can be read only once');
  await using inputs = new AsyncDisposableStack();
  const open = async (
    input: CompareInput,
  ): Promise<CompareSource & Partial<Pick<FileSource, 'bytesRead' | 'totalBytes'>>> => {
    if (typeof input !== 'string') return storedSource(input, options);
    return inputs.use(await openFileSource(input, options));
  };
  const [sourceA, sourceB] = [await open(a), await open(b)];
  const { samples, maxWaiting, writeTo, onProgress } = options;
  const sum = (field: 'bytesRead' | 'totalBytes'): number => (sourceA[field] ?? 0) + (sourceB[field] ?? 0);
  return await compareSources(sourceA, sourceB, {
    samples,
    maxWaiting,
    sink: writeTo === undefined ? undefined : () => openSink(writeTo, sourceA, sourceB),
    onProgress: (variants) => onProgress?.({ variants, bytesRead: sum('bytesRead'), totalBytes: sum('totalBytes') }),
  });
}

function storedSource({ file, store }: Exclude<CompareInput, string>, { signal }: Cancellable): CompareSource {
  return {
    name: file.name,
    header: parseHeader(file.header).header,
    rejected: 0,
    truncated: false,
    // It may have been left-aligned when it was stored.
    slackBases: STORED_SLACK_BASES,
    async *blocks() {
      for await (const { block } of store.envelopes(file.fileId, { signal })) yield block;
    },
  };
}

const STORED_SLACK_BASES = 100_000;

const FILE_NAMES: Readonly<Record<CompareSet, string>> = {
  onlyA: 'only-a.vcf',
  onlyB: 'only-b.vcf',
  both: 'both.vcf',
  discordant: 'discordant.vcf',
};

async function openSink(folder: string, a: CompareSource, b: CompareSource): Promise<CompareSink> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new VcfAgentError('OUTPUT_UNWRITABLE', `${folder} cannot be made`, { cause, context: { file: folder } });
  }
  const writer = (set: CompareSet): VcfWriter => {
    const { text } = set === 'onlyB' ? b.header : a.header;
    return createVcfWriter(join(folder, FILE_NAMES[set]), { header: text, compression: 'none' });
  };
  const writers: Readonly<Record<CompareSet, VcfWriter>> = {
    onlyA: writer('onlyA'),
    onlyB: writer('onlyB'),
    both: writer('both'),
    discordant: writer('discordant'),
  };
  const all = Object.values(writers);
  return {
    async write(set, lines) {
      for (const line of lines) await writers[set].writeLine(line);
    },
    async close() {
      for (const one of all) await one.close();
    },
    async discard() {
      for (const one of all) await one[Symbol.asyncDispose]();
    },
  };
}
