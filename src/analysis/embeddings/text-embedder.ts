import type { Cancellable } from '../../core/ports.ts';

/** Makes vectors of texts: of one length, nearer the more two texts mean the same. */
export interface TextEmbedder {
  /** Vectors of two models cannot be compared. */
  readonly model: string;
  readonly dimensions: number;
  /** Texts leave this machine. */
  readonly isRemote: boolean;
  /** Rejects with EMBEDDER_UNAVAILABLE. */
  embed(texts: readonly string[], options?: Cancellable): Promise<readonly Float32Array[]>;
}

/** Which embedder, and where. */
export interface EmbedderSettings {
  readonly provider: 'local' | 'ollama' | 'openai' | 'none';
  /** Left out: `nomic-embed-text` of Ollama, `text-embedding-3-small` of OpenAI. */
  readonly model?: string | undefined;
  /** Left out: where the provider listens by default. */
  readonly url?: string | undefined;
  readonly apiKey?: string | undefined;
}

/** The embedder of these settings; undefined for none. Rejects with EMBEDDER_UNAVAILABLE. */
export async function openEmbedder(
  settings: EmbedderSettings,
  options: Cancellable = {},
): Promise<TextEmbedder | undefined> {
  if (settings.provider === 'none') return undefined;
  if (settings.provider === 'local') {
    const { LocalEmbedder } = await import('./local-embedder.ts');
    return new LocalEmbedder();
  }
  const { RemoteEmbedder } = await import('./remote-embedder.ts');
  return await RemoteEmbedder.open({ ...settings, provider: settings.provider }, options);
}
