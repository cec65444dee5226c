import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ApiKey, Scope } from '../core/api-keys.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Clock, VariantStore } from '../core/ports.ts';

export interface NewApiKey {
  readonly tenant: string;
  /** For people. */
  readonly name: string;
  readonly scope: Scope;
  readonly expiresAt?: Date | undefined;
}

/** The key itself is told once and kept nowhere. */
export interface MadeApiKey {
  readonly key: ApiKey;
  readonly text: string;
}

/** `vcfa_` id `_` secret `_` check: the prefix lets scanners of source code find leaked ones, the check refuses noise without a look at the database. */
const KEY = /^vcfa_([0-9a-f]{16})_([A-Za-z0-9_-]{43})_([0-9a-f]{8})$/;
const ID_BYTES = 8;
/** 256 bits: nobody guesses one, so its digest needs no salt and no slow hash. docs/api.md says more. */
const SECRET_BYTES = 32;

/** Makes a key, and its tenant if there is none of this name. Throws USAGE for one that has expired already. */
export async function createApiKey(
  { keys }: Pick<VariantStore, 'keys'>,
  { tenant, name, scope, expiresAt }: NewApiKey,
  clock: Clock,
): Promise<MadeApiKey> {
  if (expiresAt !== undefined && expiresAt.getTime() <= clock.now()) {
    throw new VcfAgentError('USAGE', `a key that expires at ${expiresAt.toISOString()} is of no use: that is past`);
  }
  const id = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const key = await keys.add({
    id,
    tenant,
    name,
    scope,
    secretDigest: digestOf(secret).toString('hex'),
    expiresAt: expiresAt ?? null,
  });
  return { key, text: `vcfa_${id}_${secret}_${checkOf(id, secret)}` };
}

/** Whose key this is; undefined when it is none, or one that is revoked or expired. Takes as long for a wrong secret as for the right one. */
export async function authenticate(
  { keys }: Pick<VariantStore, 'keys'>,
  text: string,
  clock: Clock,
): Promise<ApiKey | undefined> {
  const [, id = '', secret = '', check] = KEY.exec(text) ?? [];
  if (check === undefined || check !== checkOf(id, secret)) return undefined;
  const found = await keys.find(id);
  if (found === undefined) return undefined;
  const { secretDigest, ...key } = found;
  if (!timingSafeEqual(digestOf(secret), Buffer.from(secretDigest, 'hex'))) return undefined;
  const isOver = key.expiresAt !== null && key.expiresAt.getTime() <= clock.now();
  return key.revokedAt !== null || isOver ? undefined : key;
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function checkOf(id: string, secret: string): string {
  return crc32(`${id}_${secret}`).toString(16).padStart(8, '0');
}
