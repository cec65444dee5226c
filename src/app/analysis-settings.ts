import {
  AnalysisOptions,
  type PROVIDER_NAMES,
  type ProviderName,
  type ProviderSettings,
} from '../analysis/providers/settings.ts';
import type { LoadedConfig, LoadedSection } from '../config/load.ts';
import { settingsOf } from '../config/section.ts';
import { VcfAgentError } from '../core/errors.ts';
import { BreakerOptions, parseOptions } from '../health/options.ts';

/** Who narrates, and how: what is configured, complete. */
export interface AnalysisSettings
  extends Pick<
    AnalysisOptions,
    | 'minPoints'
    | 'budget'
    | 'strategy'
    | 'hedgeAfterMs'
    | 'waitForTurnMs'
    | 'maxOutputTokens'
    | 'egressAllow'
    | 'loopbackIsLocal'
  > {
  /** In use, in the order in which they are named. */
  readonly providers: readonly (ProviderSettings & { readonly name: ProviderName })[];
  readonly breaker: BreakerOptions;
}

/** A model takes seconds: only what takes longer than it may is slow. */
const BREAKER_PRESET = { slowCallMs: 60_000 };

const SCHEMA = {
  properties: { ...AnalysisOptions.properties, breaker: BreakerOptions },
  required: [...Object.keys(AnalysisOptions.properties), 'breaker'],
};

/** The section that describes narrators, with where each value came from. Throws CONFIG_INVALID. */
export function analysisSection(loaded: LoadedConfig): LoadedSection {
  const settings = settingsOf('analysis', SCHEMA, 'VCF_AGENT_ANALYSIS');
  const slow = 'analysis.breaker.slowCallMs';
  const preset = { ...settings[slow]!, default: BREAKER_PRESET.slowCallMs };
  return loaded.section('analysis', { ...settings, [slow]: preset });
}

/** Everything that narrators need. Throws CONFIG_INVALID, also for a provider that is in use and has no model. */
export function analysisSettings(loaded: LoadedConfig): AnalysisSettings {
  const { breaker = {}, ...given } = analysisSection(loaded).values as { readonly breaker?: Partial<BreakerOptions> };
  const options = parseOptions('analysis', AnalysisOptions, given);
  const names = [...new Set(options.providers)] as ProviderName[];
  const { openai, anthropic, ollama } = options;
  const all = { openai, anthropic, ollama } satisfies Record<(typeof PROVIDER_NAMES)[number], unknown>;
  const providers = names.map((name) => {
    const { model, ...settings } = all[name];
    if (model !== undefined) return { ...settings, name, model };
    const variable = `VCF_AGENT_ANALYSIS_${name.toUpperCase()}_MODEL`;
    const message = `analysis.${name}.model is not set, and ${name} is in use: set it, or ${variable}`;
    throw new VcfAgentError('CONFIG_INVALID', message);
  });
  return {
    ...options,
    providers,
    breaker: parseOptions('analysis.breaker', BreakerOptions, { ...BREAKER_PRESET, ...breaker }),
  };
}
