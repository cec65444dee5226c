/**
 * Every failure this program reports on purpose, by code. The list is closed: docs/errors.md documents each one and a
 * test keeps the two equal. Callers decide by `code`, never by message. Problems *in a file* are data, not errors: see
 * problem.ts.
 */
export const ERROR_CODES = [
  'ABORTED',
  'API_VERSION_GONE',
  'API_VERSION_UNKNOWN',
  'APPLY_STALLED',
  'CHECKPOINT_CORRUPT',
  'CONFIG_INVALID',
  'DATABASE_UNAVAILABLE',
  'DATABASE_ERROR',
  'DELIVERY_FAILED',
  'DISK_FULL',
  'EGRESS_DENIED',
  'EMBEDDER_UNAVAILABLE',
  'ENVELOPE_CORRUPT',
  'FILTER_SYNTAX',
  'FORBIDDEN',
  'HOME_IN_USE',
  'INPUT_CHANGED',
  'INPUT_CORRUPT',
  'INPUT_FORMAT',
  'INPUT_IS_DIRECTORY',
  'INPUT_LIMIT',
  'INPUT_NOT_FOUND',
  'INPUT_TRUNCATED',
  'INPUT_UNREADABLE',
  'INPUT_UNSORTED',
  'LOG_FULL',
  'LOG_UNAVAILABLE',
  'MEDIA_TYPE_UNKNOWN',
  'METHOD_NOT_ALLOWED',
  'NOT_ACCEPTABLE',
  'NOT_FOUND',
  'OPTION_CONFLICT',
  'OUTPUT_UNWRITABLE',
  'OVERLOADED',
  'PLATFORM_AUTHENTICATION',
  'PLATFORM_ERROR',
  'PLATFORM_PROTOCOL',
  'PLATFORM_TIMEOUT',
  'PLATFORM_UNAVAILABLE',
  'PORT_UNAVAILABLE',
  'PROJECTION_DAMAGED',
  'RATE_LIMITED',
  'RECEIPT_UNBALANCED',
  'REFERENCE_UNUSABLE',
  'REQUEST_INVALID',
  'REQUEST_TIMEOUT',
  'REQUEST_TOO_LARGE',
  'TOPIC_NOT_FOUND',
  'UNAUTHENTICATED',
  'UPLOAD_CONFLICT',
  'USAGE',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorOptions {
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
  /** Facts for the reader: file, line, column, limit. Never a sample name, a genotype or a secret. */
  readonly context?: Readonly<Record<string, string | number | boolean>>;
}

/** The one error class. `message` says what happened and, where we know, what to do. */
export class VcfAgentError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly context: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'VcfAgentError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.context = options.context ?? {};
  }
}

/** No answer in time: nobody knows what became of what was asked. */
export function isTimeout(error: unknown): boolean {
  return error instanceof VcfAgentError && error.code === 'PLATFORM_TIMEOUT';
}

/** What went wrong first: what then failed while things were being closed comes wrapped around it. */
export function firstError(error: unknown): unknown {
  return error instanceof SuppressedError ? firstError(error.suppressed) : error;
}
