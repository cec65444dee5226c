import type { ProblemCode } from '../../../src/vcf/validate/codes.ts';
import { COLUMNS, textOf } from './problems-of.ts';

export interface Example {
  /** A text with this problem. */
  readonly bad: string;
  /** `line:column` of the problem. */
  readonly at: string;
  /** A text as near as possible without it. */
  readonly good: string;
}

const meta = (version: string, ...lines: string[]): string => textOf({ version, meta: lines });
const dp = (fields: string): string => `##INFO=<ID=XX,${fields}>`;

/** One example for each problem of the file as such and of its header. */
export const HEADER_EXAMPLES = {
  FILE_EMPTY: { bad: '', at: '1:1', good: meta('4.3') },
  HEADER_TOO_LONG: {
    bad: meta('4.3', `##x=${'y'.repeat(5000)}`),
    at: '2:1',
    good: meta('4.3', `##x=${'y'.repeat(500)}`),
  },
  LINE_TOO_LONG: {
    bad: textOf({ records: [`1 1 . A C . . ${'X'.repeat(5000)}`] }),
    at: '3:1',
    good: textOf({ records: [`1 1 . A C . . ${'X'.repeat(500)}`] }),
  },
  LINE_BLANK: {
    bad: `${textOf({ records: ['1 1 . A C . . .'] })}\n`,
    at: '4:1',
    good: textOf({ records: ['1 1 . A C . . .'] }),
  },
  LINE_CONTROL_CHARACTER: { bad: meta('4.2', '##x=a\u0001b'), at: '2:6', good: meta('4.2', '##x=ab') },
  LINE_NOT_UTF8: { bad: meta('4.3', '##x=BYTE-FF'), at: '2:1', good: meta('4.3', '##x=ü') },
  BYTE_ORDER_MARK: { bad: `\u{feff}${meta('4.3')}`, at: '1:1', good: meta('4.3') },
  FINAL_NEWLINE_MISSING: { bad: meta('4.3').trimEnd(), at: `2:${COLUMNS.length + 1}`, good: meta('4.2').trimEnd() },
  FILEFORMAT_MISSING: { bad: `${COLUMNS}\n`, at: '1:1', good: meta('4.2') },
  FILEFORMAT_INVALID: { bad: meta('9.9'), at: '1:14', good: meta('4.4') },
  FILEFORMAT_REPEATED: { bad: meta('4.3', '##fileformat=VCFv4.3'), at: '2:1', good: meta('4.3') },
  FILEFORMAT_UNSUPPORTED: { bad: meta('4.0'), at: '1:14', good: meta('4.1') },
  META_MALFORMED: {
    bad: meta('4.3', '##INFO=<ID=A,Number=1,Type=String,Description="a"'),
    at: '2:50',
    good: meta('4.3', '##INFO=<ID=A,Number=1,Type=String,Description="\\"a\\\\">'),
  },
  META_VALUE_EMPTY: { bad: meta('4.3', '##reference='), at: '2:13', good: meta('4.3', '##reference=x') },
  META_ID_MISSING: {
    bad: meta('4.3', '##PEDIGREE=<Father=A>'),
    at: '2:12',
    good: meta('4.2', '##PEDIGREE=<Name_0=A>'),
  },
  META_ID_INVALID: { bad: meta('4.3', '##contig=<ID=*x>'), at: '2:14', good: meta('4.3', '##contig=<ID=x*:1>') },
  META_DUPLICATE: {
    bad: meta('4.3', '##contig=<ID=1>', '##contig=<ID=1>'),
    at: '3:14',
    good: meta('4.3', '##contig=<ID=1>', '##contig=<ID=2>'),
  },
  META_FIELD_MISSING: {
    bad: meta('4.3', dp('Type=String,Description="a"')),
    at: '2:8',
    good: meta('4.3', dp('Number=1,Type=String,Description="a"')),
  },
  META_FIELD_ORDER: {
    bad: meta('4.3', dp('Type=String,Number=1,Description="a"')),
    at: '2:27',
    good: meta('4.3', '##META=<ID=A,Type=String,Number=.,Values=[a, b]>'),
  },
  META_FIELD_REPEATED: {
    bad: meta('4.3', '##contig=<ID=1,length=2,length=2>'),
    at: '2:25',
    good: meta('4.3', '##contig=<ID=1,length=2>'),
  },
  META_DESCRIPTION_UNQUOTED: {
    bad: meta('4.3', '##FILTER=<ID=q,Description=x>'),
    at: '2:28',
    good: meta('4.3', '##FILTER=<ID=q,Description="x">'),
  },
  META_VALUE_UNQUOTED: {
    bad: meta('4.3', '##contig=<ID=1,species=Homo sapiens>'),
    at: '2:24',
    good: meta('4.3', '##contig=<ID=1,species="Homo sapiens">'),
  },
  META_VALUE_QUOTED: {
    bad: meta('4.1', '##SAMPLE=<ID=S,Genomes="G",Mixture=1,Description="d">'),
    at: '2:24',
    good: meta('4.3', '##SAMPLE=<ID=S,Genomes="G",Mixture=1,Description="d">'),
  },
  META_NUMBER_INVALID: {
    bad: meta('4.1', dp('Number=R,Type=Integer,Description="a"')),
    at: '2:22',
    good: meta('4.2', dp('Number=R,Type=Integer,Description="a"')),
  },
  META_TYPE_INVALID: {
    bad: meta('4.3', '##FORMAT=<ID=X,Number=0,Type=Flag,Description="a">'),
    at: '2:30',
    good: meta('4.3', '##INFO=<ID=X,Number=0,Type=Flag,Description="a">'),
  },
  META_FLAG_NUMBER: {
    bad: meta('4.3', dp('Number=1,Type=Flag,Description="a"')),
    at: '2:22',
    good: meta('4.3', dp('Number=0,Type=Flag,Description="a"')),
  },
  META_RESERVED_NUMBER: {
    bad: meta('4.3', '##FORMAT=<ID=AD,Number=.,Type=Integer,Description="a">'),
    at: '2:24',
    good: meta('4.2', '##FORMAT=<ID=AD,Number=.,Type=Integer,Description="a">'),
  },
  META_RESERVED_TYPE: {
    bad: meta('4.3', '##INFO=<ID=MQ,Number=1,Type=Integer,Description="a">'),
    at: '2:29',
    good: meta('4.2', '##INFO=<ID=MQ,Number=1,Type=Integer,Description="a">'),
  },
  META_ALT_TYPE: {
    bad: meta('4.2', '##ALT=<ID=NON_REF,Description="a">'),
    at: '2:11',
    good: meta('4.3', '##ALT=<ID=NON_REF,Description="a">'),
  },
  META_URL_INVALID: {
    bad: meta('4.3', '##assembly=ftp://8080:80/x'),
    at: '2:12',
    good: meta('4.3', '##assembly=ftp://80.80.80.80:80/x'),
  },
  META_VALUES_NOT_LIST: {
    bad: meta('4.3', '##META=<ID=A,Type=String,Number=1,Values=a>'),
    at: '2:42',
    good: meta('4.3', '##META=<ID=A,Type=String,Number=1,Values=[a]>'),
  },
  COLUMNS_MISSING: {
    bad: '##fileformat=VCFv4.3\n1\t1\t.\tA\tC\t.\t.\t.\n',
    at: '2:1',
    good: textOf({ records: ['1 1 . A C . . .'] }),
  },
  COLUMNS_INVALID: { bad: '##fileformat=VCFv4.3\n#CHROM POS\n', at: '2:1', good: meta('4.3') },
  COLUMNS_NO_SAMPLES: {
    bad: `##fileformat=VCFv4.3\n${COLUMNS}\tFORMAT\n`,
    at: '2:1',
    good: textOf({ samples: ['a'] }),
  },
  SAMPLE_NAME_DUPLICATE: {
    bad: textOf({ samples: ['a', 'b', 'a'] }),
    at: '2:51',
    good: textOf({ samples: ['a', 'b', 'A'] }),
  },
  SAMPLE_NAME_EMPTY: { bad: textOf({ samples: ['a', ''] }), at: '2:49', good: textOf({ samples: ['a', 'b'] }) },
  META_AFTER_COLUMNS: { bad: `${meta('4.3')}##x=y\n`, at: '3:1', good: meta('4.3', '##x=y') },
} as const satisfies Partial<Record<ProblemCode, Example>>;
