import type pg from 'pg';
import { VcfAgentError } from '../../core/errors.ts';
import type {
  Judgement,
  KeptVerdict,
  PathogenicityClass,
  VariantPlace,
  VerdictChange,
  VerdictClass,
  VerdictQuery,
} from '../../core/verdicts.ts';
import { className, classNumber } from './encode-verdicts.ts';
import { IDS_PER_FILE } from './schema.ts';

const MAX_PAGE = 100_000;
const PLACES_AT_A_TIME = 50_000;
const OWNED = 'tenant_id = (select t.tenant_id from tenants t where t.name = $1)';

export const JUDGEMENT = `
  judgement_id as "judgementId", file_id as "fileId", inputs, clinvar, judged, changed, created_at as "createdAt"`;

export async function readJudgements(client: pg.ClientBase, tenant: string, fileId: number): Promise<Judgement[]> {
  const { rows } = await client.query(
    `select ${JUDGEMENT} from judgements where ${OWNED} and file_id = $2 order by judgement_id desc`,
    [tenant, fileId],
  );
  return rows;
}

export async function readChanges(
  client: pg.ClientBase,
  tenant: string,
  judgementId: number,
): Promise<VerdictChange[]> {
  const { rows } = await client.query(
    `select * from verdict_changes where ${OWNED} and judgement_id = $2 order by id`,
    [tenant, judgementId],
  );
  return rows.map((row) => ({
    id: BigInt(row.id),
    from: { class: className(row.old_class), points: row.old_points },
    to: { class: className(row.new_class), points: row.new_points },
  }));
}

/** Throws USAGE for a limit out of bounds. */
export async function readVerdicts(
  client: pg.ClientBase,
  tenant: string,
  wanted: VerdictQuery,
): Promise<KeptVerdict[]> {
  const { fileId, ids, classes, minPoints, order = 'id', limit, after } = wanted;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new VcfAgentError('USAGE', `The limit is a whole number from 1 to ${MAX_PAGE}.`);
  }
  const values: unknown[] = [tenant];
  const conditions = [OWNED];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    conditions.push(condition(`$${values.push(value)}`));
  };
  if (fileId !== undefined) {
    add(fileId * IDS_PER_FILE, (p) => `id >= ${p}::bigint and id < ${p}::bigint + ${IDS_PER_FILE}`);
  }
  if (ids !== undefined) add(ids, (p) => `id = any(${p}::bigint[])`);
  if (classes !== undefined) add(classes.map(classNumber), (p) => `effective = any(${p}::smallint[])`);
  if (minPoints !== undefined) add(minPoints, (p) => `points >= ${p}::int and class > 0`);
  if (after !== undefined) {
    const behind = (p: string): string => `id > ${p}::bigint`;
    if (order === 'id') add(after.id, behind);
    else {
      const points = `$${values.push(after.points)}::int`;
      add(after.id, (p) => `(points < ${points} or (points = ${points} and ${behind(p)}))`);
    }
  }
  const { rows } = await client.query(
    `select * from verdicts where ${conditions.join(' and ')}
     order by ${order === 'points' ? 'points desc, ' : ''}id limit ${limit}`,
    values,
  );
  return rows.map(toVerdict);
}

interface VerdictSqlRow {
  readonly id: string;
  readonly file_id: number;
  readonly judgement_id: number;
  readonly class: number;
  readonly points: number;
  readonly own_class: number;
  readonly own_points: number;
  readonly lowest: number;
  readonly highest: number;
  readonly reviewed: number | null;
  readonly crosses: boolean;
  readonly digest: Buffer;
  readonly met: string;
}

function toVerdict(row: VerdictSqlRow): KeptVerdict {
  return {
    id: BigInt(row.id),
    fileId: row.file_id,
    judgementId: row.judgement_id,
    class: className(row.class),
    points: row.points,
    withoutClinvar: { class: className(row.own_class), points: row.own_points },
    least: className(row.lowest),
    greatest: className(row.highest),
    met: row.met.split(' ').filter(Boolean),
    crossesClinvar: row.crosses,
    digest: row.digest.toString('hex'),
    reviewed: row.reviewed === null ? undefined : (className(row.reviewed) as PathogenicityClass),
  };
}

export async function countVerdicts(
  client: pg.ClientBase,
  tenant: string,
  fileId: number,
): Promise<ReadonlyMap<VerdictClass, number>> {
  const { rows } = await client.query(
    `select effective, count(*)::int as count from verdicts
     where ${OWNED} and id >= $2::bigint and id < $2::bigint + ${IDS_PER_FILE} group by effective`,
    [tenant, fileId * IDS_PER_FILE],
  );
  return new Map(rows.map(({ effective, count }) => [className(effective), count]));
}

/** Every row of a file, by id. */
export async function* readPlaces(
  client: pg.ClientBase,
  tenant: string,
  fileId: number,
): AsyncGenerator<readonly VariantPlace[]> {
  let after = fileId * IDS_PER_FILE - 1;
  for (;;) {
    const { rows } = await client.query(
      `select id, chrom, pos, gene from variants where ${OWNED} and id > $2 and id < $3 order by id limit ${PLACES_AT_A_TIME}`,
      [tenant, after, (fileId + 1) * IDS_PER_FILE],
    );
    if (rows.length === 0) return;
    after = Number(rows.at(-1).id);
    yield rows.map((row) => ({ ...row, id: BigInt(row.id) }));
  }
}
