import type { Severity } from '../../core/problem.ts';

interface CodeEntry {
  readonly severity: Severity;
  /** One line for docs/validation.md. */
  readonly text: string;
}

function error(text: string): CodeEntry {
  return { severity: 'error', text };
}

function warning(text: string): CodeEntry {
  return { severity: 'warning', text };
}

/**
 * Every code the validator and the header parser give, with its usual severity. Where versions of the specification
 * differ, the rule says so and lowers the severity. docs/validation.md lists the same table and a test keeps them equal.
 */
export const PROBLEM_CODES = {
  FILE_EMPTY: error('The file has no lines.'),
  HEADER_TOO_LONG: error('The header is longer than the limit; nothing behind it is checked.'),
  LINE_TOO_LONG: error('A line is longer than the limit; it is not checked.'),
  LINE_BLANK: error('An empty line.'),
  LINE_CONTROL_CHARACTER: error('A control character inside a line (also a lone carriage return).'),
  LINE_NOT_UTF8: error('A line is not valid UTF-8 (a warning for header lines before 4.3).'),
  BYTE_ORDER_MARK: error('The file starts with a byte order mark (a warning before 4.3).'),
  FINAL_NEWLINE_MISSING: error('The last line has no line end (in 4.3; a warning later, nothing before).'),

  FILEFORMAT_MISSING: error('The first line is not `##fileformat=VCFv4.x`.'),
  FILEFORMAT_INVALID: error('The value of `##fileformat` is not `VCFv4.x`.'),
  FILEFORMAT_REPEATED: error('A second `##fileformat` line.'),
  FILEFORMAT_UNSUPPORTED: warning('A version this program has no rules for; the nearest one is used.'),
  META_MALFORMED: error('A header line is not `##key=value`, or its `<...>` structure breaks the syntax.'),
  META_VALUE_EMPTY: error('A `##key=` line without a value.'),
  META_ID_MISSING: error('A structured header line has no ID.'),
  META_ID_INVALID: error('The ID of a header line has characters that are not allowed.'),
  META_DUPLICATE: error('Two header lines of one kind have the same ID (a warning before 4.3).'),
  META_FIELD_MISSING: error('A header line lacks a field that its kind requires.'),
  META_FIELD_ORDER: error(
    'The fields of a header line are not in the order of the specification (a warning from 4.4 on).',
  ),
  META_FIELD_REPEATED: error('A header line has a field twice.'),
  META_DESCRIPTION_UNQUOTED: error('A Description is not in double quotes.'),
  META_VALUE_UNQUOTED: error('A value with whitespace is not in double quotes.'),
  META_VALUE_QUOTED: error('A value is in double quotes where the version allows none.'),
  META_NUMBER_INVALID: error('Number is neither a count nor a letter that the version defines.'),
  META_TYPE_INVALID: error('Type is not one that the version defines for this kind of line.'),
  META_FLAG_NUMBER: warning('A Flag should have Number=0.'),
  META_RESERVED_NUMBER: error('A reserved key is declared with another Number than the specification gives it.'),
  META_RESERVED_TYPE: error('A reserved key is declared with another Type than the specification gives it.'),
  META_ALT_TYPE: error('The first level of a symbolic allele is not one of the defined types.'),
  META_URL_INVALID: error('A URL is required and this is none.'),
  META_VALUES_NOT_LIST: error('Values of a ##META line is not a list in square brackets.'),

  COLUMNS_MISSING: error('There is no `#CHROM` line.'),
  COLUMNS_INVALID: error('The `#CHROM` line does not name the eight or nine fixed columns, separated by tabs.'),
  COLUMNS_NO_SAMPLES: error('The `#CHROM` line has FORMAT and no sample.'),
  SAMPLE_NAME_DUPLICATE: error('Two samples have the same name.'),
  SAMPLE_NAME_EMPTY: error('A sample has no name.'),
  META_AFTER_COLUMNS: error('A line that starts with # among the records.'),

  RECORD_COLUMNS: error('A record has another number of columns than the `#CHROM` line.'),
  FIELD_EMPTY: error('A field has no characters; a missing value is written as a dot.'),
  CHROM_INVALID: error('CHROM is not a contig name, nor one in angle brackets.'),
  CHROM_UNDECLARED: warning('CHROM has no ##contig line, though others have; said once.'),
  CHROM_NOT_CONTIGUOUS: error('The records of a chromosome do not stand together.'),
  POS_NOT_INTEGER: error('POS is not a decimal integer of at least 0.'),
  POS_OUT_OF_RANGE: error('POS does not fit 32 bits.'),
  POS_BEYOND_CONTIG: error('POS lies beyond the end of its contig (length + 1 is the telomere).'),
  POS_UNSORTED: error('POS is smaller than in the record before (a warning from 4.4 on, as in the corpus).'),
  ID_INVALID: error('ID has whitespace or an empty part.'),
  ID_DUPLICATE: error('ID names one identifier twice (a warning before 4.3).'),
  REF_MISSING: error('REF is missing.'),
  REF_INVALID: error('REF has characters other than A, C, G, T and N.'),
  ALT_INVALID: error('An ALT allele is neither bases, `*`, `.`, a symbolic allele nor a breakend.'),
  ALT_SYMBOLIC_INVALID: error('A symbolic allele has whitespace, a comma or angle brackets in its name, or no name.'),
  ALT_BREAKEND_INVALID: error('A breakend is not of the forms t[p[, t]p], ]p]t, [p[t, .t or t.'),
  ALT_EQUALS_REF: warning('An ALT allele is the same as REF.'),
  ALT_UNDECLARED: warning('A symbolic allele has no ##ALT line; said once.'),
  VARIANT_DUPLICATE: error('The same allele is given twice, in one record or in two.'),
  QUAL_NOT_NUMBER: error('QUAL is not a number.'),
  QUAL_NEGATIVE: error('QUAL is negative.'),
  FILTER_INVALID: error('FILTER has whitespace, an empty part, or a dot beside a filter.'),
  FILTER_RESERVED: error('FILTER has the reserved value 0.'),
  FILTER_DUPLICATE: error('FILTER names one filter twice (a warning before 4.3).'),
  FILTER_PASS_COMBINED: warning('FILTER has PASS beside a failed filter.'),
  FILTER_UNDECLARED: warning('A filter has no ##FILTER line; said once.'),
  INFO_MALFORMED: error('INFO has an empty entry, an entry without a key, or a bare `=` in a value.'),
  INFO_WHITESPACE: error('INFO has whitespace (before 4.3).'),
  INFO_VALUE_QUOTED: warning('A String value in double quotes has commas or equals signs inside.'),
  INFO_KEY_INVALID: error('An INFO key has characters that are not allowed; said once for each key.'),
  INFO_KEY_DUPLICATE: error('An INFO key is given twice (a warning before 4.3).'),
  INFO_KEY_UNDECLARED: warning('An INFO key has no ##INFO line and is not reserved; said once.'),
  INFO_NUMBER: error('An INFO key has another count of values than its Number says.'),
  INFO_TYPE: error('A value of an INFO key is not of its Type.'),
  INFO_FLAG_VALUE: error('A flag has a value other than 0 or 1.'),
  INFO_INTEGER_RANGE: error(
    'An integer does not fit 32 bits, or is one of the eight reserved values (a warning before 4.3).',
  ),
  INFO_NEGATIVE: error('A count, depth, frequency or position is negative.'),
  INFO_CIGAR_INVALID: error('CIGAR is not made of lengths and operations.'),
  INFO_END_BEFORE_POS: warning('END is smaller than POS.'),
  FORMAT_KEY_INVALID: error('A FORMAT key is empty or has characters that are not allowed; said once for each key.'),
  FORMAT_KEY_DUPLICATE: error('A FORMAT key is given twice (a warning before 4.3).'),
  FORMAT_KEY_UNDECLARED: warning('A FORMAT key has no ##FORMAT line and is not reserved; said once.'),
  FORMAT_GT_NOT_FIRST: error('GT is not the first FORMAT key.'),
  SAMPLE_TOO_MANY_VALUES: error('A sample has more values than FORMAT has keys.'),
  SAMPLE_VALUE_EMPTY: error('A sample value has no characters; a missing value is written as a dot.'),
  SAMPLE_NUMBER: error('A sample value has another count than its Number says.'),
  SAMPLE_TYPE: error('A sample value is not of its Type.'),
  SAMPLE_INTEGER_RANGE: error(
    'An integer does not fit 32 bits, or is one of the eight reserved values (a warning before 4.3).',
  ),
  SAMPLE_NEGATIVE: error('A depth, count or quality is negative.'),
  GT_INVALID: error('GT is not alleles separated by / or |.'),
  GT_ALLELE_UNKNOWN: error(
    'GT names an allele that the record does not have (a warning for allele 1 where ALT is missing).',
  ),
} as const satisfies Record<string, CodeEntry>;

export type ProblemCode = keyof typeof PROBLEM_CODES;

/**
 * What reading gives where validation does not look: `ingest` is tolerant, so it rejects a record only when it cannot be read
 * (error) and counts the rest as warnings; a damaged container ends the file early. Some names are those of above.
 */
export const READING_CODES = {
  BCF_RECORD_CORRUPT: error('A BCF record does not have the shape that its lengths say.'),
  BCF_TRUNCATED: error('The file ends inside a BCF record.'),
  BGZF_CORRUPT: error('A BGZF block cannot be decompressed, or what follows a block is none.'),
  BGZF_CRC_MISMATCH: error('The checksum of a BGZF block does not fit what it holds.'),
  BGZF_EOF_MISSING: error('The file ends without the empty BGZF block that marks its end: it is probably cut.'),
  BGZF_TRUNCATED: error('The file ends inside a BGZF block.'),
  GZIP_CORRUPT: error('The gzip stream cannot be decompressed, or its checksum does not fit.'),
  GZIP_TRUNCATED: error('The file ends inside its gzip stream.'),
  ALT_EMPTY: error('ALT has no characters.'),
  CHROM_EMPTY: error('CHROM has no characters.'),
  CHROM_TOO_LONG: error('CHROM is longer than 1,000 bytes.'),
  COLUMNS_TOO_FEW: error('A record has fewer than eight columns.'),
  CONTROL_BYTE: error('A record has the byte 0x1F, which separates columns on the way to the database.'),
  EMPTY_LINE: warning('An empty line is passed over.'),
  HEADER_LINE_AMONG_RECORDS: error('A header line among the records.'),
  INVALID_UTF8: error('A record is not valid UTF-8.'),
  LINE_TRUNCATED: error('The file is damaged inside this line.'),
  NUL_BYTE: error('A record has a NUL byte.'),
  REF_EMPTY: error('REF has no characters.'),
  SAMPLE_COUNT: error('A record has another number of samples than the header names.'),
  ALT_NOT_BASES: warning('ALT has a symbol that is no base: the record is not left-aligned.'),
  REF_CONTIG_UNKNOWN: warning('The reference has no such contig: the record is not left-aligned.'),
  REF_MISMATCH: warning('REF is not what the reference has there.'),
  REF_NOT_BASES: warning('REF has a symbol that is no base: the record is not left-aligned.'),
  SPLIT_COUNT_MISMATCH: warning(
    'A list has another count of values than the alleles ask for: it is kept whole when the record is split.',
  ),
  SPLIT_TOO_LARGE: error('A record with many alleles would become too large when split.'),
} as const satisfies Record<string, CodeEntry>;
