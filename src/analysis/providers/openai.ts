import type { NarrationProvider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** OpenAI's chat completions, and whatever speaks them. */
export function openaiProvider({ model, baseUrl, apiKey }: ProviderSettings): NarrationProvider {
  return {
    name: 'openai',
    model,
    baseUrl,
    async narrate(prompt, options) {
      const [{ createOpenAI }, { askModel }] = await Promise.all([import('@ai-sdk/openai'), import('./ask-model.ts')]);
      const { fetch } = options;
      // Never undefined: the SDK would take a key out of the environment.
      return await askModel(
        createOpenAI({ apiKey: apiKey ?? '', baseURL: baseUrl, fetch }).chat(model),
        prompt,
        options,
      );
    },
  };
}
