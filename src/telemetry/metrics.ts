import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { COUNTERS, GAUGES, HISTOGRAMS, type MetricShape } from './metric-names.ts';

type Labels<Shape extends MetricShape> = { readonly [Name in Shape['labels'][number]]: string };
type CounterName = keyof typeof COUNTERS;
type HistogramName = keyof typeof HISTOGRAMS;
type GaugeName = keyof typeof GAUGES;

/**
 * The metrics of one process in a registry of their own. Counters and histograms are told what happens; gauges are read when
 * somebody asks (`onScrape`), so that none is older than the answer.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = makeAll(COUNTERS, (shape) => new Counter({ ...shape, registers: [this.#registry] }));
  readonly #histograms = makeAll(HISTOGRAMS, (shape) => new Histogram({ ...shape, registers: [this.#registry] }));
  readonly #gauges = makeAll(GAUGES, (shape) => new Gauge({ ...shape, registers: [this.#registry] }));
  #refresh: () => Promise<void> = async () => undefined;

  /** Also takes Node's own metrics (`process_*`, `nodejs_*`). */
  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Of the text that `text` gives. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  count<Name extends CounterName>(name: Name, labels: Labels<(typeof COUNTERS)[Name]>, by = 1): void {
    this.#counters[name].inc(labels, by);
  }

  /** For what somebody else counts: `total` is what they have counted so far. */
  total<Name extends CounterName>(name: Name, labels: Labels<(typeof COUNTERS)[Name]>, total: number): void {
    this.#counters[name].remove(labels);
    this.#counters[name].inc(labels, total);
  }

  observe<Name extends HistogramName>(name: Name, labels: Labels<(typeof HISTOGRAMS)[Name]>, value: number): void {
    this.#histograms[name].observe(labels, value);
  }

  /** Undefined: not known, so not said. */
  set<Name extends GaugeName>(name: Name, labels: Labels<(typeof GAUGES)[Name]>, value: number | undefined): void {
    if (value !== undefined) this.#gauges[name].set(labels, value);
  }

  /** Called before each `text`, to `set` every gauge anew: what it does not set is gone. */
  onScrape(refresh: () => Promise<void>): void {
    this.#refresh = refresh;
  }

  /** All metrics in Prometheus' text format. */
  async text(): Promise<string> {
    for (const gauge of Object.values(this.#gauges)) forget(gauge);
    await this.#refresh();
    return await this.#registry.metrics();
  }
}

function makeAll<Name extends string, Made>(
  shapes: Readonly<Record<Name, MetricShape>>,
  make: (shape: { name: string; help: string; labelNames: readonly string[]; buckets?: number[] }) => Made,
): Readonly<Record<Name, Made>> {
  const made = Object.entries<MetricShape>(shapes).map(([name, { help, labels, buckets }]) => [
    name,
    make({ name, help, labelNames: labels, ...(buckets === undefined ? {} : { buckets: [...buckets] }) }),
  ]);
  return Object.fromEntries(made);
}

/** A gauge without labels is 0 after a reset, which is a value like any other. */
function forget(gauge: Gauge): void {
  gauge.reset();
  gauge.remove({});
}
