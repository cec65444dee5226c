import type { NarrationProvider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** Anthropic's messages. */
export function anthropicProvider({ model, baseUrl, apiKey }: ProviderSettings): NarrationProvider {
  return {
    name: 'anthropic',
    model,
    baseUrl,
    async narrate(prompt, options) {
      const [{ createAnthropic }, { askModel }] = await Promise.all([
        import('@ai-sdk/anthropic'),
        import('./ask-model.ts'),
      ]);
      const { fetch } = options;
      // Never undefined: the SDK would take a key out of the environment.
      return await askModel(createAnthropic({ apiKey: apiKey ?? '', baseURL: baseUrl, fetch })(model), prompt, options);
    },
  };
}
