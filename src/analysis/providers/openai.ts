import type { NarrationProvider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** OpenAI's chat completions, and whatever speaks them. */
export function openaiProvider({ model, baseUrl, apiKey }: ProviderSettings): NarrationProvider {
  const load = () => Promise.all([import('@ai-sdk/openai'), import('./ask-model.ts')]);
  return {
    name: 'openai',
    model,
    baseUrl,
    async prepare() {
      await load();
    },
    async narrate(prompt, options) {
      const [{ createOpenAI }, { askModel }] = await load();
      const { fetch } = options;
      // Never undefined: the SDK would take a key out of the environment.
      const openai = createOpenAI({ apiKey: apiKey ?? '', baseURL: baseUrl, fetch });
      return await askModel(openai.chat(model), prompt, options);
    },
  };
}
