import type { TopicSpec } from '../core/ports.ts';

/** What narrators are asked, and what they answer. */
export const REQUESTS_TOPIC = 'ai-analysis-requests';
export const RESULTS_TOPIC = 'ai-analysis-results';

/** Topics and their partitions. The first three are in use so far; the others are made for what is to come. */
export const TOPICS: readonly TopicSpec[] = [
  { name: 'vcf-variants', partitions: 10 },
  { name: REQUESTS_TOPIC, partitions: 5 },
  { name: RESULTS_TOPIC, partitions: 5 },
  { name: 'database-writes', partitions: 3 },
  { name: 'cache-events', partitions: 2 },
  { name: 'user-notifications', partitions: 1 },
];

const VARIANTS = TOPICS[0]!;

/** Members of this group answer requests, those of the next store the answers. */
export const ANALYSIS_GROUP = 'analysis';
export const NARRATIVES_GROUP = 'narratives';

/** Members of this group write to the store. */
export const STORE_GROUP = 'postgres';

/** The topic of a tenant's envelopes: one for all, or one for each. */
export function variantTopic(tenant: string, topicPerTenant: boolean): string {
  return topicPerTenant ? `${VARIANTS.name}-${tenant}` : VARIANTS.name;
}

/** The topic of the tenant that the program works for. */
export function topicOf(options: {
  readonly tenant: string;
  readonly platforms?: { readonly topicPerTenant?: boolean | undefined } | undefined;
}): string {
  return variantTopic(options.tenant, options.platforms?.topicPerTenant === true);
}

/** How a topic of ours is made. A tenant's own topic is like the one for all. */
export function topicSpec(name: string): TopicSpec {
  return TOPICS.find((topic) => topic.name === name) ?? { ...VARIANTS, name };
}
