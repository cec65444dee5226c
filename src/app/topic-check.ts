import type { PlatformName, TopicInfo, TopicSpec } from '../core/ports.ts';
import { EMBEDDED_PARTITIONS, type PlatformSettings } from './platforms.ts';
import { TOPICS, topicSpec, variantTopic } from './topics.ts';

/** A topic on one platform, beside what it should be. */
export interface TopicReport {
  readonly platform: PlatformName;
  readonly name: string;
  /** `missing` is no trouble: a topic is made when it is first used. */
  readonly state: 'ok' | 'missing' | 'fewer partitions' | 'fewer copies' | 'not ours';
  readonly partitions?: number;
  readonly replication?: number;
  readonly messages?: bigint | undefined;
  readonly wanted?: TopicSpec;
}

/** The topics that a platform should have. The embedded log has one reader's use of partitions, and one copy. */
export function wantedTopics(
  platform: PlatformName,
  settings: Pick<PlatformSettings, 'topicPerTenant' | 'replication'>,
  tenant: string,
): readonly TopicSpec[] {
  const own = variantTopic(tenant, settings.topicPerTenant === true);
  const all = TOPICS.some(({ name }) => name === own) ? TOPICS : [...TOPICS, topicSpec(own)];
  if (platform === 'embedded') return all.map(({ name }) => ({ name, partitions: EMBEDDED_PARTITIONS }));
  return platform === 'kafka' ? all.map((topic) => ({ ...topic, replication: settings.replication })) : all;
}

/** What is there beside what should be, by name; topics of others last, and only when they are asked for. */
export function compareTopics(
  platform: PlatformName,
  found: readonly TopicInfo[],
  wanted: readonly TopicSpec[],
): readonly TopicReport[] {
  const ours = wanted.map((spec): TopicReport => {
    const topic = found.find(({ name }) => name === spec.name);
    if (topic === undefined) return { platform, name: spec.name, state: 'missing', wanted: spec };
    return { platform, ...topic, state: stateOf(topic, spec), wanted: spec };
  });
  const names = new Set(wanted.map(({ name }) => name));
  const others = found.filter(({ name }) => !names.has(name));
  return [...ours, ...others.map((topic): TopicReport => ({ platform, ...topic, state: 'not ours' }))];
}

/** More than is wanted is nobody's trouble: partitions cannot be taken away. */
function stateOf({ partitions, replication }: TopicInfo, wanted: TopicSpec): TopicReport['state'] {
  if (partitions < wanted.partitions) return 'fewer partitions';
  return replication < (wanted.replication ?? 1) ? 'fewer copies' : 'ok';
}
