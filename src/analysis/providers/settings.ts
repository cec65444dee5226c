import { type Static, Type } from 'typebox';

/** What may be narrated by whom, how fast and for how much. `rules` is always there and has no settings. */
export const PROVIDER_NAMES = ['openai', 'anthropic', 'ollama'] as const;

export type ProviderName = (typeof PROVIDER_NAMES)[number];

function provider(baseUrl: string, keyVariable: string | undefined) {
  return Type.Object(
    {
      model: Type.Optional(Type.String({ minLength: 1, description: 'Name of the model' })),
      baseUrl: Type.String({ pattern: '^https?://', default: baseUrl, description: 'Where its API is' }),
      apiKey: Type.Optional(
        Type.String({ env: keyVariable, secret: true, description: 'Its key; shown and written nowhere' }),
      ),
      priority: Type.Integer({ minimum: 0, default: 1, description: 'Asked before those of greater numbers' }),
      weight: Type.Number({ exclusiveMinimum: 0, default: 1, description: 'Its share under the strategy weighted' }),
      concurrency: Type.Integer({ minimum: 1, maximum: 1000, default: 4, description: 'Questions under way at once' }),
      requestsPerMinute: Type.Integer({ minimum: 1, default: 60, description: 'Questions a minute and process' }),
      timeoutMs: Type.Integer({ minimum: 1, default: 30_000, description: 'An answer that takes longer is given up' }),
      maxRequestsPerDay: Type.Optional(Type.Integer({ minimum: 0, description: 'Questions a day (UTC), all workers' })),
      maxTokensPerDay: Type.Optional(Type.Integer({ minimum: 0, description: 'Tokens a day, all workers' })),
      maxUsdPerDay: Type.Optional(Type.Number({ minimum: 0, description: 'US dollars a day, all workers' })),
      usdPerMillionInput: Type.Number({
        minimum: 0,
        default: 0,
        description: 'Price of a million tokens of questions',
      }),
      usdPerMillionOutput: Type.Number({ minimum: 0, default: 0, description: 'Price of a million tokens of answers' }),
    },
    { additionalProperties: false, default: {} },
  );
}

export const AnalysisOptions = Type.Object(
  {
    providers: Type.Array(Type.String(), {
      items: { pattern: `^(${PROVIDER_NAMES.join('|')})$` },
      default: [],
      description: 'Models that may narrate: openai, anthropic, ollama; none: the rules alone',
    }),
    minPoints: Type.Integer({ default: 1, description: 'Variants with fewer points are not narrated' }),
    budget: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 25,
      description: 'Most variants that one run narrates',
    }),
    strategy: Type.Enum(['priority', 'round-robin', 'least-busy', 'weighted'], {
      default: 'priority',
      description: 'Who is asked first',
    }),
    hedgeAfterMs: Type.Integer({
      minimum: 0,
      default: 0,
      description: 'A question without an answer for this long goes to the next provider as well; 0: never',
    }),
    waitForTurnMs: Type.Integer({
      minimum: 0,
      default: 60_000,
      description: 'How long a question waits while all providers are busy or over their rate',
    }),
    maxOutputTokens: Type.Integer({ minimum: 100, default: 1500, description: 'Longest answer' }),
    egressAllow: Type.Array(Type.String(), {
      default: [],
      description: 'What may leave for whom: openai:sampleNames, openai:fileNames, openai:genotypes',
    }),
    loopbackIsLocal: Type.Boolean({
      default: false,
      description: 'Providers on this machine (127.0.0.1, localhost) get evidence with nothing withheld',
    }),
    openai: provider('https://api.openai.com/v1', 'OPENAI_API_KEY'),
    anthropic: provider('https://api.anthropic.com/v1', 'ANTHROPIC_API_KEY'),
    ollama: provider('http://127.0.0.1:11434/api', undefined),
  },
  { additionalProperties: false },
);

export type AnalysisOptions = Static<typeof AnalysisOptions>;

/** Of a provider that is in use. */
export interface ProviderSettings extends Omit<AnalysisOptions['openai'], 'model'> {
  readonly model: string;
}
