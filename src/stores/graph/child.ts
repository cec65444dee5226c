/**
 * The process that holds the graph database. The library takes its process down when something goes wrong in it, and does not
 * bear two statements at once: so it has a process to itself, which does one thing after the other.
 */
import type { Connection, Database, QueryResult } from '@ladybugdb/core';
import { ContentSum } from './content-digest.ts';
import type { GraphReply, GraphRequest, GraphRows } from './messages.ts';

/** Address space that the database may map; its default of 8 TiB is refused where the system limits it. */
const MAX_DATABASE_BYTES = 2 ** 38;
/** Of the log beside the database's file; never reached: everything is written to the file when it is closed. */
const NO_CHECKPOINT_BYTES = 2 ** 42;

const MEMORY_LOOK_MS = 50;

let database: Database | undefined;
let connection: Connection | undefined;

async function answer(request: GraphRequest): Promise<unknown> {
  switch (request.kind) {
    case 'open':
      return open(request);
    case 'run':
      return closeAll(await connection!.query(request.statement));
    case 'rows':
      return rows(request);
    case 'digest':
      return digest(request);
    case 'close':
      return close();
  }
}

async function open(request: Extract<GraphRequest, { kind: 'open' }>): Promise<void> {
  const { path, readOnly, bufferBytes, memoryBytes, threads } = request;
  if (memoryBytes !== undefined) {
    setInterval(() => process.memoryUsage.rss() > memoryBytes && process.exit(1), MEMORY_LOOK_MS).unref();
  }
  const { default: library } = await import('@ladybugdb/core');
  database = new library.Database(path, bufferBytes, true, readOnly, MAX_DATABASE_BYTES, true, NO_CHECKPOINT_BYTES);
  connection = new library.Connection(database, threads);
  await connection.init();
}

async function close(): Promise<void> {
  await connection?.close();
  await database?.close();
}

class Refused extends Error {}

/** Only what reads, and only one statement: `prepare` tells the first and refuses more. */
async function rows({ statement, limit, timeoutMs }: Extract<GraphRequest, { kind: 'rows' }>): Promise<GraphRows> {
  const prepared = await connection!.prepare(statement);
  if (!prepared.isSuccess()) throw new Error(prepared.getErrorMessage());
  if (!prepared.isReadOnly()) throw new Refused('the statement would write');
  if (timeoutMs !== undefined) connection!.setQueryTimeout(timeoutMs);
  const result = await connection!.execute(prepared);
  if (Array.isArray(result)) throw new Refused('more than one statement');
  try {
    const columns = await result.getColumnNames();
    const taken: unknown[][] = [];
    while (result.hasNext() && taken.length < limit) {
      const row = await result.getNext();
      taken.push(columns.map((name) => row?.[name] ?? null));
    }
    return { columns, rows: taken, truncated: result.hasNext() };
  } finally {
    result.close();
  }
}

async function digest({ statement, prefix }: Extract<GraphRequest, { kind: 'digest' }>) {
  const result = (await connection!.query(statement)) as QueryResult;
  try {
    const sum = new ContentSum();
    const columns = result.getColumnNamesSync();
    while (result.hasNext()) {
      const row = result.getNextSync();
      sum.add(
        prefix,
        columns.map((name) => row?.[name] ?? null),
      );
    }
    return sum.contents;
  } finally {
    result.close();
  }
}

function closeAll(results: QueryResult | QueryResult[]): void {
  for (const result of Array.isArray(results) ? results : [results]) result.close();
}

let queue = Promise.resolve();
process.on('message', (request: GraphRequest) => {
  queue = queue.then(async () => {
    let reply: GraphReply;
    try {
      reply = { ok: true, result: await answer(request) };
    } catch (error) {
      reply = { ok: false, message: (error as Error).message, isRefused: error instanceof Refused };
    }
    process.send?.(reply);
  });
});

// Who started it decides when it ends: a terminal's Ctrl-C reaches it too, in the middle of a write.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// Without anybody to answer, what it was doing must not go on beside the next process.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
