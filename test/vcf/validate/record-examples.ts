import type { ProblemCode } from '../../../src/vcf/validate/codes.ts';
import type { Example } from './header-examples.ts';
import { textOf } from './problems-of.ts';

const records = (...lines: string[]): string => textOf({ records: lines });
const old = (...lines: string[]): string => textOf({ version: '4.2', records: lines });
const declared = (declaration: string, ...lines: string[]): string => textOf({ meta: [declaration], records: lines });
const sample = (version: string, ...lines: string[]): string => textOf({ version, samples: ['s'], records: lines });
const info = (text: string): string => records(`1 1 . A C . . ${text}`);
const call = (text: string, alt = 'C'): string => sample('4.3', `1 1 . A ${alt} . . . ${text}`);
const FLAG = '##INFO=<ID=F,Number=0,Type=Flag,Description="f">';
const TEXT = '##INFO=<ID=T,Number=1,Type=String,Description="t">';

/** One example for each problem of records. Columns are written with blanks between them; `~` stands for a blank. */
export const RECORD_EXAMPLES = {
  RECORD_COLUMNS: { bad: records('1 1 . A C . .'), at: '3:1', good: records('1 1 . A C . . .') },
  FIELD_EMPTY: { bad: records('1 1  A C . . .'), at: '3:5', good: records('1 1 . A C . . .') },
  CHROM_INVALID: { bad: records('<1 1 . A C . . .'), at: '3:1', good: records('<1> 1 . A C . . .') },
  CHROM_UNDECLARED: {
    bad: declared('##contig=<ID=2>', '1 1 . A C . . .'),
    at: '4:1',
    good: declared('##contig=<ID=1>', '1 1 . A C . . .'),
  },
  CHROM_NOT_CONTIGUOUS: {
    bad: records('1 1 . A C . . .', '2 1 . A C . . .', '1 2 . A C . . .'),
    at: '5:1',
    good: records('1 1 . A C . . .', '<1> 2 . A C . . .', '1 3 . A C . . .', '2 1 . A C . . .'),
  },
  POS_NOT_INTEGER: { bad: records('1 01 . A C . . .'), at: '3:3', good: records('1 0 . A C . . .') },
  POS_OUT_OF_RANGE: { bad: records('1 2147483648 . A C . . .'), at: '3:3', good: records('1 2147483647 . A C . . .') },
  POS_BEYOND_CONTIG: {
    bad: declared('##contig=<ID=1,length=5>', '1 7 . A C . . .'),
    at: '4:3',
    good: declared('##contig=<ID=1,length=5>', '1 6 . A C . . .'),
  },
  POS_UNSORTED: {
    bad: records('1 2 . A C . . .', '1 1 . A C . . .'),
    at: '4:3',
    good: records('1 2 . A C . . .', '1 2 . A G . . .', '2 1 . A C . . .'),
  },
  ID_INVALID: { bad: records('1 1 a;;b A C . . .'), at: '3:5', good: records('1 1 a;b A C . . .') },
  ID_DUPLICATE: { bad: records('1 1 a;a A C . . .'), at: '3:5', good: records('1 1 a;A A C . . .', '1 2 a A C . . .') },
  REF_MISSING: { bad: records('1 1 . . C . . .'), at: '3:7', good: records('1 1 . N C . . .') },
  REF_INVALID: { bad: records('1 1 . AR C . . .'), at: '3:7', good: records('1 1 . an C . . .') },
  ALT_INVALID: { bad: records('1 1 . A C,,G . . .'), at: '3:11', good: records('1 1 . A C,*,G,.T,T. . . .') },
  ALT_SYMBOLIC_INVALID: { bad: records('1 1 . A <D>L> . . .'), at: '3:9', good: records('1 1 . A <DEL> . . .') },
  ALT_BREAKEND_INVALID: {
    bad: records('1 1 . A A[1:2] . . .'),
    at: '3:9',
    good: records('1 1 . A A[<c:1>:2[,]c:1:2]A . . .'),
  },
  ALT_EQUALS_REF: { bad: records('1 1 . A A . . .'), at: '3:9', good: records('1 1 . A . . . .') },
  ALT_UNDECLARED: {
    bad: records('1 1 . A <X> . . .'),
    at: '3:9',
    good: declared('##ALT=<ID=X,Description="x">', '1 1 . A <X> . . .'),
  },
  VARIANT_DUPLICATE: {
    bad: records('1 123 . TAT TGT . . .', '1 124 . A G . . .'),
    at: '4:11',
    good: records('1 123 . TAT TGT,<DEL> . . .', '1 123 . T <DEL> . . .', '1 124 . A C . . .', '2 124 . A G . . .'),
  },
  QUAL_NOT_NUMBER: { bad: records('1 1 . A C 1.e5 . .'), at: '3:11', good: old('1 1 . A C 1.e5 . .') },
  QUAL_NEGATIVE: {
    bad: records('1 1 . A C -1 . .'),
    at: '3:11',
    good: records('1 1 . A C -0.0 . .', '1 2 . A C +Inf . .'),
  },
  FILTER_INVALID: { bad: records('1 1 . A C . q;. .'), at: '3:13', good: records('1 1 . A C . q;r .') },
  FILTER_RESERVED: { bad: records('1 1 . A C . 0 .'), at: '3:13', good: records('1 1 . A C . q0 .') },
  FILTER_DUPLICATE: { bad: records('1 1 . A C . q;q .'), at: '3:13', good: records('1 1 . A C . q;Q .') },
  FILTER_PASS_COMBINED: { bad: records('1 1 . A C . q;PASS .'), at: '3:13', good: records('1 1 . A C . PASS .') },
  FILTER_UNDECLARED: {
    bad: records('1 1 . A C . q .'),
    at: '3:13',
    good: declared('##FILTER=<ID=q,Description="q">', '1 1 . A C . q .'),
  },
  INFO_MALFORMED: { bad: info('DB;;H2'), at: '3:18', good: info('DB;H2') },
  INFO_WHITESPACE: { bad: old('1 1 . A C . . AA=a~b'), at: '3:19', good: records('1 1 . A C . . AA=a~b') },
  INFO_VALUE_QUOTED: {
    bad: declared(TEXT, '1 1 . A C . . T="a,b=c"'),
    at: '4:17',
    good: declared(TEXT, '1 1 . A C . . T="a"'),
  },
  INFO_KEY_INVALID: { bad: info('9X=1'), at: '3:15', good: old('1 1 . A C . . 9X=1') },
  INFO_KEY_DUPLICATE: { bad: info('DP=1;DP=1'), at: '3:20', good: info('DP=1;MQ=1') },
  INFO_KEY_UNDECLARED: { bad: info('T=x'), at: '3:15', good: declared(TEXT, '1 1 . A C . . T=x') },
  INFO_NUMBER: {
    bad: records('1 1 . A C,G . . AC=1'),
    at: '3:20',
    good: records('1 1 . A C,G . . AC=1,2', '1 2 . A C,G . . AC=.', '1 3 . A . . . AC=1'),
  },
  INFO_TYPE: { bad: info('DP=1.0'), at: '3:18', good: info('DP=.') },
  INFO_FLAG_VALUE: { bad: declared(FLAG, '1 1 . A C . . F=2'), at: '4:17', good: declared(FLAG, '1 1 . A C . . F=0') },
  INFO_INTEGER_RANGE: { bad: info('DP=-2147483641'), at: '3:18', good: info('DP=2147483647') },
  INFO_NEGATIVE: { bad: info('AF=-0.1'), at: '3:18', good: info('AF=-0.0') },
  INFO_CIGAR_INVALID: { bad: info('CIGAR=M1'), at: '3:21', good: info('CIGAR=1M2D') },
  INFO_END_BEFORE_POS: { bad: records('1 5 . A C . . END=4'), at: '3:19', good: records('1 5 . A C . . END=5') },
  FORMAT_KEY_INVALID: {
    bad: sample('4.2', '1 1 . A C . . . GT:A_B 0/1'),
    at: '3:20',
    good: sample('4.3', '1 1 . A C . . . GT:A_B 0/1'),
  },
  FORMAT_KEY_DUPLICATE: { bad: call('DP:DP 1:1'), at: '3:20', good: call('DP:GQ 1:1') },
  FORMAT_KEY_UNDECLARED: { bad: call('XY 1'), at: '3:17', good: call('DP 1') },
  FORMAT_GT_NOT_FIRST: { bad: call('DP:GT 1:0/1'), at: '3:20', good: call('GT:DP 0/1:1') },
  SAMPLE_TOO_MANY_VALUES: { bad: call('GT 0/1:1'), at: '3:20', good: call('GT:DP:GQ 0/1') },
  SAMPLE_VALUE_EMPTY: { bad: call('GT:DP 0/1:'), at: '3:27', good: call('GT:DP 0/1:.') },
  SAMPLE_NUMBER: { bad: call('GT:PL 0:0,1,2'), at: '3:25', good: call('GT:PL 0/0/1:0,1,2,3') },
  SAMPLE_TYPE: { bad: call('GT:DP 0/1:x'), at: '3:27', good: call('GT:GL 0/1:-1,nan,.') },
  SAMPLE_INTEGER_RANGE: { bad: call('PS 2147483648'), at: '3:20', good: sample('4.2', '1 1 . A C . . . GT 0/1') },
  SAMPLE_NEGATIVE: { bad: call('DP -1'), at: '3:20', good: call('DP 0') },
  GT_INVALID: { bad: call('GT 0/|1'), at: '3:20', good: sample('4.4', '1 1 . A C . . . GT |0/1') },
  GT_ALLELE_UNKNOWN: { bad: call('GT 0/2'), at: '3:20', good: call('GT 0/2', 'C,G') },
} as const satisfies Partial<Record<ProblemCode, Example>>;
