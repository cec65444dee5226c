import type { AppliedEnvelope } from '../consume/consumer.ts';
import {
  type AttemptEvent,
  type DecisionEvent,
  type FlightEvent,
  type ResultEvent,
  thousandths,
} from '../coordinator/flight.ts';
import type { DuplicateKind } from '../coordinator/sender.ts';
import type { Clock } from '../core/ports.ts';
import { CallWindow } from '../health/call-window.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { RateWindow } from '../telemetry/rate-window.ts';
import type { RouteControl, RouteObserver } from './platforms.ts';

/** How fast and how much, of this process. Latencies are of the last 1,000 that are not older than a minute. */
export interface Performance {
  readonly uptimeSeconds: number;
  readonly variantsPerSecond: { readonly last10s: number; readonly last60s: number };
  readonly envelopesPerSecond: { readonly last10s: number; readonly last60s: number };
  readonly variants: { readonly stored: number; readonly duplicate: number; readonly rejected: number };
  readonly envelopes: { readonly applied: number; readonly known: number; readonly delivered: number };
  readonly processingLatencyMs: Percentiles;
  readonly coordinatorLatencyMs: Percentiles;
  /** Bytes before compression for each byte that travelled; null before the first envelope. */
  readonly compressionRatio: number | null;
}

interface Percentiles {
  readonly samples: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const LATENCIES = { calls: 1_000, ageMs: 60_000, slowMs: Number.POSITIVE_INFINITY };
const MINUTE = { seconds: 60 };

/**
 * Turns what happens in a process into metrics: the coordinator's events and log book, and what its consumers bring to the
 * store. Everything it is handed to calls it in passing: nothing here throws or waits.
 */
export class Observer {
  readonly metrics = new Metrics();
  /** For the route. */
  readonly events: RouteObserver = {
    onFailover: (change) => this.metrics.count('platform_failovers_total', change),
    onBreakerChange: ({ breaker, from, to }) =>
      this.metrics.count('circuit_breaker_state_changes_total', { breaker, from, to }),
    onDuplicate: (kind) => this.#duplicate(kind),
    onFlight: (event) => this.#flight(event),
    onApplied: (envelopes) => this.applied(envelopes),
    onControl: (control) => {
      this.#control = control;
    },
  };
  readonly #clock: Clock;
  readonly #begunMs: number;
  readonly #variantRate: RateWindow;
  readonly #envelopeRate: RateWindow;
  readonly #processing = new CallWindow(LATENCIES);
  readonly #coordinator = new CallWindow(LATENCIES);
  readonly #variants = { stored: 0, duplicate: 0, rejected: 0 };
  readonly #envelopes = { applied: 0, known: 0, delivered: 0 };
  #control: RouteControl | undefined;
  #plainBytes = 0;
  #packedBytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#begunMs = clock.monotonicMs();
    const now = () => clock.monotonicMs();
    this.#variantRate = new RateWindow(now, MINUTE);
    this.#envelopeRate = new RateWindow(now, MINUTE);
  }

  /** What watches and decides now; undefined while no route is open. */
  get control(): RouteControl | undefined {
    return this.#control;
  }

  /** What one transaction of a consumer brought to the store. */
  applied(envelopes: readonly AppliedEnvelope[]): void {
    for (const envelope of envelopes) this.#applied(envelope);
  }

  performance(): Performance {
    const rates = (window: RateWindow) => ({
      last10s: thousandths(window.perSecond(10)),
      last60s: thousandths(window.perSecond(60)),
    });
    const now = this.#clock.monotonicMs();
    return {
      uptimeSeconds: Math.floor((now - this.#begunMs) / 1000),
      variantsPerSecond: rates(this.#variantRate),
      envelopesPerSecond: rates(this.#envelopeRate),
      variants: { ...this.#variants },
      envelopes: { ...this.#envelopes },
      processingLatencyMs: percentiles(this.#processing, now),
      coordinatorLatencyMs: percentiles(this.#coordinator, now),
      compressionRatio: this.#packedBytes === 0 ? null : thousandths(this.#plainBytes / this.#packedBytes),
    };
  }

  #applied({ platform, applied, variants, rejected, plainBytes, packedBytes, latencyMs }: AppliedEnvelope): void {
    const { metrics } = this;
    const status = applied ? 'stored' : 'duplicate';
    metrics.count('vcf_variants_processed_total', { platform, status }, variants);
    this.#variants[status] += variants;
    if (applied) {
      metrics.count('vcf_variants_processed_total', { platform, status: 'rejected' }, rejected);
      this.#variants.rejected += rejected;
      this.#envelopes.applied += 1;
      this.#variantRate.add(variants);
    } else {
      metrics.count('message_deduplication_total', { stage: 'apply' });
      metrics.count('duplicate_messages_total', { kind: 'redelivered' });
      this.#envelopes.known += 1;
    }
    this.#envelopeRate.add(1);
    metrics.observe('vcf_processing_latency_seconds', { platform }, latencyMs / 1000);
    this.#processing.add(this.#clock.monotonicMs(), latencyMs, 'succeeded');
    if (packedBytes === 0) return;
    metrics.observe('vcf_message_compression_ratio', {}, plainBytes / packedBytes);
    this.#plainBytes += plainBytes;
    this.#packedBytes += packedBytes;
  }

  #duplicate(kind: DuplicateKind): void {
    this.metrics.count('duplicate_messages_total', { kind: labelOf(kind) });
    if (kind !== 'sent again') this.metrics.count('message_deduplication_total', { stage: 'send' });
  }

  #flight(event: FlightEvent): void {
    if (event.kind === 'decision') this.#decision(event);
    else if (event.kind === 'attempt') this.#attempt(event);
    else this.#result(event);
  }

  #decision({ envelopes, strategy, health, order, reason }: DecisionEvent): void {
    const first = health[order[0]!] ?? health.primary;
    const labels = { strategy, platform: first.platform, reason: labelOf(reason) };
    this.metrics.count('routing_decisions_total', labels, envelopes.length);
  }

  #attempt({ envelopes, platform, outcome, durationMs, late }: AttemptEvent): void {
    this.metrics.count('platform_send_attempts_total', { platform, outcome });
    this.metrics.observe('platform_send_duration_seconds', { platform, outcome }, durationMs / 1000);
    if (!late || outcome !== 'acknowledged') return;
    this.metrics.count('duplicate_messages_total', { kind: 'on_both_platforms' }, envelopes.length);
  }

  #result({ envelopes, result, durationMs }: ResultEvent): void {
    this.metrics.count('message_deliveries_total', { result: labelOf(result) }, envelopes.length);
    if (result === 'skipped') return;
    this.metrics.observe('coordinator_latency_seconds', { result: labelOf(result) }, durationMs / 1000);
    this.#coordinator.add(this.#clock.monotonicMs(), durationMs, 'succeeded');
    if (result === 'delivered' || result === 'direct') this.#envelopes.delivered += envelopes.length;
  }
}

/** Our words as a label: `both are ill: the better one` → `both_are_ill_the_better_one`. */
function labelOf(words: string): string {
  return words.toLowerCase().replace(/[^a-z0-9]+/g, '_');
}

function percentiles(window: CallWindow, nowMs: number): Percentiles {
  window.expire(nowMs);
  const at = (share: number) => thousandths(window.percentileMs(share));
  return { samples: window.calls, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
