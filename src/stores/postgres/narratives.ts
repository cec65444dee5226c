import type pg from 'pg';
import type {
  AnalysisRequest,
  BudgetLimits,
  EgressEntry,
  Narrative,
  NarrativeQuery,
  NarrativeStore,
  NewNarrative,
  Spending,
} from '../../core/narratives.ts';
import type { Cancellable } from '../../core/ports.ts';
import type { Database } from './connection.ts';
import { insertEgress, readSpending, reserveSpending, settleSpending } from './spending.ts';

const TENANT = '(select tenant_id from tenants where name = $1)';

const REQUEST = `
  r.request_id as "requestId", r.correlation_id as "correlationId", r.file_id as "fileId", r.variant_id as "variantId",
  r.asked, r.prompt_version as "promptVersion", r.subject`;

/** Requests for narratives and their answers, in PostgreSQL. Rejects as the store does. */
export class PostgresNarratives implements NarrativeStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async addRequests(
    tenant: string,
    requests: readonly AnalysisRequest[],
    options: Cancellable = {},
  ): Promise<readonly string[]> {
    if (requests.length === 0) return [];
    return await this.#database.transaction((client) => insertRequests(client, tenant, requests), options);
  }

  async unanswered(
    tenant: string,
    requestIds: readonly string[],
    options: Cancellable = {},
  ): Promise<readonly string[]> {
    return await this.#database.use((client) => readUnanswered(client, tenant, requestIds), options);
  }

  async requests(tenant: string, requestIds: readonly string[], options: Cancellable = {}) {
    return await this.#database.use(async (client) => {
      const { rows } = await client.query(
        `select ${REQUEST}, n.request_id is not null as answered
         from narrative_requests r left join narratives n using (tenant_id, request_id)
         where r.tenant_id = ${TENANT} and r.request_id = any($2::text[])`,
        [tenant, requestIds],
      );
      return rows.map(({ answered, ...row }) => ({ ...toRequest(row), answered: answered as boolean }));
    }, options);
  }

  async saveNarratives(
    tenant: string,
    narratives: readonly NewNarrative[],
    options: Cancellable = {},
  ): Promise<readonly string[]> {
    if (narratives.length === 0) return [];
    return await this.#database.transaction((client) => insertNarratives(client, tenant, narratives), options);
  }

  async narratives(
    tenant: string,
    { fileId, variantIds, requestIds, signal }: NarrativeQuery,
  ): Promise<readonly Narrative[]> {
    return await this.#database.use(
      async (client) => {
        const { rows } = await client.query(
          `select ${REQUEST}, n.provider, n.model, n.narration, n.failures, n.input_tokens, n.output_tokens,
                  n.cost_micro_usd, n.cached, n.duration_ms as "durationMs", n.answered_at as "answeredAt"
           from narratives n join narrative_requests r using (tenant_id, request_id)
           where n.tenant_id = ${TENANT} and ($2::int is null or r.file_id = $2)
             and ($3::bigint[] is null or r.variant_id = any($3)) and ($4::text[] is null or r.request_id = any($4))
           order by r.variant_id, n.provider, r.asked, r.request_id`,
          [tenant, fileId ?? null, variantIds ?? null, requestIds ?? null],
        );
        return rows.map(toNarrative);
      },
      { signal },
    );
  }

  async cached(
    tenant: string,
    { subject, promptVersion }: Pick<AnalysisRequest, 'subject' | 'promptVersion'>,
    models: Parameters<NarrativeStore['cached']>[2],
    options: Cancellable = {},
  ): ReturnType<NarrativeStore['cached']> {
    if (models.length === 0) return undefined;
    return await this.#database.use(async (client) => {
      const { rows } = await client.query(
        `select n.provider, n.model, n.narration
         from narrative_requests r join narratives n using (tenant_id, request_id)
           join unnest($5::text[], $6::text[]) with ordinality as m (provider, model, place)
             on m.provider = n.provider and m.model = n.model
         where r.tenant_id = ${TENANT} and r.evidence_digest = $2 and r.variant_key = $3 and r.prompt_version = $4
         order by m.place limit 1`,
        [
          tenant,
          subject.digest,
          subject.variantKey,
          promptVersion,
          models.map(({ provider }) => provider),
          models.map(({ model }) => model),
        ],
      );
      const [row] = rows;
      return row === undefined ? undefined : { provider: row.provider, model: row.model, ...row.narration };
    }, options);
  }

  async reserve(
    provider: string,
    spending: Spending,
    limits: BudgetLimits,
    options: Cancellable = {},
  ): Promise<boolean> {
    return await this.#database.use((client) => reserveSpending(client, provider, spending, limits), options);
  }

  async settle(provider: string, difference: Spending, options: Cancellable = {}): Promise<void> {
    await this.#database.use((client) => settleSpending(client, provider, difference), options);
  }

  async spentToday(provider: string, options: Cancellable = {}): Promise<Spending> {
    return await this.#database.use((client) => readSpending(client, provider), options);
  }

  async logEgress(entry: EgressEntry, options: Cancellable = {}): Promise<void> {
    await this.#database.use((client) => insertEgress(client, entry), options);
  }
}

async function insertRequests(
  client: pg.ClientBase,
  tenant: string,
  requests: readonly AnalysisRequest[],
): Promise<readonly string[]> {
  // A file that is being deleted is waited for, and then gone.
  await client.query(
    `select file_id from files where tenant_id = ${TENANT} and file_id = any($2::int[]) order by file_id for key share`,
    [tenant, requests.map(({ fileId }) => fileId)],
  );
  await client.query(
    `insert into narrative_requests (tenant_id, request_id, correlation_id, file_id, variant_id, asked, prompt_version,
                                     variant_key, evidence_digest, subject)
     select f.tenant_id, r.request_id, r.correlation_id, r.file_id, r.variant_id, r.asked, r.prompt_version,
            r.subject ->> 'variantKey', r.subject ->> 'digest', r.subject
     from unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::text[], $8::json[])
            as r (request_id, correlation_id, file_id, variant_id, asked, prompt_version, subject)
       join files f on f.file_id = r.file_id and f.tenant_id = ${TENANT}
     order by r.request_id
     on conflict do nothing`,
    [
      tenant,
      requests.map(({ requestId }) => requestId),
      requests.map(({ correlationId }) => correlationId),
      requests.map(({ fileId }) => fileId),
      requests.map(({ variantId }) => variantId),
      requests.map(({ asked }) => asked),
      requests.map(({ promptVersion }) => promptVersion),
      requests.map(({ subject }) => JSON.stringify(subject)),
    ],
  );
  return await readUnanswered(
    client,
    tenant,
    requests.map(({ requestId }) => requestId),
  );
}

async function readUnanswered(
  client: pg.ClientBase,
  tenant: string,
  requestIds: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await client.query(
    `select r.request_id from narrative_requests r left join narratives n using (tenant_id, request_id)
     where r.tenant_id = ${TENANT} and r.request_id = any($2::text[]) and n.request_id is null`,
    [tenant, requestIds],
  );
  return rows.map(({ request_id: id }) => id as string);
}

/** The primary key decides: of several answers to one request, also of transactions at once, the first is kept. */
async function insertNarratives(
  client: pg.ClientBase,
  tenant: string,
  narratives: readonly NewNarrative[],
): Promise<readonly string[]> {
  // One order for everybody, or two transactions could wait for each other.
  const ordered = narratives.toSorted((a, b) => (a.requestId < b.requestId ? -1 : 1));
  // As with envelopes, the file stays until its outbox entry is there, too.
  await client.query(
    `select f.file_id from files f
     where f.file_id in (select file_id from narrative_requests where tenant_id = ${TENANT} and request_id = any($2::text[]))
     order by f.file_id for key share`,
    [tenant, ordered.map(({ requestId }) => requestId)],
  );
  const { rows } = await client.query(
    `with entered as (
       insert into narratives (tenant_id, request_id, provider, model, narration, failures, input_tokens, output_tokens,
                               cost_micro_usd, cached, duration_ms)
       select r.tenant_id, n.*
       from unnest($2::text[], $3::text[], $4::text[], $5::json[], $6::json[], $7::int[], $8::int[], $9::bigint[],
                   $10::boolean[], $11::int[])
              as n (request_id, provider, model, narration, failures, input_tokens, output_tokens, cost, cached, duration)
         join narrative_requests r on r.tenant_id = ${TENANT} and r.request_id = n.request_id
       order by n.request_id
       on conflict do nothing
       returning tenant_id, request_id),
     told as (
       insert into outbox (tenant_id, file_id, kind)
       select distinct r.tenant_id, r.file_id, 'analysis' from entered e join narrative_requests r using (tenant_id, request_id))
     select request_id from entered`,
    [
      tenant,
      ordered.map(({ requestId }) => requestId),
      ordered.map(({ provider }) => provider),
      ordered.map(({ model }) => model),
      ordered.map(({ statements, decisive }) => JSON.stringify({ statements, decisive })),
      ordered.map(({ failures }) => JSON.stringify(failures)),
      ordered.map(({ usage }) => usage.inputTokens),
      ordered.map(({ usage }) => usage.outputTokens),
      ordered.map(({ usage }) => usage.costMicroUsd),
      ordered.map(({ cached }) => cached),
      ordered.map(({ durationMs }) => Math.round(durationMs)),
    ],
  );
  return rows.map(({ request_id: id }) => id as string);
}

function toRequest(row: pg.QueryResultRow): AnalysisRequest {
  return { ...(row as AnalysisRequest), variantId: BigInt(row.variantId) };
}

function toNarrative({
  narration,
  input_tokens: inputTokens,
  output_tokens: outputTokens,
  cost_micro_usd: cost,
  ...row
}: pg.QueryResultRow): Narrative {
  const usage = { inputTokens, outputTokens, costMicroUsd: Number(cost) };
  return { ...(row as Narrative), ...narration, variantId: BigInt(row.variantId), usage };
}
