import type pg from 'pg';
import type { BudgetLimits, EgressEntry, Spending } from '../../core/narratives.ts';
import { tenantIdOf } from './files.ts';

const TODAY = `(now() at time zone 'utc')::date`;

/** One statement, so that workers who book at once cannot both have what is left. */
export async function reserveSpending(
  client: pg.ClientBase,
  provider: string,
  { requests, tokens, costMicroUsd }: Spending,
  limits: BudgetLimits,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into provider_spending as s (provider, day, requests, tokens, cost_micro_usd)
     select $1, ${TODAY}, $2::bigint, $3::bigint, $4::bigint
     where ($5::bigint is null or $2 <= $5) and ($6::bigint is null or $3 <= $6) and ($7::bigint is null or $4 <= $7)
     on conflict (provider, day) do update
       set requests = s.requests + excluded.requests, tokens = s.tokens + excluded.tokens,
           cost_micro_usd = s.cost_micro_usd + excluded.cost_micro_usd
       where ($5::bigint is null or s.requests + excluded.requests <= $5)
         and ($6::bigint is null or s.tokens + excluded.tokens <= $6)
         and ($7::bigint is null or s.cost_micro_usd + excluded.cost_micro_usd <= $7)`,
    [provider, requests, tokens, costMicroUsd, limits.requests, limits.tokens, limits.costMicroUsd],
  );
  return rowCount === 1;
}

/** Never below nothing: the day may have changed since it was booked. */
export async function settleSpending(client: pg.ClientBase, provider: string, difference: Spending): Promise<void> {
  await client.query(
    `update provider_spending
     set requests = greatest(0, requests + $2), tokens = greatest(0, tokens + $3),
         cost_micro_usd = greatest(0, cost_micro_usd + $4)
     where provider = $1 and day = ${TODAY}`,
    [provider, difference.requests, difference.tokens, difference.costMicroUsd],
  );
}

export async function readSpending(client: pg.ClientBase, provider: string): Promise<Spending> {
  const { rows } = await client.query(
    `select requests, tokens, cost_micro_usd from provider_spending where provider = $1 and day = ${TODAY}`,
    [provider],
  );
  const { requests = 0, tokens = 0, cost_micro_usd: cost = 0 } = rows[0] ?? {};
  return { requests: Number(requests), tokens: Number(tokens), costMicroUsd: Number(cost) };
}

export async function insertEgress(client: pg.ClientBase, entry: EgressEntry): Promise<void> {
  const tenantId = await tenantIdOf(client, entry.tenant);
  const { fileId, requestId, provider, host, bodyDigest, bodyBytes, withheld } = entry;
  await client.query(
    `insert into egress (tenant_id, file_id, request_id, provider, host, body_digest, body_bytes, withheld)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [tenantId, fileId, requestId, provider, host, bodyDigest, bodyBytes, JSON.stringify(withheld)],
  );
}
