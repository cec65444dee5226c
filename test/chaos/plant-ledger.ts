// Plants a bug: rows are committed first and their ledger entries a moment later, in a transaction of their own.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

type Query = (this: pg.Client, text: string, values?: unknown[]) => Promise<pg.QueryResult>;

const query = pg.Client.prototype.query as unknown as Query;
const late = new WeakMap<pg.Client, [string, unknown[]]>();

const planted: Query = async function (text, values) {
  if (typeof text !== 'string') return query.call(this, text, values);
  if (text.includes('insert into ledger') && values !== undefined) {
    late.set(this, [text, values]);
    const unknown =
      'select id as envelope_id from unnest($1::text[]) id where id not in (select envelope_id from ledger)';
    return query.call(this, unknown, [values[1]]);
  }
  const result = await query.call(this, text, values);
  const insert = late.get(this);
  if (insert !== undefined && /^commit/i.test(text)) {
    late.delete(this);
    await sleep(50);
    await query.call(this, ...insert);
  }
  return result;
};

pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
  // Statements as objects and with callbacks (COPY streams, the pool) are not what is planted in.
  if (typeof args[0] !== 'string' || typeof args.at(-1) === 'function')
    return (query as (...all: unknown[]) => unknown).apply(this, args);
  return planted.call(this, args[0], args[1] as unknown[] | undefined);
} as typeof pg.Client.prototype.query;
