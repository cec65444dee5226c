import { PassThrough, type Readable } from 'node:stream';
import type { Cancellable, StoredFile, VariantStore } from '../core/ports.ts';
import { createVcfWriter } from '../vcf/writer/vcf-writer.ts';

/** A stored file as VCF text: its header, its records in their order, every sample. As fast as it is read. */
export function storedVcf(
  store: Pick<VariantStore, 'envelopes'>,
  file: StoredFile,
  options: Cancellable & { readonly compression?: 'none' | 'bgzf' } = {},
): Readable {
  const { signal, compression = 'none' } = options;
  const out = new PassThrough();
  const write = async () => {
    const writer = createVcfWriter(out, { header: file.header, compression });
    for await (const { block } of store.envelopes(file.fileId, { signal })) await writer.write(block);
    await writer.close();
    out.end();
  };
  write().catch((error) => out.destroy(error));
  return out;
}
