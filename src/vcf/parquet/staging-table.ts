import type { DuckDBAppender, DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import {
  ANNOTATIONS,
  type ColumnType,
  GENOTYPES,
  type KeyColumn,
  LINE_COLUMNS,
  OTHER_FORMAT,
  OTHER_INFO,
  type ParquetColumns,
  SAMPLE,
} from './columns.ts';
import type { Genotype, ParquetRow } from './rows.ts';
import type { Others, Value } from './values.ts';

type DuckDB = typeof import('@duckdb/node-api');

/** The columns in their order. */
export interface TableColumns {
  readonly plain: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly format: readonly KeyColumn[] | undefined;
}

export function tableColumns({ info, format }: ParquetColumns): TableColumns {
  return { plain: [...LINE_COLUMNS, ...ANNOTATIONS, ...info], format };
}

/** The rows on their way into a Parquet file: a table of DuckDB. */
export class StagingTable {
  readonly #duckdb: DuckDB;
  readonly #columns: TableColumns;
  readonly #types: readonly DuckDBType[];
  readonly #appender: DuckDBAppender;

  private constructor(duckdb: DuckDB, columns: TableColumns, types: readonly DuckDBType[], appender: DuckDBAppender) {
    this.#duckdb = duckdb;
    this.#columns = columns;
    this.#types = types;
    this.#appender = appender;
  }

  static async create(duckdb: DuckDB, connection: DuckDBConnection, columns: TableColumns): Promise<StagingTable> {
    const { MAP, VARCHAR } = duckdb;
    const named: [string, DuckDBType][] = columns.plain.map(({ name, type }) => [name, typeOf(duckdb, type)]);
    named.push([OTHER_INFO, MAP(VARCHAR, VARCHAR)]);
    if (columns.format !== undefined) named.push([GENOTYPES, genotypesType(duckdb, columns.format)]);
    const definitions = named.map(([name, type]) => `${identifier(name)} ${type.toString()}`);
    await connection.run(`create table variants (${definitions.join(', ')})`);
    const appender = await connection.createAppender('variants');
    return new StagingTable(
      duckdb,
      columns,
      named.map(([, type]) => type),
      appender,
    );
  }

  append(rows: readonly ParquetRow[]): void {
    const { plain, format } = this.#columns;
    const chunk = this.#duckdb.DuckDBDataChunk.create(this.#types);
    chunk.rowCount = rows.length;
    for (const [place, { type }] of plain.entries()) {
      chunk.setColumnValues(
        place,
        rows.map(({ values }) => this.#value(values[place]!, type)),
      );
    }
    chunk.setColumnValues(
      plain.length,
      rows.map(({ otherInfo }) => this.#map(otherInfo)),
    );
    if (format !== undefined) {
      chunk.setColumnValues(
        plain.length + 1,
        rows.map(({ genotypes = [] }) =>
          this.#duckdb.listValue(genotypes.map((genotype) => this.#genotype(genotype, format))),
        ),
      );
    }
    this.#appender.appendDataChunk(chunk);
  }

  /** What was appended leaves the appender's own memory, which nothing else bounds. */
  flush(): void {
    this.#appender.flushSync();
  }

  /** Everything is in the table. */
  close(): void {
    this.#appender.closeSync();
  }

  #value(value: Value, { isList }: ColumnType): DuckDBValue {
    return isList && value !== null ? this.#duckdb.listValue(value as readonly DuckDBValue[]) : (value as DuckDBValue);
  }

  #map(others: Others | undefined): DuckDBValue {
    if (others === undefined) return null;
    return this.#duckdb.mapValue([...others].map(([key, value]) => ({ key, value })));
  }

  #genotype({ sample, values, others }: Genotype, format: readonly KeyColumn[]): DuckDBValue {
    const fields: Record<string, DuckDBValue> = { [SAMPLE]: sample };
    for (const [place, { name, type }] of format.entries()) fields[name] = this.#value(values[place]!, type);
    fields[OTHER_FORMAT] = this.#map(others);
    return this.#duckdb.structValue(fields);
  }
}

function typeOf(duckdb: DuckDB, { scalar, isList }: ColumnType): DuckDBType {
  return isList ? duckdb.LIST(duckdb[scalar]) : duckdb[scalar];
}

function genotypesType(duckdb: DuckDB, format: readonly KeyColumn[]): DuckDBType {
  const { LIST, MAP, STRUCT, VARCHAR } = duckdb;
  const fields: [string, DuckDBType][] = [
    [SAMPLE, VARCHAR],
    ...format.map(({ name, type }): [string, DuckDBType] => [name, typeOf(duckdb, type)]),
    [OTHER_FORMAT, MAP(VARCHAR, VARCHAR)],
  ];
  return LIST(STRUCT(Object.fromEntries(fields)));
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
