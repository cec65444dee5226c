import type { NarrationProvider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** Ollama's chat, which wants no key. */
export function ollamaProvider({ model, baseUrl, apiKey }: ProviderSettings): NarrationProvider {
  return {
    name: 'ollama',
    model,
    baseUrl,
    async narrate(prompt, options) {
      const [{ createOllama }, { askModel }] = await Promise.all([
        import('ollama-ai-provider-v2'),
        import('./ask-model.ts'),
      ]);
      const { fetch, maxOutputTokens } = options;
      const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
      const limit = { ollama: { options: { num_predict: maxOutputTokens } } };
      return await askModel(createOllama({ baseURL: baseUrl, fetch, headers })(model), prompt, options, limit);
    },
  };
}
