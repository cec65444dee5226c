import { existsSync } from 'node:fs';
import { VcfAgentError } from '../../core/errors.ts';
import type { Cancellable } from '../../core/ports.ts';
import { GraphProcess, GraphProcessEnded, GraphStatementError } from './process.ts';
import { schemaStatements } from './schema.ts';
import { checkStatement, type JsonValue, type Parameters } from './statement.ts';

/** Rows of an answer, in plain JSON. Nodes and relations are objects of their columns, with `_label`. */
export interface GraphAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly JsonValue[])[];
  /** There were more rows than the limit. */
  readonly truncated: boolean;
}

export interface QueryLimits extends Cancellable {
  readonly parameters?: Parameters | undefined;
  readonly rows: number;
  readonly timeoutMs: number;
  /** Of the process that answers. */
  readonly memoryBytes: number;
}

const THREADS = 2;
/** The database stops by itself when its time is over; a process that has not by then is ended. */
const GRACE_MS = 1_000;
/** What the process itself takes before it has read anything. */
const OWN_BYTES = 192 * 1024 * 1024;

/** Asks the database in this file, opened for reading in a process of its own; no file: an empty graph. Throws USAGE and OVERLOADED. */
export async function queryGraph(path: string, statement: string, limits: QueryLimits): Promise<GraphAnswer> {
  const checked = checkStatement(statement, limits.parameters);
  const { rows: limit, timeoutMs, memoryBytes, signal } = limits;
  await using process = new GraphProcess();
  const stop = () => void process.kill();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, timeoutMs + GRACE_MS);
  signal?.addEventListener('abort', stop);
  try {
    signal?.throwIfAborted();
    const isThere = existsSync(path);
    await process.request({
      kind: 'open',
      path: isThere ? path : ':memory:',
      readOnly: isThere,
      bufferBytes: Math.max(memoryBytes - OWN_BYTES, OWN_BYTES / 3),
      memoryBytes,
      threads: THREADS,
    });
    if (!isThere) for (const table of schemaStatements()) await process.request({ kind: 'run', statement: table });
    const answer = await process.request({ kind: 'rows', statement: checked, limit, timeoutMs });
    return { ...answer, rows: answer.rows.map((row) => row.map(plain)) };
  } catch (error) {
    signal?.throwIfAborted();
    throw queryError(error, { isLate, limits });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function queryError(error: unknown, { isLate, limits }: { isLate: boolean; limits: QueryLimits }): unknown {
  if (isLate || (error instanceof GraphStatementError && /interrupt/i.test(error.message))) {
    const seconds = limits.timeoutMs / 1000;
    return overloaded(`the question was not answered in ${seconds} s: ask for less, or give it more time`, error);
  }
  const isMemory = error instanceof GraphStatementError && /buffer manager|memory|bad_alloc/i.test(error.message);
  if (isMemory || error instanceof GraphProcessEnded) {
    const mib = Math.round(limits.memoryBytes / 1024 / 1024);
    return overloaded(`the question needs more than the ${mib} MiB of memory that it may take: ask for less`, error);
  }
  if (!(error instanceof GraphStatementError)) return error;
  return new VcfAgentError('USAGE', `the graph cannot answer this: ${error.message}`, { cause: error });
}

function overloaded(message: string, cause: unknown): VcfAgentError {
  return new VcfAgentError('OVERLOADED', message, { cause });
}

/** Parts of nodes and relations that mean nothing outside of the database. */
const INTERNAL = new Set(['_id', '_src', '_dst']);

function plain(value: unknown): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  const isLabelled = Object.hasOwn(value, '_label');
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  // A node of one of several tables comes with the columns of all of them.
  const kept = entries.filter(([name, held]) => !isLabelled || !(INTERNAL.has(name) || held === null));
  return Object.fromEntries(kept.map(([name, held]) => [String(name), plain(held)]));
}
