import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { rowJson } from '../../src/app/rows.ts';
import { ANNOTATION_COLUMNS } from '../../src/core/annotation.ts';
import type { StoredFile, VariantRow } from '../../src/core/ports.ts';
import type { Header } from '../../src/vcf/header/model.ts';
import { parseHeader } from '../../src/vcf/header/parse.ts';
import { ANNOTATIONS, LINE_COLUMNS, parquetColumns } from '../../src/vcf/parquet/columns.ts';
import { runCli } from '../cli/run-cli.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { sharedVcf } from '../support/shared.ts';

type Row = Record<string, unknown>;

const TRIO = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');

/** Annotated by VEP and SnpEff, ClinVar itself, several samples, symbolic alleles. */
const REAL = [
  'real/SnpEff__mixed.vep.ori.vcf',
  'real/polars-bio__antku_small.vcf.gz',
  'real/scout__643594.clinical.vcf.gz',
  'real/slivar__ashk-trio.vcf.gz',
  'real/truvari__bcftools_merged.vcf.gz',
  'real/gatk__threeSamples.MT.g.vcf',
];
const MOST_ROWS = 3000;

async function readParquet(path: string, order = 'record, allele'): Promise<Row[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(`select * from '${path}' order by ${order}`);
  const rows = reader.getRowObjectsJS() as Row[];
  connection.closeSync();
  instance.closeSync();
  return rows;
}

/** DuckDB's maps come as lists of pairs. */
function mapOf(value: unknown): Map<string, string | null> {
  const entries = (value ?? []) as readonly { readonly key: string; readonly value: string | null }[];
  return new Map(entries.map(({ key, value }) => [key, value]));
}

/** One row of the file against the same row as `query` gives it. */
function compareRow(row: Row, stored: VariantRow, header: Header): void {
  const json = rowJson(stored, header);
  const joined = (value: unknown): unknown => (Array.isArray(value) ? value.join(';') : value);
  const line = { id: joined(json.id), filter: joined(json.filter), record: json.record, allele: json.allele };
  for (const name of ['key', 'chrom', 'pos', 'ref', 'alt', 'qual'] as const)
    assert.deepEqual(row[name], json[name], name);
  for (const [name, value] of Object.entries(line)) assert.deepEqual(row[name], value, name);
  for (const { name } of ANNOTATION_COLUMNS) assert.deepEqual(row[name], json[name] ?? null, name);
  compareInfo(row, stored.info, { json: json.info as Row, header });
}

function compareInfo(row: Row, info: string, { json, header }: { readonly json: Row; readonly header: Header }): void {
  const columns = new Map(
    parquetColumns(header, { genotypes: false, isSplit: true }).info.map((column) => [column.key, column]),
  );
  const others = mapOf(row.info_other);
  const present = new Set<string>();
  for (const entry of info === '.' ? [] : info.split(';')) {
    const at = entry.indexOf('=');
    const key = at < 0 ? entry : entry.slice(0, at);
    const text = at < 0 ? null : entry.slice(at + 1);
    present.add(key);
    const column = columns.get(key);
    if (others.has(key)) {
      assert.equal(others.get(key), text, `${key} as it was written`);
      continue;
    }
    assert.ok(column !== undefined, `${key} is declared`);
    const value = row[column.name];
    const expected = json[key];
    if (column.type.isList) {
      const isMissing = Array.isArray(expected) && expected.length === 1 && expected[0] === null;
      assert.deepEqual(value, isMissing ? null : expected, key);
    } else if (column.type.scalar === 'VARCHAR') assert.deepEqual(value, text === '.' ? null : text, key);
    else assert.deepEqual(value, Array.isArray(expected) ? expected[0] : expected, key);
  }
  for (const { key, name, type } of columns.values()) {
    if (!present.has(key)) assert.equal(row[name], type.scalar === 'BOOLEAN' ? false : null, key);
  }
}

describe('export -o parquet', { timeout: 300_000 }, () => {
  let home: TestApp;
  const cli = (...args: string[]) => runCli(args, { env: { VCF_AGENT_HOME: home.options.home } });
  let trio: StoredFile;
  let trioTable: string;
  const ingested = async (path: string): Promise<StoredFile> => {
    const { fileId } = (await home.app.ingest(path, INGEST)).receipt;
    return (await home.app.store.files('default')).find((file) => file.fileId === fileId)!;
  };
  const exported = async (file: StoredFile, ...flags: string[]): Promise<string> => {
    const path = join(home.folder, `${file.fileId}-${flags.length}.parquet`);
    const { code, stderr } = await cli('export', String(file.fileId), '--output', path, ...flags);
    assert.equal(code, 0, stderr);
    return path;
  };

  before(async () => {
    home = await openTestApp();
    trio = await ingested(TRIO);
    trioTable = await exported(trio);
  });
  after(() => home[Symbol.asyncDispose]());

  for (const [path, ...wanted] of [[TRIO] as const, ...REAL.map((name) => [sharedVcf(name), 'shared-vcf'] as const)]) {
    test(`should hold every value that query gives when ${basename(path)} is exported`, needs(...wanted), async () => {
      const file = path === TRIO ? trio : await ingested(path);
      const { header } = parseHeader(file.header);
      const rows = await readParquet(path === TRIO ? trioTable : await exported(file));
      const { rows: stored } = await home.app.store.query(undefined, {
        tenant: 'default',
        limit: MOST_ROWS,
        fileId: file.fileId,
      });
      assert.equal(rows.length, file.variants);
      assert.ok(stored.length > 0);
      for (const [place, row] of stored.entries()) compareRow(rows[place]!, row, header);
    });
  }

  test('should hold every genotype that export gives as VCF when it is asked for them', async () => {
    const rows = await readParquet(await exported(trio, '--genotypes'));
    const { stdout } = await cli('export', String(trio.fileId));
    const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.equal(lines.length, rows.length);
    for (const [place, line] of lines.entries()) {
      const [format = '', ...columns] = line.split('\t').slice(8);
      const genotypes = rows[place]!.genotypes as readonly Row[];
      assert.deepEqual(
        genotypes.map(({ sample }) => sample),
        trio.sampleNames,
      );
      for (const [sample, column] of columns.entries()) {
        const texts = column.split(':');
        for (const [at, key] of format.split(':').entries()) {
          const value = genotypes[sample]![key];
          const text =
            value === null
              ? '.'
              : [value]
                  .flat()
                  .map((part) => part ?? '.')
                  .join(',');
          assert.equal(text, texts[at] ?? '.', `${line.slice(0, 30)} ${key}`);
        }
      }
    }
  });

  test('should leave genotypes and sample names out unless it is asked for them', async () => {
    assert.equal('genotypes' in (await readParquet(trioTable))[0]!, false);
    assert.equal((await readFile(trioTable)).includes('child'), false);
  });

  test('should keep the order of the file, and what it was made of, when it is read as it lies', async () => {
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    const records = await connection.runAndReadAll(`select record from '${trioTable}'`);
    const numbers = records.getRowsJS().map(([record]) => Number(record));
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    const facts = await connection.runAndReadAll(
      `select key::varchar, value::varchar from parquet_kv_metadata('${trioTable}') order by 1`,
    );
    assert.deepEqual(facts.getRowsJS(), [
      ['sha256', trio.contentDigest],
      ['source', 'trio.vcf.gz'],
      ['vcf-agent.schema', '1'],
    ]);
    const codecs = await connection.runAndReadAll(`select distinct compression from parquet_metadata('${trioTable}')`);
    assert.deepEqual(codecs.getRowsJS(), [['ZSTD']]);
    connection.closeSync();
    instance.closeSync();
  });

  test('should write a whole file to standard output when no path is named', async () => {
    const { code, stdout } = await cli('export', String(trio.fileId), '-o', 'parquet');
    assert.equal(code, 0);
    assert.ok(stdout.startsWith('PAR1') && stdout.endsWith('PAR1'));
  });

  test('should leave what is there, and nothing else, when it cannot write', async () => {
    const folder = join(home.folder, 'kept');
    await mkdir(join(folder, 'a.parquet', 'in-the-way'), { recursive: true });
    const missing = await cli('export', String(trio.fileId), '--output', join(folder, 'none', 'b.parquet'));
    assert.equal(missing.code, 4);
    assert.match(missing.stderr, /^error\[OUTPUT_UNWRITABLE\]/);
    const occupied = await cli('export', String(trio.fileId), '--output', join(folder, 'a.parquet'));
    assert.equal(occupied.code, 4);
    assert.deepEqual(await readdir(folder), ['a.parquet']);
  });

  test('should refuse options that mean nothing for the format', async () => {
    for (const flags of [['-o', 'parquet', '--index'], ['--genotypes']]) {
      const { code, stderr } = await cli('export', String(trio.fileId), ...flags);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /^error\[OPTION_CONFLICT\]/);
    }
  });
});

describe('docs/parquet.md', () => {
  const page = join(import.meta.dirname, '..', '..', 'docs', 'parquet.md');

  test('should list the columns that every file has, in their order', async () => {
    const rows = [...(await readFile(page, 'utf8')).matchAll(/^\| `([a-z_]+)` \| ([A-Z]+(?:\[\])?) \| (.+) \|$/gm)];
    assert.deepEqual(
      rows.map(([, name, type, meaning]) => [name, type, meaning]),
      [...LINE_COLUMNS, ...ANNOTATIONS].map(({ name, type, meaning }) => [
        name,
        `${type.scalar}${type.isList ? '[]' : ''}`,
        meaning,
      ]),
    );
  });
});
