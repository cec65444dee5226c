/**
 * Every metric of our own: names, labels, units. docs/metrics.md explains each, and a test keeps the two equal. No label names
 * a variant, a file, a sample, a tenant or an envelope: each would make a series of its own for ever.
 */

export interface MetricShape {
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** They only grow. */
export const COUNTERS = {
  vcf_variants_processed_total: {
    help: 'Variants (or, rejected, records) that a consumer brought to the store, by the platform that carried them',
    labels: ['platform', 'status'],
  },
  routing_decisions_total: {
    help: 'Decisions where an envelope goes first, retries included',
    labels: ['strategy', 'platform', 'reason'],
  },
  platform_failovers_total: { help: 'Changes of the platform in charge', labels: ['from', 'to'] },
  circuit_breaker_state_changes_total: {
    help: 'Changes of a circuit breaker',
    labels: ['breaker', 'from', 'to'],
  },
  message_deduplication_total: {
    help: 'Envelopes that deduplication kept from being sent or stored again',
    labels: ['stage'],
  },
  duplicate_messages_total: { help: 'Envelopes that were there more than once', labels: ['kind'] },
  circuit_breaker_rejected_total: { help: 'Calls that a circuit breaker refused', labels: ['breaker'] },
  system_shed_total: {
    help: 'Pieces of work that were not let in because the machine is short of something',
    labels: [],
  },
  message_deliveries_total: { help: 'How deliveries of envelopes ended', labels: ['result'] },
  platform_send_attempts_total: { help: 'Sends to one platform, by how they ended', labels: ['platform', 'outcome'] },
} as const satisfies Record<string, MetricShape>;

export const HISTOGRAMS = {
  vcf_processing_latency_seconds: {
    help: 'From taking an envelope off its platform until its transaction is durable',
    labels: ['platform'],
    buckets: SECONDS,
  },
  vcf_message_compression_ratio: {
    help: 'Bytes of an envelope before compression for each byte that travels',
    labels: [],
    buckets: [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64],
  },
  coordinator_latency_seconds: {
    help: 'From accepting an envelope until its delivery ended',
    labels: ['result'],
    buckets: SECONDS,
  },
  platform_send_duration_seconds: {
    help: 'Duration of one send to one platform',
    labels: ['platform', 'outcome'],
    buckets: SECONDS,
  },
} as const satisfies Record<string, MetricShape>;

/** Read when they are asked for; what is not known then is absent. */
export const GAUGES = {
  platform_health_status: { help: '1: usable, 0: not', labels: ['platform', 'role'] },
  platform_health_score: { help: 'From 0 (dead) to 1 (well)', labels: ['platform'] },
  platform_in_charge: { help: '1 for the platform that envelopes go to first', labels: ['platform'] },
  platform_latency_seconds: {
    help: '95th percentile of sends; of the last probe while nothing is sent',
    labels: ['platform'],
  },
  platform_error_ratio: { help: 'Share of sends that were refused or not answered', labels: ['platform'] },
  platform_sends_per_second: { help: 'Sends of envelopes', labels: ['platform'] },
  platform_sends_in_flight: { help: 'Sends without an answer yet', labels: ['platform'] },
  platform_silent_seconds: { help: 'How long nothing was answered although sends wait', labels: ['platform'] },
  platform_probe_latency_seconds: { help: 'Round trip of the last answered probe', labels: ['platform'] },
  platform_brokers: { help: 'Brokers (nodes) as of the last answered probe', labels: ['platform'] },
  platform_under_replicated_partitions: {
    help: 'Partitions with fewer copies in step than they should have',
    labels: ['platform'],
  },
  kafka_consumer_lag: { help: 'Messages that the group has not committed', labels: ['partition'] },
  iggy_consumer_lag: { help: 'Messages that the group has not committed', labels: ['partition'] },
  embedded_consumer_lag: { help: 'Messages that the group has not committed', labels: ['partition'] },
  circuit_breaker_state: { help: '1 for the state that the breaker is in', labels: ['breaker', 'state'] },
  coordinator_pending_messages: { help: 'Envelopes under way', labels: [] },
  coordinator_pending_bytes: { help: 'Bytes of envelopes under way', labels: [] },
  coordinator_straggler_bytes: {
    help: 'Bytes of sends that go on although the other platform has the envelope',
    labels: [],
  },
  dead_letters: { help: 'Envelopes put aside on this machine', labels: ['kind'] },
  host_cpu_ratio: { help: 'CPU in use, of all CPUs', labels: [] },
  host_load_per_cpu: { help: 'Runnable tasks for each CPU, mean of a minute', labels: [] },
  host_memory_ratio: { help: 'Memory in use, of the container where it has a limit', labels: [] },
  host_memory_total_bytes: { help: 'Memory of the machine or the container', labels: [] },
  host_disk_free_bytes: { help: 'Free on the file system of the home', labels: [] },
  host_disk_total_bytes: { help: 'Size of the file system of the home', labels: [] },
  host_network_bytes_per_second: { help: 'All interfaces but loopback', labels: ['direction'] },
  host_storage_bytes_per_second: { help: 'All disks', labels: ['direction'] },
  host_event_loop_delay_seconds: { help: 'The latest that this process was for anything in a second', labels: [] },
} as const satisfies Record<string, MetricShape>;
