import { STATUS_CODES } from 'node:http';
import { type Static, Type } from 'typebox';
import { type ErrorCode, VcfAgentError } from '../core/errors.ts';

/** The status of every code of ours. docs/api.md has the same table, and a test keeps them equal. */
export const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  ABORTED: 503,
  API_VERSION_GONE: 410,
  API_VERSION_UNKNOWN: 404,
  APPLY_STALLED: 503,
  CHECKPOINT_CORRUPT: 500,
  CONFIG_INVALID: 500,
  DATABASE_UNAVAILABLE: 503,
  DATABASE_ERROR: 500,
  DELIVERY_FAILED: 503,
  DISK_FULL: 507,
  EGRESS_DENIED: 403,
  EMBEDDER_UNAVAILABLE: 503,
  ENVELOPE_CORRUPT: 500,
  FILTER_SYNTAX: 400,
  FORBIDDEN: 403,
  HOME_IN_USE: 503,
  INPUT_CHANGED: 409,
  INPUT_CORRUPT: 422,
  INPUT_FORMAT: 422,
  INPUT_IS_DIRECTORY: 422,
  INPUT_LIMIT: 422,
  INPUT_NOT_FOUND: 404,
  INPUT_TRUNCATED: 422,
  INPUT_UNREADABLE: 422,
  INPUT_UNSORTED: 422,
  LOG_FULL: 503,
  LOG_UNAVAILABLE: 503,
  MEDIA_TYPE_UNKNOWN: 415,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  NOT_FOUND: 404,
  OPTION_CONFLICT: 409,
  OUTPUT_UNWRITABLE: 500,
  OVERLOADED: 503,
  PLATFORM_AUTHENTICATION: 502,
  PLATFORM_ERROR: 502,
  PLATFORM_PROTOCOL: 502,
  PLATFORM_TIMEOUT: 504,
  PLATFORM_UNAVAILABLE: 503,
  PORT_UNAVAILABLE: 500,
  PROJECTION_DAMAGED: 503,
  RATE_LIMITED: 429,
  RECEIPT_UNBALANCED: 500,
  REFERENCE_UNUSABLE: 422,
  REQUEST_INVALID: 400,
  REQUEST_TIMEOUT: 503,
  REQUEST_TOO_LARGE: 413,
  TOPIC_NOT_FOUND: 503,
  UNAUTHENTICATED: 401,
  UPLOAD_CONFLICT: 409,
  USAGE: 400,
};

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
/** What the code of a defect of ours is: nothing about it is told, its request id finds it in the log. */
const INTERNAL = 'INTERNAL';

const DEFAULT_RETRY_SECONDS = 5;

/** RFC 9457, with our code, and with places where a schema was not kept. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'What kind of problem: a path that tells more' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String(),
    code: Type.String({ description: 'Stable: decide by this one' }),
    instance: Type.String({ description: 'The path that was asked for' }),
    requestId: Type.String(),
    retryable: Type.Boolean({ description: 'The same request may succeed later' }),
    context: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
    errors: Type.Optional(
      Type.Array(Type.Object({ in: Type.String(), path: Type.String(), message: Type.String() }), {
        description: 'Each place where the request is not what its schema says',
      }),
    ),
  },
  { description: 'RFC 9457 problem details' },
);

export type Problem = Static<typeof Problem>;

/** What a framework throws, as far as we look at it. */
interface Thrown {
  readonly code?: string;
  readonly statusCode?: number;
  readonly message?: string;
  readonly validation?: readonly { readonly instancePath?: string; readonly message?: string }[];
  readonly validationContext?: string;
}

/** Fastify's codes that are one of ours. */
const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'REQUEST_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNKNOWN',
  FST_ERR_HANDLER_TIMEOUT: 'REQUEST_TIMEOUT',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'MEDIA_TYPE_UNKNOWN',
};

const MAX_ERRORS = 20;

/** What a client is told of an error: of a defect, or of the machine's own trouble, nothing but its code. */
export function problemOf(thrown: unknown, { url, id }: { readonly url: string; readonly id: string }): Problem {
  const error = asOurs(thrown);
  const status = error === undefined ? 500 : STATUS_OF[error.code];
  const code = error?.code ?? INTERNAL;
  const isOurTrouble = status === 500 || code.startsWith('DATABASE_') || code === 'HOME_IN_USE' || code === 'DISK_FULL';
  const { validation, validationContext = 'request' } = (thrown ?? {}) as Thrown;
  return {
    type: `/api/errors#${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error === undefined || isOurTrouble ? `${code}: the log has more, under this request id` : error.message,
    code,
    instance: url.split('?', 1)[0]!,
    requestId: id,
    retryable: error?.retryable ?? false,
    ...(error !== undefined && !isOurTrouble && Object.keys(error.context).length > 0 && { context: error.context }),
    ...(Array.isArray(validation) && {
      errors: validation.slice(0, MAX_ERRORS).map(({ instancePath = '', message = '' }) => ({
        in: validationContext,
        path: instancePath,
        message,
      })),
    }),
  };
}

/** Undefined: a defect. */
export function asOurs(thrown: unknown): VcfAgentError | undefined {
  if (thrown instanceof VcfAgentError) return thrown;
  const { code = '', statusCode = 500, message = '', validation } = (thrown ?? {}) as Thrown;
  if (validation !== undefined) return new VcfAgentError('REQUEST_INVALID', message);
  const known = FRAMEWORK_CODES[code];
  if (known !== undefined) return new VcfAgentError(known, message, { retryable: known === 'REQUEST_TIMEOUT' });
  if (statusCode >= 400 && statusCode < 500) return new VcfAgentError('REQUEST_INVALID', message);
  return undefined;
}

/** `Retry-After` of an answer: always there where it means something. */
export function retryAfterOf({ status }: Pick<Problem, 'status'>): string | undefined {
  return status === 429 || status === 503 ? String(DEFAULT_RETRY_SECONDS) : undefined;
}
