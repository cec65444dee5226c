import type { ApiKey, ApiKeyStore, KeptApiKey } from '../../core/api-keys.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Database } from './connection.ts';

const KEY = `k.key_id as "id", t.name as "tenant", k.name, k.scope, k.created_at as "createdAt",
  k.expires_at as "expiresAt", k.revoked_at as "revokedAt"`;

export class PostgresApiKeys implements ApiKeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async add({ id, tenant, name, scope, secretDigest, expiresAt }: Parameters<ApiKeyStore['add']>[0]): Promise<ApiKey> {
    return await this.#database.transaction(async (client) => {
      await client.query('insert into tenants (name) values ($1) on conflict (name) do nothing', [tenant]);
      const { rows } = await client.query(
        `with k as (
           insert into api_keys (key_id, tenant_id, name, scope, secret_digest, expires_at)
           select $1, tenant_id, $3, $4, $5, $6 from tenants where name = $2 returning *)
         select ${KEY} from k join tenants t using (tenant_id)`,
        [id, tenant, name, scope, secretDigest, expiresAt],
      );
      return rows[0];
    });
  }

  async find(id: string): Promise<KeptApiKey | undefined> {
    return await this.#database.use(async (client) => {
      const { rows } = await client.query(
        `select ${KEY}, k.secret_digest as "secretDigest" from api_keys k join tenants t using (tenant_id)
         where k.key_id = $1`,
        [id],
      );
      return rows[0];
    });
  }

  async list(tenant: string): Promise<readonly ApiKey[]> {
    return await this.#database.use(async (client) => {
      const { rows } = await client.query(
        `select ${KEY} from api_keys k join tenants t using (tenant_id) where t.name = $1
         order by k.created_at, k.key_id`,
        [tenant],
      );
      return rows;
    });
  }

  async revoke(tenant: string, id: string): Promise<ApiKey> {
    return await this.#database.use(async (client) => {
      const { rows } = await client.query(
        `update api_keys k set revoked_at = coalesce(k.revoked_at, now()) from tenants t
         where k.tenant_id = t.tenant_id and t.name = $1 and k.key_id = $2 returning ${KEY}`,
        [tenant, id],
      );
      if (rows.length > 0) return rows[0];
      throw new VcfAgentError('NOT_FOUND', `the tenant ${tenant} has no key ${id}`, { context: { tenant, key: id } });
    });
  }
}
