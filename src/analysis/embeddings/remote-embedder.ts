import { createOpenAI } from '@ai-sdk/openai';
import { type EmbeddingModel, embedMany } from 'ai';
import { createOllama } from 'ollama-ai-provider-v2';
import { VcfAgentError } from '../../core/errors.ts';
import type { Cancellable } from '../../core/ports.ts';
import type { EmbedderSettings, TextEmbedder } from './text-embedder.ts';

type RemoteSettings = EmbedderSettings & { readonly provider: 'ollama' | 'openai' };

const DEFAULT_MODELS = { ollama: 'nomic-embed-text', openai: 'text-embedding-3-small' } as const;
/** Asked once, to know how long its vectors are. */
const PROBE = 'missense variant';
const RETRIES = 2;
const TIMEOUT_MS = 30_000;

/** An embedding model behind HTTP: Ollama's, or one that speaks OpenAI's interface. */
export class RemoteEmbedder implements TextEmbedder {
  readonly model: string;
  readonly dimensions: number;
  readonly isRemote = true;
  readonly #embedding: EmbeddingModel;

  private constructor(model: string, dimensions: number, embedding: EmbeddingModel) {
    this.model = model;
    this.dimensions = dimensions;
    this.#embedding = embedding;
  }

  /** Asks it for one vector. Rejects with EMBEDDER_UNAVAILABLE. */
  static async open(settings: RemoteSettings, options: Cancellable = {}): Promise<RemoteEmbedder> {
    const { provider, model = DEFAULT_MODELS[provider] } = settings;
    const embedding = embeddingModel({ ...settings, model });
    const [vector = []] = await ask(embedding, [PROBE], options);
    if (vector.length === 0) throw unavailable(`${model} gave a vector without numbers`);
    return new RemoteEmbedder(`${provider}:${model}`, vector.length, embedding);
  }

  async embed(texts: readonly string[], options: Cancellable = {}): Promise<readonly Float32Array[]> {
    const vectors = await ask(this.#embedding, texts, options);
    const isSound = vectors.length === texts.length && vectors.every(({ length }) => length === this.dimensions);
    if (!isSound) throw unavailable(`${this.model} gave vectors of another number or length than asked for`);
    return vectors.map((vector) => Float32Array.from(vector));
  }
}

function embeddingModel({ provider, model, url, apiKey }: RemoteSettings & { readonly model: string }): EmbeddingModel {
  const place = url === undefined ? {} : { baseURL: url };
  if (provider === 'ollama') return createOllama(place).textEmbeddingModel(model);
  return createOpenAI({ ...place, apiKey: apiKey ?? '' }).textEmbeddingModel(model);
}

async function ask(model: EmbeddingModel, values: readonly string[], { signal }: Cancellable): Promise<number[][]> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const abortSignal = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    return (await embedMany({ model, values: [...values], maxRetries: RETRIES, abortSignal })).embeddings;
  } catch (error) {
    signal?.throwIfAborted();
    throw unavailable((error as Error).message, error);
  }
}

function unavailable(what: string, cause?: unknown): VcfAgentError {
  const [line = ''] = what.split('\n');
  return new VcfAgentError('EMBEDDER_UNAVAILABLE', `no text embedding: ${line.slice(0, 200)}`, {
    retryable: true,
    cause,
  });
}
