/** Tables of narratives, statement by statement. docs/providers.md describes them. */
export const NARRATIVE_TABLES: readonly string[] = [
  `create table narrative_requests (
     tenant_id integer not null,
     request_id text collate "C" not null,
     correlation_id text collate "C" not null,
     file_id integer not null references files on delete cascade,
     variant_id bigint not null,
     asked text not null,
     prompt_version text not null,
     variant_key text not null,
     evidence_digest text collate "C" not null,
     subject json not null,
     requested_at timestamptz not null default now(),
     primary key (tenant_id, request_id)
   )`,
  `create index narrative_requests_by_file on narrative_requests (file_id, variant_id)`,
  // Answers are looked up by what they are about, from whichever file: that is the cache. Hashed: an allele may be longer than a B-tree key.
  `create index narrative_requests_by_evidence on narrative_requests using hash (evidence_digest)`,
  `create table narratives (
     tenant_id integer not null,
     request_id text collate "C" not null,
     provider text not null,
     model text not null,
     narration json not null,
     failures json not null,
     input_tokens integer not null,
     output_tokens integer not null,
     cost_micro_usd bigint not null,
     cached boolean not null,
     duration_ms integer not null,
     answered_at timestamptz not null default now(),
     primary key (tenant_id, request_id),
     foreign key (tenant_id, request_id) references narrative_requests on delete cascade
   )`,
  `create table provider_spending (
     provider text not null,
     day date not null,
     requests bigint not null,
     tokens bigint not null,
     cost_micro_usd bigint not null,
     primary key (provider, day)
   )`,
  // Outlives the files: who looks for what has left this machine must find it.
  `create table egress (
     egress_id bigint generated always as identity primary key,
     tenant_id integer not null,
     file_id integer not null,
     request_id text not null,
     provider text not null,
     host text not null,
     body_digest text not null,
     body_bytes integer not null,
     withheld json not null,
     sent_at timestamptz not null default now()
   )`,
];
