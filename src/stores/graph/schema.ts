/** Types of columns as the graph database names them. */
export type GraphType = 'STRING' | 'INT64' | 'DOUBLE' | 'INT64[]' | 'STRING[]';

export interface GraphColumn {
  readonly name: string;
  readonly type: GraphType;
  /** For people: docs/graph.md says the same. */
  readonly about: string;
}

export interface NodeTable {
  readonly name: string;
  readonly about: string;
  /** The first is the key. The others are a function of the key alone: whatever file brings a node, it is the same. */
  readonly columns: readonly [GraphColumn, ...GraphColumn[]];
}

export interface RelationTable {
  readonly name: string;
  readonly about: string;
  /** Node tables that it leads from and to. */
  readonly pairs: readonly (readonly [from: NodeName, to: NodeName])[];
  /** Each is said by one row of one file: `row` first. */
  readonly columns: readonly GraphColumn[];
}

const ROW: GraphColumn = {
  name: 'row',
  type: 'INT64',
  about: 'id of the stored variant that says so, as `query --json` prints it; the file is row / 2^32',
};

const column = (name: string, type: GraphType, about: string): GraphColumn => ({ name, type, about });

export const NODES = [
  {
    name: 'File',
    about: 'a stored file',
    columns: [
      column('id', 'INT64', 'number of the file, as `files` shows it'),
      column('digest', 'STRING', 'its identity'),
      column('name', 'STRING', 'base name'),
    ],
  },
  {
    name: 'Sample',
    about: 'a sample; files that name one alike mean the same, as with `carrier=` in the filter language',
    columns: [column('name', 'STRING', 'as the header writes it')],
  },
  {
    name: 'Variant',
    about: 'a normalised allele; the same in every file that reports it',
    columns: [
      column('key', 'STRING', '`17:43045712:T:C`: without `chr`, M as MT'),
      column('chromosome', 'STRING', 'first part of the key'),
      column('position', 'INT64', 'second part, from 1'),
      column('reference', 'STRING', 'third part'),
      column('alternate', 'STRING', 'fourth part'),
    ],
  },
  {
    name: 'Gene',
    about: 'a gene',
    columns: [column('symbol', 'STRING', 'as the annotation writes it, else its identifier')],
  },
  {
    name: 'Transcript',
    about: 'a transcript of CSQ, ANN, EFF or BCSQ',
    columns: [column('id', 'STRING', 'with its version where the annotation has one')],
  },
  {
    name: 'Disease',
    about: "a condition of ClinVar's CLNDN; `not_provided` and `not_specified` are none",
    columns: [column('name', 'STRING', 'as the file writes it')],
  },
  {
    name: 'Analysis',
    about: 'a kept judgement of a file',
    columns: [column('id', 'INT64', 'its number')],
  },
] as const satisfies readonly NodeTable[];

export type NodeName = (typeof NODES)[number]['name'];

export const RELATIONS = [
  {
    name: 'ReportedIn',
    about: 'what a row of a file says about the variant itself',
    pairs: [['Variant', 'File']],
    columns: [
      ROW,
      column('id', 'STRING', 'ID of the record'),
      column('quality', 'DOUBLE', 'QUAL'),
      column('filter', 'STRING', 'FILTER'),
      column('af', 'DOUBLE', 'population frequency, as `af` in the filter language'),
      column('clinsig', 'STRING', "ClinVar's significance"),
      column('stars', 'INT64', "ClinVar's review status, 0 to 4"),
    ],
  },
  {
    name: 'SampledIn',
    about: 'the file has a column of the sample',
    pairs: [['Sample', 'File']],
    columns: [],
  },
  {
    name: 'HasVariant',
    about: 'the sample carries the allele',
    pairs: [['Sample', 'Variant']],
    columns: [
      ROW,
      column('genotype', 'STRING', 'GT'),
      column('quality', 'DOUBLE', 'GQ'),
      column('depth', 'INT64', 'DP'),
      column('allele_depth', 'INT64[]', 'AD: reference, then this allele'),
    ],
  },
  {
    name: 'LocatedIn',
    about: 'the variant lies in or near a gene, and what it does in each transcript',
    pairs: [
      ['Variant', 'Gene'],
      ['Variant', 'Transcript'],
    ],
    columns: [
      ROW,
      column('impact', 'STRING', 'HIGH, MODERATE, LOW or MODIFIER'),
      column('consequence', 'STRING', 'Sequence Ontology terms joined by `&`'),
      column('amino_acid_change', 'STRING', '`p.Leu1Lys`, else the amino acids'),
      column('codon_change', 'STRING', '`gCT/gTT` where the annotation has codons, else `c.2T>A`'),
      column('gene', 'STRING', 'of a transcript: its gene'),
    ],
  },
  {
    name: 'AssociatedWith',
    about: 'ClinVar has a record of the variant and the condition',
    pairs: [['Variant', 'Disease']],
    columns: [ROW, column('clinsig', 'STRING', 'of the whole record'), column('stars', 'INT64', '0 to 4')],
  },
  {
    name: 'AnalyzedBy',
    about: 'the verdict on the variant in a kept judgement',
    pairs: [['Variant', 'Analysis']],
    columns: [
      ROW,
      column('class', 'STRING', "the class that counts: a reviewer's, where there is one"),
      column('points', 'INT64', 'of the rules'),
      column('met', 'STRING[]', 'criteria that are met'),
    ],
  },
] as const satisfies readonly RelationTable[];

export type RelationName = (typeof RELATIONS)[number]['name'];

/** Not part of the graph: which envelopes are in it, so that one that comes again changes nothing. */
export const LEDGER_TABLE = 'AppliedEnvelope';

/** Goes up when the tables change: a graph of another version is rebuilt. */
export const SCHEMA_VERSION = 1;

/** Variant rows of a file have the ids from `fileId * IDS_PER_FILE` on. */
export const IDS_PER_FILE = 2 ** 32;

export function nodeTable(name: NodeName): NodeTable {
  return NODES.find((table) => table.name === name)!;
}

export function relationTable(name: RelationName): RelationTable {
  return RELATIONS.find((table) => table.name === name)!;
}

/** Name of a node's key column. */
export function keyOf(name: NodeName): string {
  return nodeTable(name).columns[0].name;
}

/** Statements that make the tables. */
export function schemaStatements(): string[] {
  const columnsOf = (columns: readonly GraphColumn[]) => columns.map(({ name, type }) => `${quoted(name)} ${type}`);
  return [
    ...NODES.map(({ name, columns }: NodeTable) => {
      const [key, ...others] = columnsOf(columns);
      return `CREATE NODE TABLE ${name}(${[`${key} PRIMARY KEY`, ...others].join(', ')})`;
    }),
    ...RELATIONS.map(({ name, pairs, columns }: RelationTable) => {
      const ends = pairs.map(([from, to]) => `FROM ${from} TO ${to}`);
      return `CREATE REL TABLE ${name}(${[...ends, ...columnsOf(columns)].join(', ')})`;
    }),
    `CREATE NODE TABLE ${LEDGER_TABLE}(first INT64 PRIMARY KEY)`,
  ];
}

/** Column names such as `row` and `filter` are words of the query language. */
export function quoted(name: string): string {
  return `\`${name}\``;
}

/** Ids of a file's rows: the first, and one past the last. */
export function firstAndEnd(fileId: number): readonly [first: number, end: number] {
  return [fileId * IDS_PER_FILE, (fileId + 1) * IDS_PER_FILE];
}
