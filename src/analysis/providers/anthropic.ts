import type { NarrationProvider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** Anthropic's messages. */
export function anthropicProvider({ model, baseUrl, apiKey }: ProviderSettings): NarrationProvider {
  const load = () => Promise.all([import('@ai-sdk/anthropic'), import('./ask-model.ts')]);
  return {
    name: 'anthropic',
    model,
    baseUrl,
    async prepare() {
      await load();
    },
    async narrate(prompt, options) {
      const [{ createAnthropic }, { askModel }] = await load();
      const { fetch } = options;
      // Never undefined: the SDK would take a key out of the environment.
      const anthropic = createAnthropic({ apiKey: apiKey ?? '', baseURL: baseUrl, fetch });
      return await askModel(anthropic(model), prompt, options);
    },
  };
}
