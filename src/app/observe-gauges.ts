import type { StreamingCoordinator } from '../coordinator/coordinator.ts';
import type { Role } from '../coordinator/failover.ts';
import type { BreakerState, BreakerStatus } from '../health/circuit-breaker.ts';
import type { HostSample } from '../health/collectors/host.ts';
import type { PlatformHealth } from '../health/platform-health.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { RouteControl } from './platforms.ts';

const BREAKER_STATES: readonly BreakerState[] = ['CLOSED', 'OPEN', 'HALF_OPEN'];

/** Sets every gauge to what is so now. Reading changes nothing. */
export function readGauges(
  metrics: Metrics,
  { coordinator, guard }: Pick<RouteControl, 'coordinator' | 'guard'>,
): void {
  const status = coordinator.status();
  metrics.set('coordinator_pending_messages', {}, status.pendingMessages);
  metrics.set('coordinator_pending_bytes', {}, status.pendingBytes);
  metrics.set('coordinator_straggler_bytes', {}, status.stragglerBytes);
  for (const platform of status.platforms) {
    platformGauges(metrics, platform);
    metrics.set('platform_in_charge', { platform: platform.platform }, Number(platform.platform === status.active));
    sampleGauges(metrics, coordinator, platform);
    breakerMetrics(metrics, platform.breaker);
  }
  const system = guard.health();
  breakerMetrics(metrics, system.breaker);
  metrics.total('system_shed_total', {}, system.shed);
  if (system.sample !== undefined) hostGauges(metrics, system.sample);
}

function platformGauges(metrics: Metrics, health: PlatformHealth & { readonly role: Role }): void {
  const { platform, role } = health;
  metrics.set('platform_health_status', { platform, role }, Number(health.usable));
  metrics.set('platform_health_score', { platform }, health.score);
  metrics.set('platform_latency_seconds', { platform }, health.latencyMs / 1000);
  metrics.set('platform_error_ratio', { platform }, health.errorRate);
  metrics.set('platform_sends_per_second', { platform }, health.sendsPerSecond);
  metrics.set('platform_sends_in_flight', { platform }, health.inFlight);
  metrics.set('platform_silent_seconds', { platform }, health.silentMs / 1000);
}

/** What the platform said of itself when it last answered. */
function sampleGauges(metrics: Metrics, { monitor }: StreamingCoordinator, { platform }: PlatformHealth): void {
  const sample = monitor.sample(platform);
  if (sample === undefined) return;
  const { probe, lag = [] } = sample;
  metrics.set('platform_probe_latency_seconds', { platform }, probe.latencyMs / 1000);
  metrics.set('platform_brokers', { platform }, probe.brokers);
  metrics.set('platform_under_replicated_partitions', { platform }, probe.underReplicatedPartitions);
  for (const { partition, lag: messages } of lag) {
    metrics.set(`${platform}_consumer_lag`, { partition: String(partition) }, Number(messages));
  }
}

function breakerMetrics(metrics: Metrics, { name: breaker, state, rejected }: BreakerStatus): void {
  for (const each of BREAKER_STATES) {
    metrics.set('circuit_breaker_state', { breaker, state: each }, Number(each === state));
  }
  metrics.total('circuit_breaker_rejected_total', { breaker }, rejected);
}

function hostGauges(metrics: Metrics, host: HostSample): void {
  metrics.set('host_cpu_ratio', {}, host.cpuShare);
  metrics.set('host_load_per_cpu', {}, host.loadPerCpu);
  metrics.set('host_memory_ratio', {}, host.memoryShare);
  metrics.set('host_memory_total_bytes', {}, host.memoryTotalBytes);
  metrics.set('host_disk_free_bytes', {}, host.diskFreeBytes);
  metrics.set('host_disk_total_bytes', {}, host.diskTotalBytes);
  metrics.set('host_network_bytes_per_second', { direction: 'received' }, host.networkReceivedPerSecond);
  metrics.set('host_network_bytes_per_second', { direction: 'sent' }, host.networkSentPerSecond);
  metrics.set('host_storage_bytes_per_second', { direction: 'read' }, host.storageReadPerSecond);
  metrics.set('host_storage_bytes_per_second', { direction: 'written' }, host.storageWrittenPerSecond);
  metrics.set('host_event_loop_delay_seconds', {}, host.eventLoopDelayMs / 1000);
}
