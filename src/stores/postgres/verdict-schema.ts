/** Columns of `verdicts` in the order in which COPY sends them. */
export const VERDICT_COLUMNS = [
  ...['id', 'tenant_id', 'file_id', 'judgement_id'],
  ...['class', 'points', 'own_class', 'own_points', 'lowest', 'highest', 'reviewed', 'crosses', 'digest', 'met'],
] as const;

/** Tables of what is judged about stored variants. docs/schema.md describes them. Classes by number: 1 benign to 5 pathogenic, 0 not classified. */
export const VERDICT_SCHEMA: readonly string[] = [
  `create table judgements (
     judgement_id integer generated always as identity primary key,
     tenant_id integer not null,
     file_id integer not null references files on delete cascade,
     inputs json not null,
     clinvar text,
     judged integer not null default 0,
     changed integer not null default 0,
     created_at timestamptz not null default now()
   )`,
  `create index judgements_by_file on judgements (file_id, judgement_id)`,
  `create table verdicts (
     id bigint primary key,
     tenant_id integer not null,
     file_id integer not null,
     judgement_id integer not null,
     class smallint not null,
     points smallint not null,
     own_class smallint not null,
     own_points smallint not null,
     lowest smallint not null,
     highest smallint not null,
     reviewed smallint,
     effective smallint generated always as (coalesce(reviewed, class)) stored,
     crosses boolean not null,
     digest bytea not null,
     met text not null,
     check (least(class, own_class, lowest, highest, reviewed) >= 0 and greatest(class, own_class, lowest, highest, reviewed) <= 5)
   )`,
  // Few of a file, and what everybody asks for.
  `create index verdicts_pathogenic on verdicts (effective, id) where effective >= 4`,
  `create table verdict_changes (
     tenant_id integer not null,
     file_id integer not null,
     judgement_id integer not null,
     id bigint not null,
     old_class smallint not null,
     old_points smallint not null,
     new_class smallint not null,
     new_points smallint not null,
     primary key (judgement_id, id)
   )`,
  `create index verdict_changes_by_file on verdict_changes (file_id)`,
  `create table overrides (
     override_id integer generated always as identity primary key,
     tenant_id integer not null references tenants,
     key text collate "C" not null,
     assembly text not null,
     class smallint,
     comment text not null,
     reviewer text not null,
     created_at timestamptz not null default now()
   )`,
  // Hashed: an allele may be longer than a B-tree key.
  `create index overrides_by_key on overrides using hash (key)`,
  `create function refuse_change() returns trigger language plpgsql as
     $$ begin raise exception 'the history of overrides only grows'; end $$`,
  `create trigger overrides_only_grow before update or delete or truncate on overrides
     for each statement execute function refuse_change()`,
  `create table annotation_sets (
     tenant_id integer not null,
     digest text collate "C" not null,
     kind text not null,
     name text not null,
     version text not null,
     created_at timestamptz not null default now(),
     primary key (tenant_id, digest)
   )`,
  `create table annotation_parts (
     tenant_id integer not null,
     digest text collate "C" not null,
     part integer not null,
     encoding text not null,
     length integer not null,
     bytes bytea not null,
     primary key (tenant_id, digest, part),
     foreign key (tenant_id, digest) references annotation_sets on delete cascade
   )`,
  `alter table annotation_parts alter column bytes set storage external`,
];
