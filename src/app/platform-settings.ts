import type { LoadedConfig, LoadedSection } from '../config/load.ts';
import type { Section, SettingSchema } from '../config/schema.ts';
import { type OptionsSchema, settingsOf } from '../config/section.ts';
import { CoordinatorOptions } from '../coordinator/options.ts';
import {
  BreakerOptions,
  HealthWeights,
  MonitorOptions,
  SignalOptions,
  SystemLimits,
  Thresholds,
} from '../health/options.ts';
import { THRESHOLDS } from '../health/thresholds.ts';
import { IggyOptions } from '../platforms/iggy/options.ts';
import { KafkaOptions } from '../platforms/kafka/options.ts';
import { ALONE, type PlatformSettings } from './platforms.ts';

type PlatformSection = Exclude<Section, 'analysis'>;

const SCHEMAS: Readonly<Record<PlatformSection, { readonly prefix: string; readonly schema: OptionsSchema }>> = {
  coordinator: { prefix: 'VCF_AGENT_COORDINATOR', schema: CoordinatorOptions },
  health: {
    prefix: 'VCF_AGENT_HEALTH',
    schema: group({
      thresholds: Thresholds,
      weights: HealthWeights,
      signals: SignalOptions,
      breaker: BreakerOptions,
      monitor: MonitorOptions,
    }),
  },
  system: { prefix: 'VCF_AGENT_SYSTEM', schema: group({ limits: SystemLimits, breaker: BreakerOptions }) },
  kafka: { prefix: 'KAFKA', schema: KafkaOptions },
  iggy: { prefix: 'IGGY', schema: IggyOptions },
};

function group(properties: Readonly<Record<string, unknown>>): OptionsSchema {
  return { properties, required: Object.keys(properties) };
}

/** The sections that describe platforms, with where each value came from. Throws CONFIG_INVALID. */
export function platformSections(loaded: LoadedConfig): Readonly<Record<PlatformSection, LoadedSection>> {
  const sections = Object.entries(SCHEMAS).map(([name, { prefix, schema }]) => {
    const settings = withPresets(settingsOf(name, schema, prefix), loaded);
    return [name, loaded.section(name as PlatformSection, settings)] as const;
  });
  return Object.fromEntries(sections) as Record<PlatformSection, LoadedSection>;
}

/** What the environment, and being alone, makes of the defaults: as openRoute does. */
function withPresets(
  settings: Readonly<Record<string, SettingSchema>>,
  { environment, config }: LoadedConfig,
): Record<string, SettingSchema> {
  const presets = new Map([
    ...dotted('health.thresholds', THRESHOLDS[environment]),
    ...dotted('health.breaker', { slowCallMs: THRESHOLDS[environment].latencyMs }),
    ...(config.platforms.fallback === 'none' ? ALONE_PRESETS : []),
  ]);
  return Object.fromEntries(
    Object.entries(settings).map(([name, leaf]) => {
      return [name, presets.has(name) ? { ...leaf, default: presets.get(name) } : leaf];
    }),
  );
}

const ALONE_PRESETS = [
  ...dotted('coordinator', ALONE.coordinator),
  ...dotted('health.breaker', ALONE.breaker),
  ...dotted('kafka', ALONE.kafka),
  ...dotted('iggy', ALONE.iggy),
];

function dotted(prefix: string, values: Readonly<Record<string, number>>): [name: string, value: number][] {
  return Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]);
}

/** Everything that a route needs. Throws CONFIG_INVALID. */
export function platformSettings(loaded: LoadedConfig): PlatformSettings {
  const { config, environment } = loaded;
  const { coordinator, health, system, kafka, iggy } = platformSections(loaded);
  const { fallback, ...platforms } = config.platforms;
  return {
    ...platforms,
    environment,
    fallback: fallback === 'none' ? undefined : fallback,
    coordinator: coordinator.values,
    health: health.values,
    system: system.values,
    kafka: kafka.values,
    iggy: iggy.values,
  };
}
