import type { VariantBlock } from '../../core/variant-block.ts';
import { createNormaliser } from '../../vcf/normalise/normaliser.ts';
import { type OpenOptions, openVcf, type VcfReader } from '../../vcf/open.ts';
import { openReference, type Reference } from '../../vcf/reference.ts';
import type { CompareSource } from './compare.ts';

export interface FileSourceOptions extends Pick<OpenOptions, 'signal' | 'limits' | 'stdin'> {
  /** FASTA against which variants are left-aligned. */
  readonly reference?: string | undefined;
  /** What the source is called; default: the path. */
  readonly name?: string | undefined;
}

const RECORDS_AT_A_TIME = 2000;
/** Left-alignment moves an indel to the other end of its repeat, at the most; no repeat that can be read is longer. */
const MOVED_BASES = 100_000;

/** Opens a VCF or BCF file (`-`: standard input) to be compared. Throws what `openVcf` and `openReference` do. */
export async function openFileSource(path: string, options: FileSourceOptions = {}): Promise<FileSource> {
  const reference = options.reference === undefined ? undefined : await openReference(options.reference);
  try {
    return new FileSource(await openVcf(path, options), options.name ?? path, reference, options.signal);
  } catch (error) {
    reference?.close();
    throw error;
  }
}

export class FileSource implements CompareSource, AsyncDisposable {
  readonly name: string;
  readonly slackBases: number;
  rejected = 0;
  truncated = false;
  readonly #vcf: VcfReader;
  readonly #reference: Reference | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(vcf: VcfReader, name: string, reference: Reference | undefined, signal: AbortSignal | undefined) {
    this.#vcf = vcf;
    this.name = name;
    this.#reference = reference;
    this.#signal = signal;
    this.slackBases = reference === undefined ? 0 : MOVED_BASES;
  }

  get header(): VcfReader['header'] {
    return this.#vcf.header;
  }

  /** Compressed bytes. */
  get bytesRead(): number {
    return this.#vcf.bytesRead;
  }

  get totalBytes(): number {
    return this.#vcf.totalBytes;
  }

  async *blocks(): AsyncGenerator<VariantBlock> {
    this.rejected = 0;
    const normaliser = createNormaliser(this.header, { split: 'bcftools', reference: this.#reference });
    for await (const batch of this.#vcf.batches({ maxRecords: RECORDS_AT_A_TIME, signal: this.#signal })) {
      const { block, rejected } = normaliser.block(batch.block, batch.lines);
      this.rejected += batch.rejected.length + rejected.length;
      this.truncated = batch.truncation !== undefined;
      yield block;
      batch.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reference?.close();
    await this.#vcf.close();
  }
}
