import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Service } from '../app/service.ts';
import type { Identity, RouteScope } from './identity.ts';
import type { SchemaTypes } from './schema.ts';
import type { ApiVersion } from './versioning/versions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key needs to be allowed this. Every route says it. */
    scope?: RouteScope;
  }
  interface FastifyRequest {
    identity: Identity;
  }
}

/** A server whose routes have the types of their schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  SchemaTypes
>;

/** What routes are made of. */
export interface RouteParts {
  readonly service: Service;
  readonly versions: readonly ApiVersion[];
}

/** For routes that take or give streams: they take as long as they take, and end with their client. */
export const STREAM_TIMEOUT_MS = 2 ** 31 - 1;
