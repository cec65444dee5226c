import { type Static, type TObject, Type } from 'typebox';
import { Value } from 'typebox/value';
import { VcfAgentError } from '../core/errors.ts';

/** When a circuit breaker opens and how it closes again. Semantics: circuit-breaker.ts and docs/health.md. */
export const BreakerOptions = Type.Object(
  {
    failureThreshold: Type.Integer({
      minimum: 3,
      maximum: 10,
      default: 5,
      description: 'Failures in a row that open it',
    }),
    openMs: Type.Integer({ minimum: 1, default: 30_000, description: 'How long it stays open before a trial' }),
    halfOpenPermits: Type.Integer({ minimum: 1, default: 3, description: 'Trials under way at once while half open' }),
    successThreshold: Type.Integer({ minimum: 1, default: 3, description: 'Successful trials that close it' }),
    windowCalls: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 100,
      description: 'Calls its rates look back on',
    }),
    windowMs: Type.Integer({ minimum: 1, default: 60_000, description: 'Age at which a call no longer counts' }),
    minimumCalls: Type.Integer({
      minimum: 1,
      default: 20,
      description: 'Fewer calls than these say nothing of a rate',
    }),
    failureRate: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.5,
      description: 'Share of failures that opens it',
    }),
    slowCallMs: Type.Integer({ minimum: 1, default: 5_000, description: 'A call this long is slow' }),
    slowCallRate: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.8,
      description: 'Share of slow calls that opens it',
    }),
  },
  { additionalProperties: false },
);

export type BreakerOptions = Static<typeof BreakerOptions>;

/** How much each part counts in a health score. Only their ratio matters. */
export const HealthWeights = Type.Object(
  {
    latency: Type.Number({ minimum: 0, default: 0.4 }),
    errors: Type.Number({ minimum: 0, default: 0.4 }),
    throughput: Type.Number({ minimum: 0, default: 0.2 }),
  },
  { additionalProperties: false },
);

export type HealthWeights = Static<typeof HealthWeights>;

/** What counts as ill. Defaults depend on the environment: thresholds.ts. */
export const Thresholds = Type.Object(
  {
    failoverScore: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'A platform at or below this score is not used',
    }),
    errorRate: Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'Share of failed sends that is too much' }),
    latencyMs: Type.Number({ exclusiveMinimum: 0, description: '95th percentile of a send that is too much' }),
    checkEveryMs: Type.Integer({ minimum: 1, description: 'How often a platform that is well is asked' }),
  },
  { additionalProperties: false },
);

export type Thresholds = Static<typeof Thresholds>;

/** How the signals of the sends themselves are read. */
export const SignalOptions = Type.Object(
  {
    windowCalls: Type.Integer({ minimum: 1, maximum: 100_000, default: 1000, description: 'Sends looked back on' }),
    windowMs: Type.Integer({ minimum: 1, default: 30_000, description: 'Age at which a send no longer counts' }),
    minimumCalls: Type.Integer({
      minimum: 1,
      default: 200,
      description:
        'Rates are taken of at least this many sends, so that one failure after a pause is not a rate of 100 %',
    }),
    silentAfterMs: Type.Integer({
      minimum: 1,
      default: 500,
      description: 'A platform that answers nothing for this long while sends wait hangs',
    }),
  },
  { additionalProperties: false },
);

export type SignalOptions = Static<typeof SignalOptions>;

/** How the monitor asks. */
export const MonitorOptions = Type.Object(
  {
    probeTimeoutMs: Type.Integer({
      minimum: 1,
      default: 1000,
      description: 'A probe without an answer for this long failed',
    }),
    firstProbeTimeoutMs: Type.Integer({
      minimum: 1,
      default: 5000,
      description: 'The same, of a platform that has not answered any yet: it has to be connected to first',
    }),
    recoveryCheckMs: Type.Integer({
      minimum: 1,
      default: 1000,
      description: 'How often a platform that is ill is asked',
    }),
  },
  { additionalProperties: false },
);

export type MonitorOptions = Static<typeof MonitorOptions>;

/** When the host is short of something. Shares are of the whole, from 0 to 1. */
export const SystemLimits = Type.Object(
  {
    memoryShare: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.92,
      description: 'Memory in use, of the machine or the container',
    }),
    criticalMemoryShare: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.97,
      description: 'Memory in use that sheds at once',
    }),
    cpuShare: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 1,
      description: 'CPU in use; 1: never a reason, because an ingest is meant to use all of it',
    }),
    diskFreeBytes: Type.Integer({ minimum: 0, default: 256 * 1024 * 1024, description: 'Room left below the home' }),
    eventLoopDelayMs: Type.Number({ minimum: 1, default: 2000, description: 'How late this process does what is due' }),
    sampleEveryMs: Type.Integer({ minimum: 1, default: 1000, description: 'How often the host is looked at' }),
  },
  { additionalProperties: false },
);

export type SystemLimits = Static<typeof SystemLimits>;

/** Options with their defaults filled in and checked. Throws CONFIG_INVALID naming the one that is wrong. */
export function parseOptions<Schema extends TObject>(
  name: string,
  schema: Schema,
  given: Partial<Static<Schema>> = {},
): Static<Schema> {
  const value = Value.Default(schema, { ...given });
  const problem = Value.Errors(schema, value)[0];
  if (problem === undefined) return value as Static<Schema>;
  const path = `${name}${problem.instancePath.replaceAll('/', '.')}`;
  throw new VcfAgentError('CONFIG_INVALID', `${path}: it ${problem.message}`, { context: { option: path } });
}
