import { type ErrorCode, VcfAgentError } from '../../core/errors.ts';

/** What we read of the client's errors and of Node's below them. */
interface Cause {
  readonly code?: unknown;
  /** Kafka's own name of a refusal: `UNKNOWN_TOPIC_OR_PARTITION`. */
  readonly apiId?: unknown;
  readonly canRetry?: unknown;
  readonly message?: unknown;
  readonly errors?: readonly unknown[];
  readonly cause?: unknown;
}

/** Refusals by name: what they are to our callers. Others are PLATFORM_ERROR, retryable as Kafka says. */
const REFUSALS: Readonly<Record<string, readonly [code: ErrorCode, retryable: boolean]>> = {
  UNKNOWN_TOPIC_OR_PARTITION: ['TOPIC_NOT_FOUND', false],
  UNKNOWN_TOPIC_ID: ['TOPIC_NOT_FOUND', false],
  SASL_AUTHENTICATION_FAILED: ['PLATFORM_AUTHENTICATION', false],
  TOPIC_AUTHORIZATION_FAILED: ['PLATFORM_AUTHENTICATION', false],
  GROUP_AUTHORIZATION_FAILED: ['PLATFORM_AUTHENTICATION', false],
  CLUSTER_AUTHORIZATION_FAILED: ['PLATFORM_AUTHENTICATION', false],
  UNSUPPORTED_SASL_MECHANISM: ['PLATFORM_AUTHENTICATION', false],
  UNSUPPORTED_VERSION: ['PLATFORM_PROTOCOL', false],
  NOT_ENOUGH_REPLICAS: ['PLATFORM_UNAVAILABLE', true],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: ['PLATFORM_UNAVAILABLE', true],
  LEADER_NOT_AVAILABLE: ['PLATFORM_UNAVAILABLE', true],
  NOT_LEADER_OR_FOLLOWER: ['PLATFORM_UNAVAILABLE', true],
  BROKER_NOT_AVAILABLE: ['PLATFORM_UNAVAILABLE', true],
  COORDINATOR_NOT_AVAILABLE: ['PLATFORM_UNAVAILABLE', true],
  REQUEST_TIMED_OUT: ['PLATFORM_TIMEOUT', true],
};

/** Node's and OpenSSL's codes of a TLS handshake that failed for what one side showed the other. */
const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$|HOSTNAME_MISMATCH$)/;
const TLS_MESSAGE = /^(Broker requires TLS|TLS handshake failed)/;

/** Worst first: what decides when several attempts ended differently. */
const ORDER: readonly ErrorCode[] = [
  'PLATFORM_AUTHENTICATION',
  'TOPIC_NOT_FOUND',
  'PLATFORM_PROTOCOL',
  'PLATFORM_ERROR',
  'PLATFORM_TIMEOUT',
  'PLATFORM_UNAVAILABLE',
];

interface Finding {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly detail: string;
}

/** Any error of the client as ours; `doing` begins its message ("Kafka: sending to vcf-variants"). Our own pass as they are. */
export function asPlatformError(error: unknown, doing: string): VcfAgentError {
  if (error instanceof VcfAgentError) return error;
  const findings = [...findingsIn(error)].sort((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code));
  const { code, retryable, detail } = findings[0] ?? {
    code: 'PLATFORM_ERROR',
    retryable: false,
    detail: (error as Error).message,
  };
  return new VcfAgentError(code, `${doing}: ${detail}`, { retryable, cause: error });
}

/** Kafka's names of the refusals in an error, however deep they lie. */
export function refusalsIn(error: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { apiId } of chain(error)) if (typeof apiId === 'string') names.add(apiId);
  return names;
}

/** True when not one of the brokers that the client knows took a connection. */
export function isUnreachable(error: unknown): boolean {
  for (const { message } of chain(error)) if (message === 'Cannot connect to any broker.') return true;
  return false;
}

function* findingsIn(error: unknown): Generator<Finding> {
  for (const cause of chain(error)) {
    const finding = findingOf(cause);
    if (finding !== undefined) yield finding;
  }
}

function findingOf({ code, apiId, canRetry, message }: Cause): Finding | undefined {
  const detail = String(message);
  if (typeof apiId === 'string') {
    const [known, retryable] = REFUSALS[apiId] ?? ['PLATFORM_ERROR', canRetry === true];
    return { code: known, retryable, detail: `${apiId}: ${detail}` };
  }
  if (code === 'PLT_KFK_AUTHENTICATION' || TLS_CODE.test(String(code)) || TLS_MESSAGE.test(detail)) {
    return { code: 'PLATFORM_AUTHENTICATION', retryable: false, detail };
  }
  if (detail.startsWith('Unknown topic ')) return { code: 'TOPIC_NOT_FOUND', retryable: false, detail };
  if (code === 'PLT_KFK_UNSUPPORTED_API') return { code: 'PLATFORM_PROTOCOL', retryable: false, detail };
  // The client's timeouts have the code of its network errors.
  if (/timed out/.test(detail)) return { code: 'PLATFORM_TIMEOUT', retryable: true, detail };
  if (code === 'PLT_KFK_NETWORK') return { code: 'PLATFORM_UNAVAILABLE', retryable: true, detail };
  return undefined;
}

/** An error, what it bundles and what caused it. */
function* chain(error: unknown): Generator<Cause> {
  if (typeof error !== 'object' || error === null) return;
  const { errors = [], cause } = error as Cause;
  yield error as Cause;
  for (const inner of errors) yield* chain(inner);
  yield* chain(cause);
}
