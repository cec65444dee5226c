import { ANNOTATION_COLUMNS } from '../../core/annotation.ts';
import type { FieldDefinition, Header } from '../header/model.ts';

/** Changes whenever a column changes its name, its type or its meaning. */
export const PARQUET_SCHEMA = 1;

type ScalarType = 'VARCHAR' | 'INTEGER' | 'SMALLINT' | 'DOUBLE' | 'BOOLEAN';

export interface ColumnType {
  readonly scalar: ScalarType;
  readonly isList: boolean;
}

export interface FixedColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** For docs/parquet.md, which a test keeps equal to this. */
  readonly meaning: string;
}

/** A key of INFO or FORMAT and the column (or the field of a genotype) that it fills. */
export interface KeyColumn {
  readonly name: string;
  readonly key: string;
  readonly type: ColumnType;
}

const VARCHAR: ColumnType = { scalar: 'VARCHAR', isList: false };
const LIST_OF_VARCHAR: ColumnType = { scalar: 'VARCHAR', isList: true };
const INTEGER: ColumnType = { scalar: 'INTEGER', isList: false };
const SMALLINT: ColumnType = { scalar: 'SMALLINT', isList: false };
const DOUBLE: ColumnType = { scalar: 'DOUBLE', isList: false };

/** What every file has, whatever its header says, first. */
export const LINE_COLUMNS: readonly FixedColumn[] = [
  { name: 'key', type: VARCHAR, meaning: '`chrom:pos:ref:alt`, what `get` takes' },
  { name: 'chrom', type: VARCHAR, meaning: 'as the file wrote it' },
  { name: 'pos', type: INTEGER, meaning: 'from 1' },
  { name: 'id', type: VARCHAR, meaning: 'several stay joined by `;`' },
  { name: 'ref', type: VARCHAR, meaning: 'after normalisation' },
  { name: 'alt', type: VARCHAR, meaning: 'one allele, unless the file was ingested with `--split none`' },
  { name: 'qual', type: DOUBLE, meaning: 'QUAL' },
  { name: 'filter', type: VARCHAR, meaning: '`PASS`, or what failed, joined by `;`' },
  {
    name: 'record',
    type: INTEGER,
    meaning: "number of the record in its file, from 1: a split record's alleles share it",
  },
  { name: 'allele', type: SMALLINT, meaning: "which ALT of the record's, from 1; 0: it had none" },
];

const TYPES: Readonly<Record<(typeof ANNOTATION_COLUMNS)[number]['type'], ColumnType>> = {
  text: VARCHAR,
  'text[]': LIST_OF_VARCHAR,
  smallint: SMALLINT,
  real: DOUBLE,
};

/** The typed columns that `query` filters on. */
export const ANNOTATIONS: readonly FixedColumn[] = ANNOTATION_COLUMNS.map(({ name, type }) => ({
  name,
  type: TYPES[type],
  meaning: '[annotations](annotations.md)',
}));

/** What does not fit the header: its name in the table, and in a genotype. */
export const OTHER_INFO = 'info_other';
export const OTHER_FORMAT = 'other';
export const GENOTYPES = 'genotypes';
/** Of a genotype; a key of FORMAT cannot be called so, because in a struct its name is taken. */
export const SAMPLE = 'sample';

export interface ParquetColumns {
  readonly info: readonly KeyColumn[];
  /** Undefined: genotypes are left out. */
  readonly format: readonly KeyColumn[] | undefined;
}

export interface ColumnOptions {
  readonly genotypes: boolean;
  /** Every row has one ALT: a value for each ALT is then one value. */
  readonly isSplit: boolean;
}

/** The columns that follow from a file's header. */
export function parquetColumns(header: Header, { genotypes, isSplit }: ColumnOptions): ParquetColumns {
  const hasGenotypes = genotypes && header.samples.length > 0;
  return {
    info: keyColumns(header.info, { prefix: 'info_', taken: [OTHER_INFO], isSplit }),
    format: hasGenotypes
      ? keyColumns(header.format, { prefix: '', taken: [SAMPLE, OTHER_FORMAT], isSplit })
      : undefined,
  };
}

/** DuckDB takes names in upper and lower case for the same: the second of two has a number. */
function keyColumns(
  definitions: ReadonlyMap<string, FieldDefinition>,
  { prefix, taken, isSplit }: { readonly prefix: string; readonly taken: readonly string[]; readonly isSplit: boolean },
): readonly KeyColumn[] {
  const names = new Set(taken);
  return [...definitions.values()].map((definition) => {
    const plain = `${prefix}${definition.id}`;
    let name = plain;
    for (let number = 2; names.has(name.toLowerCase()); number++) name = `${plain}_${number}`;
    names.add(name.toLowerCase());
    return { name, key: definition.id, type: typeOf(definition, isSplit) };
  });
}

const SCALARS: Readonly<Record<FieldDefinition['type'], ScalarType>> = {
  Integer: 'INTEGER',
  Float: 'DOUBLE',
  Flag: 'BOOLEAN',
  Character: 'VARCHAR',
  String: 'VARCHAR',
};

function typeOf({ number, type }: FieldDefinition, isSplit: boolean): ColumnType {
  const isOne = number === 1 || type === 'Flag' || (number === 'A' && isSplit);
  return { scalar: SCALARS[type], isList: !isOne };
}
