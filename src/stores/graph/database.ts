import { existsSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cancellable } from '../../core/ports.ts';
import type { ProjectionContents } from '../../core/projection.ts';
import { CsvText, type GraphBatch, LOADED_AS } from './batch.ts';
import { ContentSum, contentStatements, ofFile } from './content-digest.ts';
import { GraphProcess } from './process.ts';
import {
  firstAndEnd,
  LEDGER_TABLE,
  NODES,
  type NodeName,
  type NodeTable,
  nodeTable,
  quoted,
  RELATIONS,
  type RelationTable,
  relationTable,
  schemaStatements,
} from './schema.ts';
import { textLiteral } from './statement.ts';

/** Most that the database's buffers take. */
const BUFFER_BYTES = 1024 * 1024 * 1024;
const THREADS = 2;

/** One tenant's graph, open in a process of its own. Methods one after the other. */
export class GraphDatabase {
  readonly #process: GraphProcess;
  readonly #folder: string;
  readonly #readOnly: boolean;

  private constructor(process: GraphProcess, folder: string, readOnly: boolean) {
    this.#process = process;
    this.#folder = folder;
    this.#readOnly = readOnly;
  }

  /** In this folder; makes the tables when there are none. What is only read stays whole even when it is killed. */
  static async open(folder: string, { readOnly = false } = {}): Promise<GraphDatabase> {
    const path = databasePath(folder);
    const isNew = !existsSync(path);
    await mkdir(folder, { recursive: true });
    const process = new GraphProcess();
    try {
      const database = new GraphDatabase(process, folder, readOnly);
      await process.request({ kind: 'open', path, readOnly, bufferBytes: BUFFER_BYTES, threads: THREADS });
      if (isNew) for (const statement of schemaStatements()) await database.#run(statement);
      return database;
    } catch (error) {
      await process.kill();
      throw error;
    }
  }

  /** For tests that kill it. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Which of these rows are the first of an envelope that was loaded. */
  async loaded(firstRows: readonly number[]): Promise<ReadonlySet<number>> {
    const statement = `MATCH (e:${LEDGER_TABLE}) WHERE e.first IN [${firstRows.join(', ')}] RETURN e.first`;
    return new Set(firstRows.length === 0 ? [] : await this.#column(statement));
  }

  async hasFile(fileId: number): Promise<boolean> {
    return (await this.#column(`MATCH (f:File {id: ${fileId}}) RETURN f.id`)).length > 0;
  }

  /** Writes a batch; `firstRows`: of its envelopes. Not at one moment: a kill in between leaves a part. */
  async load(batch: GraphBatch, firstRows: readonly number[]): Promise<void> {
    for (const { name } of NODES) {
      const text = batch.nodes.get(name);
      if (text !== undefined) await this.#copyNodes(nodeTable(name), text);
    }
    for (const table of RELATIONS as readonly RelationTable[]) {
      for (const [from, to] of table.pairs) {
        const text = batch.relations.get(`${table.name}|${from}|${to}`);
        if (text !== undefined) await this.#copyRelations(table, from, to, text);
      }
    }
    if (firstRows.length === 0) return;
    const ledger = new CsvText();
    for (const first of firstRows) ledger.add(`${first}\n`);
    await this.#withCsv(ledger, (path) => this.#run(`COPY ${LEDGER_TABLE} FROM ${path} ${LOADED_AS}`));
  }

  /** Variant keys of a file's rows. */
  async keysByRow(fileId: number): Promise<ReadonlyMap<number, string>> {
    const statement = `MATCH (v:Variant)-[r:ReportedIn]->(:File {id: ${fileId}}) RETURN r.\`row\`, v.key`;
    return new Map((await this.#rows(statement)) as [number, string][]);
  }

  /** Removes all that the file says, and the nodes that nothing else leads to. */
  async deleteFile(fileId: number): Promise<void> {
    const [first, end] = firstAndEnd(fileId);
    // Variants of this file alone go with all of their relations, which are of this file too.
    await this.#run(
      `MATCH (v:Variant)-[:ReportedIn]->(:File {id: ${fileId}})
       WHERE NOT EXISTS { MATCH (v)-[:ReportedIn]->(other:File) WHERE other.id <> ${fileId} }
       WITH DISTINCT v DETACH DELETE v`,
    );
    for (const table of RELATIONS) await this.#forget(table, fileId);
    for (const { name } of NODES) if (name !== 'Variant') await this.#deleteOrphans(name);
    await this.#run(`MATCH (e:${LEDGER_TABLE}) WHERE e.first >= ${first} AND e.first < ${end} DELETE e`);
  }

  async forgetVerdicts(fileId: number): Promise<void> {
    await this.#forget(relationTable('AnalyzedBy'), fileId);
    await this.#deleteOrphans('Analysis');
  }

  /** Removes the relations of one table that the file says. */
  async #forget(table: RelationTable, fileId: number): Promise<void> {
    for (const [from, to] of table.pairs) {
      await this.#run(`MATCH (a:${from})-[r:${table.name}]->(b:${to}) WHERE ${ofFile(table, fileId)} DELETE r`);
    }
  }

  async #deleteOrphans(name: NodeName): Promise<void> {
    await this.#run(`MATCH (n:${name}) WHERE NOT EXISTS { MATCH (n)-[]-() } DELETE n`);
  }

  async contents(fileId: number, options: Cancellable): Promise<ProjectionContents> {
    const sum = new ContentSum();
    for (const statement of contentStatements(fileId)) {
      sum.addAll(await this.#process.request({ kind: 'digest', ...statement }, options));
    }
    return sum.contents;
  }

  /** Everything is in the database's one file when this resolves; the process ends. */
  async close(): Promise<void> {
    try {
      if (!this.#readOnly) await this.#run('CHECKPOINT');
      await this.#process.request({ kind: 'close' });
      if (!this.#readOnly) await syncFile(databasePath(this.#folder));
    } finally {
      await this.kill();
    }
  }

  async kill(): Promise<void> {
    await this.#process.kill();
  }

  async #copyNodes({ name, columns }: NodeTable, text: CsvText): Promise<void> {
    const [key] = columns;
    const head = columns.map((column) => `${quoted(`_${column.name}`)} ${column.type}`).join(', ');
    const names = columns.map((column) => quoted(`_${column.name}`)).join(', ');
    await this.#withCsv(text, (path) =>
      this.#run(
        `COPY ${name} FROM (LOAD WITH HEADERS (${head}) FROM ${path} ${LOADED_AS}
         WHERE NOT EXISTS { MATCH (n:${name}) WHERE n.${quoted(key.name)} = ${quoted(`_${key.name}`)} } RETURN ${names})`,
      ),
    );
  }

  async #copyRelations({ name, pairs }: RelationTable, from: NodeName, to: NodeName, text: CsvText): Promise<void> {
    const ends = pairs.length > 1 ? LOADED_AS.replace('(', `(from='${from}', to='${to}', `) : LOADED_AS;
    await this.#withCsv(text, (path) => this.#run(`COPY ${name} FROM ${path} ${ends}`));
  }

  async #withCsv(text: CsvText, load: (quotedPath: string) => Promise<void>): Promise<void> {
    const path = join(this.#folder, 'load.csv');
    {
      await using file = await open(path, 'w');
      for (const chunk of text.chunks) await file.writeFile(chunk);
    }
    await load(textLiteral(path));
    await rm(path);
  }

  async #run(statement: string): Promise<void> {
    await this.#process.request({ kind: 'run', statement });
  }

  async #rows(statement: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.#process.request({ kind: 'rows', statement, limit: Number.POSITIVE_INFINITY })).rows;
  }

  async #column(statement: string): Promise<number[]> {
    return (await this.#rows(statement)).map(([value]) => Number(value));
  }
}

/** The one file of a tenant's database, in its folder. */
export function databasePath(folder: string): string {
  return join(folder, 'graph');
}

async function syncFile(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}
