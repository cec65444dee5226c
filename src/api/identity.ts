import type { FastifyRequest } from 'fastify';
import { authenticate } from '../app/api-keys.ts';
import { SCOPES, type Scope } from '../core/api-keys.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Clock, VariantStore } from '../core/ports.ts';

/** Who asks, and whose data it is about. */
export interface Identity {
  readonly tenant: string;
  readonly scope: Scope;
  /** Of the key; undefined: nobody showed one, which is allowed here. */
  readonly keyId: string | undefined;
}

/** `public`: whoever asks. */
export type RouteScope = Scope | 'public';

export interface IdentityPorts {
  readonly store: Pick<VariantStore, 'keys'>;
  readonly clock: Clock;
  /** Whose data is asked for without a key; undefined: that is refused. */
  readonly anonymousTenant: string | undefined;
}

const BEARER = /^Bearer +(\S+)$/i;
const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
/** A proxy stands between: what looks like this machine need not be. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** Finds out who asks. Throws UNAUTHENTICATED, or FORBIDDEN for what the key may not do. */
export async function identify(
  request: FastifyRequest,
  needed: Scope,
  { store, clock, anonymousTenant }: IdentityPorts,
): Promise<Identity> {
  const text = keyOf(request);
  if (text === undefined) {
    if (anonymousTenant === undefined || FORWARDING.some((name) => name in request.headers)) throw unauthenticated();
    checkOrigin(request);
    return { tenant: anonymousTenant, scope: 'admin', keyId: undefined };
  }
  const key = await authenticate(store, text, clock);
  if (key === undefined) throw unauthenticated('the API key is not known, revoked or expired');
  if (SCOPES.indexOf(key.scope) < SCOPES.indexOf(needed)) {
    throw new VcfAgentError('FORBIDDEN', `this needs a key with the scope ${needed}; this one has ${key.scope}`);
  }
  return { tenant: key.tenant, scope: key.scope, keyId: key.id };
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const { authorization, 'x-api-key': header } = headers;
  if (authorization === undefined) return header === undefined ? undefined : String(header);
  // Another scheme is not nobody: it is somebody whom we do not know.
  return BEARER.exec(authorization)?.[1] ?? '';
}

/** Without a key, a page that somebody looks at must not ask in his name: neither under another name of this machine nor from elsewhere. */
function checkOrigin({ headers, protocol }: FastifyRequest): void {
  const host = headers.host ?? '';
  if (!LOOPBACK_NAMES.has(host.replace(/:\d+$/, ''))) {
    throw new VcfAgentError('FORBIDDEN', 'without a key the host has to be localhost, 127.0.0.1 or [::1]');
  }
  const { origin } = headers;
  if (origin !== undefined && origin !== `${protocol}://${host}`) {
    throw new VcfAgentError('FORBIDDEN', 'without a key no page of another origin may ask');
  }
}

function unauthenticated(why = 'show an API key: Authorization: Bearer <key>'): VcfAgentError {
  return new VcfAgentError('UNAUTHENTICATED', why);
}
