import type pg from 'pg';
import { VcfAgentError } from '../../core/errors.ts';
import type { Judgement, NewJudgement, NewVerdict, SaveOptions } from '../../core/verdicts.ts';
import { saveAnnotationSet } from './annotation-sets.ts';
import type { CopyBuffers } from './copy-buffers.ts';
import { copyIn } from './copy-in.ts';
import { classNumber, encodeVerdict, type VerdictKeys } from './encode-verdicts.ts';
import { JUDGEMENT } from './read-verdicts.ts';
import { IDS_PER_FILE } from './schema.ts';
import { VERDICT_COLUMNS } from './verdict-schema.ts';

/** The body of the one transaction. */
export async function saveJudgement(
  client: pg.ClientBase,
  { tenant, fileId, judgement }: { readonly tenant: string; readonly fileId: number; readonly judgement: NewJudgement },
  batches: AsyncIterable<readonly NewVerdict[]>,
  { replace, clinvar, basedOn }: SaveOptions,
  buffers: CopyBuffers,
): Promise<Judgement> {
  const tenantId = await lockFile(client, tenant, fileId);
  if (basedOn !== undefined) await checkNewest(client, fileId, basedOn);
  if (clinvar !== undefined) await saveAnnotationSet(client, tenantId, clinvar);
  // Reviewers write in `share row exclusive` mode: they wait for us, or we for them.
  await client.query('lock table overrides in share mode');
  const { rows } = await client.query(
    `insert into judgements (tenant_id, file_id, inputs, clinvar) values ($1, $2, $3, $4) returning judgement_id as id`,
    [tenantId, fileId, JSON.stringify(judgement.inputs), judgement.clinvar],
  );
  const writer = new VerdictWriter(client, { tenantId, fileId, judgementId: rows[0].id }, replace, buffers);
  await writer.begin();
  for await (const batch of oneAhead(batches)) await writer.write(batch);
  await writer.end();
  const { judged, changed } = writer;
  const saved = await client.query(
    `update judgements set judged = $2, changed = $3 where judgement_id = $1 returning ${JUDGEMENT}`,
    [rows[0].id, judged, changed],
  );
  await client.query(`insert into outbox (tenant_id, file_id, kind) values ($1, $2, 'analysis')`, [tenantId, fileId]);
  return saved.rows[0];
}

/** One run over a file at a time, and no deletion until its end. */
async function lockFile(client: pg.ClientBase, tenant: string, fileId: number): Promise<number> {
  const { rows } = await client.query(
    `select f.tenant_id from files f join tenants t using (tenant_id)
     where f.file_id = $1 and t.name = $2 for no key update of f`,
    [fileId, tenant],
  );
  if (rows.length === 0) throw new VcfAgentError('NOT_FOUND', `There is no file ${fileId}.`);
  return rows[0].tenant_id;
}

async function checkNewest(client: pg.ClientBase, fileId: number, basedOn: number): Promise<void> {
  const { rows } = await client.query('select max(judgement_id) as newest from judgements where file_id = $1', [
    fileId,
  ]);
  if (rows[0].newest === basedOn) return;
  throw new VcfAgentError('OPTION_CONFLICT', `File ${fileId} was judged by somebody else meanwhile: try again.`, {
    retryable: true,
  });
}

/** While one batch is written the next is made. */
async function* oneAhead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  const iterator = items[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = iterator.next();
      // Its failure is told when it is awaited; the caller may stop before.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

interface OldVerdict {
  readonly class: number;
  readonly points: number;
}

/** Puts batches in the place of what was there, and gathers what changed by it. */
class VerdictWriter {
  judged = 0;
  changed = 0;
  readonly #client: pg.ClientBase;
  readonly #keys: VerdictKeys;
  readonly #replace: SaveOptions['replace'];
  readonly #buffers: CopyBuffers;
  /** Everything up to here is replaced. */
  #replaced: bigint;
  #hasOld = true;

  constructor(client: pg.ClientBase, keys: VerdictKeys, replace: SaveOptions['replace'], buffers: CopyBuffers) {
    this.#client = client;
    this.#keys = keys;
    this.#replace = replace;
    this.#buffers = buffers;
    this.#replaced = BigInt(keys.fileId * IDS_PER_FILE) - 1n;
  }

  async begin(): Promise<void> {
    const { rows } = await this.#client.query(
      'select exists (select from verdicts where id > $1::bigint and id <= $2::bigint) as found',
      [this.#replaced, this.#lastId],
    );
    this.#hasOld = rows[0].found;
  }

  async write(batch: readonly NewVerdict[]): Promise<void> {
    const last = batch.at(-1);
    if (last === undefined) return;
    const old = this.#replace === 'all' ? await this.#takeUpTo(last.id) : await this.#take(batch);
    const { judgementId } = this.#keys;
    await copyIn(this.#client, 'verdicts', VERDICT_COLUMNS, batch, this.#buffers, (verdict) =>
      encodeVerdict(verdict, this.#keys, this.#buffers),
    );
    this.judged += batch.length;
    const changes = batch.filter((verdict) => {
      const before = old.get(verdict.id);
      return before !== undefined && (before.class !== classNumber(verdict.class) || before.points !== verdict.points);
    });
    if (changes.length === 0) return;
    this.changed += changes.length;
    await this.#client.query(
      `insert into verdict_changes (tenant_id, file_id, judgement_id, id, old_class, old_points, new_class, new_points)
       select $1, $2, $3, * from unnest($4::bigint[], $5::int[], $6::int[], $7::int[], $8::int[])`,
      [
        this.#keys.tenantId,
        this.#keys.fileId,
        judgementId,
        changes.map(({ id }) => id),
        changes.map(({ id }) => old.get(id)?.class),
        changes.map(({ id }) => old.get(id)?.points),
        changes.map((verdict) => classNumber(verdict.class)),
        changes.map(({ points }) => points),
      ],
    );
  }

  async end(): Promise<void> {
    if (this.#replace === 'all') await this.#takeUpTo(this.#lastId);
  }

  get #lastId(): bigint {
    return BigInt((this.#keys.fileId + 1) * IDS_PER_FILE) - 1n;
  }

  async #takeUpTo(last: bigint): Promise<ReadonlyMap<bigint, OldVerdict>> {
    const after = this.#replaced;
    this.#replaced = last;
    if (!this.#hasOld) return new Map();
    return this.#deleted('id > $1::bigint and id <= $2::bigint', [after, last]);
  }

  async #take(batch: readonly NewVerdict[]): Promise<ReadonlyMap<bigint, OldVerdict>> {
    return this.#deleted('id = any($1::bigint[])', [batch.map(({ id }) => id)]);
  }

  async #deleted(condition: string, values: readonly unknown[]): Promise<ReadonlyMap<bigint, OldVerdict>> {
    const { rows } = await this.#client.query(`delete from verdicts where ${condition} returning id, class, points`, [
      ...values,
    ]);
    return new Map(rows.map((row) => [BigInt(row.id), row as OldVerdict]));
  }
}
