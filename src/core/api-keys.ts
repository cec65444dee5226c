/** What a key may do; each holds those before it. */
export const SCOPES = ['read', 'write', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** A key as it may be shown: never what it is proved with. */
export interface ApiKey {
  /** Its public half, which stands in the key itself. */
  readonly id: string;
  readonly tenant: string;
  /** For people. */
  readonly name: string;
  readonly scope: Scope;
  readonly createdAt: Date;
  /** Null: never. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** With the SHA-256 (hex) of its secret half. */
export interface KeptApiKey extends ApiKey {
  readonly secretDigest: string;
}

/** Keys, in the truth: what is revoked is revoked for every instance. */
export interface ApiKeyStore {
  /** Makes the tenant too, if there is none of this name. */
  add(key: Omit<KeptApiKey, 'createdAt' | 'revokedAt'>): Promise<ApiKey>;
  /** Of whatever tenant. */
  find(id: string): Promise<KeptApiKey | undefined>;
  /** In the order in which they were made. */
  list(tenant: string): Promise<readonly ApiKey[]>;
  /** For good; once more changes nothing. Throws NOT_FOUND. */
  revoke(tenant: string, id: string): Promise<ApiKey>;
}
