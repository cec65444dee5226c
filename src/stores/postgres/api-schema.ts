/** What the HTTP API keeps: its keys, its jobs, and which single variants came already. docs/schema.md describes them. */
export const API_TABLES: readonly string[] = [
  `create table api_keys (
     key_id text collate "C" primary key,
     tenant_id integer not null references tenants,
     name text not null,
     scope text not null,
     secret_digest text not null,
     created_at timestamptz not null default now(),
     expires_at timestamptz,
     revoked_at timestamptz
   )`,
  'create index api_keys_by_tenant on api_keys (tenant_id, created_at)',
  `create table jobs (
     job_id uuid primary key,
     tenant_id integer not null references tenants,
     kind text not null,
     status text not null,
     subject json not null,
     progress json,
     result json,
     error json,
     request_id text not null,
     attempts integer not null,
     worker text not null,
     created_at timestamptz not null,
     started_at timestamptz,
     finished_at timestamptz
   )`,
  'create index jobs_by_tenant on jobs (tenant_id, created_at desc, job_id)',
  `create index jobs_unfinished on jobs (worker) where status in ('queued', 'running')`,
  // Goes with its file: what was deleted may come again.
  `create table stream_entries (
     file_id integer not null references files on delete cascade,
     entry_id bytea not null,
     tenant_id integer not null,
     number integer not null,
     primary key (file_id, entry_id)
   )`,
];
