import { type Static, Type } from 'typebox';

/** How a platform is chosen: docs/routing.md. */
export const Strategy = Type.Enum(['INTELLIGENT', 'PRIMARY_ONLY', 'FALLBACK_ONLY', 'ROUND_ROBIN']);

export type Strategy = Static<typeof Strategy>;

const MIB = 1024 * 1024;

/** How envelopes are carried over two platforms. */
export const CoordinatorOptions = Type.Object(
  {
    strategy: Type.Enum(['INTELLIGENT', 'PRIMARY_ONLY', 'FALLBACK_ONLY', 'ROUND_ROBIN'], {
      default: 'INTELLIGENT',
      env: 'VCF_AGENT_STRATEGY',
      description: 'How a platform is chosen',
    }),
    rolloutPercent: Type.Integer({
      minimum: 0,
      maximum: 100,
      default: 100,
      description: 'Share of tenants that use the primary; the others have the fallback only',
    }),
    experimentPercent: Type.Integer({
      minimum: 0,
      maximum: 100,
      default: 0,
      description: 'Share of tenants that are routed by experimentStrategy',
    }),
    experimentStrategy: Type.Enum(['INTELLIGENT', 'PRIMARY_ONLY', 'FALLBACK_ONLY', 'ROUND_ROBIN'], {
      default: 'ROUND_ROBIN',
      description: 'The other arm of the experiment',
    }),
    hedgeAfterMs: Type.Integer({
      minimum: 1,
      default: 250,
      description: 'A send without an answer for this long goes to the other platform as well',
    }),
    sendTimeoutMs: Type.Integer({
      minimum: 1,
      default: 5_000,
      description: 'A send without an answer for this long is given up: whether it arrived is unknown',
    }),
    maxRetries: Type.Integer({
      minimum: 0,
      default: 3,
      description: 'Further rounds over the platforms before the dead letter',
    }),
    retryBackoffMs: Type.Integer({ minimum: 0, default: 200, description: 'Wait before the first retry; doubles' }),
    maxRetryBackoffMs: Type.Integer({ minimum: 0, default: 5_000, description: 'Longest wait between retries' }),
    failbackHoldMs: Type.Integer({
      minimum: 0,
      default: 5_000,
      description: 'How long the primary has to be well again before it is used; doubles when it does not last',
    }),
    maxFailbackHoldMs: Type.Integer({ minimum: 0, default: 60_000, description: 'Longest that it has to be well' }),
    maxPendingMessages: Type.Integer({
      minimum: 1,
      default: 10_000,
      description: 'Envelopes under way; more are refused',
    }),
    maxPendingBytes: Type.Integer({ minimum: 1, default: 256 * MIB, description: 'Bytes under way; more are refused' }),
    maxStragglerBytes: Type.Integer({
      minimum: 0,
      default: 64 * MIB,
      description: 'Bytes of sends to a platform that go on although the other has the envelope; more are cut off',
    }),
    directFallback: Type.Boolean({
      default: false,
      description: 'Write straight to the database when no platform takes an envelope',
    }),
    seenIds: Type.Integer({ minimum: 0, default: 50_000, description: 'Delivered ids remembered, to save work only' }),
  },
  { additionalProperties: false },
);

export type CoordinatorOptions = Static<typeof CoordinatorOptions>;
