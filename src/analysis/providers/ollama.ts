import type { NarrationProvider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** Ollama's chat, which wants no key. */
export function ollamaProvider({ model, baseUrl, apiKey }: ProviderSettings): NarrationProvider {
  const load = () => Promise.all([import('ollama-ai-provider-v2'), import('./ask-model.ts')]);
  return {
    name: 'ollama',
    model,
    baseUrl,
    async prepare() {
      await load();
    },
    async narrate(prompt, options) {
      const [{ createOllama }, { askModel }] = await load();
      const { fetch, maxOutputTokens } = options;
      const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
      const ollama = createOllama({ baseURL: baseUrl, fetch, headers });
      return await askModel(ollama(model), prompt, options, { ollama: { options: { num_predict: maxOutputTokens } } });
    },
  };
}
