import type { Problem } from '../../../src/core/problem.ts';
import { type ValidateBytesOptions, validateBytes } from '../../../src/vcf/validate/validate-bytes.ts';

export const COLUMNS = '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO';

/** A small file. Columns of records are written with blanks between them. */
export interface SmallFile {
  /** Default 4.3. */
  readonly version?: string;
  readonly meta?: readonly string[];
  /** Names of samples; with them `#CHROM` has FORMAT. */
  readonly samples?: readonly string[];
  readonly records?: readonly string[];
}

/** Its text; records start at line `3 + meta.length`. */
export function textOf({ version = '4.3', meta = [], samples = [], records = [] }: SmallFile): string {
  const columns = samples.length > 0 ? [COLUMNS, 'FORMAT', ...samples].join('\t') : COLUMNS;
  const lines = [
    `##fileformat=VCFv${version}`,
    ...meta,
    columns,
    ...records.map((record) => record.replaceAll(' ', '\t')),
  ];
  return `${lines.join('\n')}\n`;
}

/** All problems of a text, given to the validator in pieces of `pieceBytes`. */
export async function problemsOf(
  text: string | Uint8Array,
  pieceBytes = Number.POSITIVE_INFINITY,
  options: ValidateBytesOptions = {},
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for await (const problem of validateBytes(pieces(Buffer.from(text as string), pieceBytes), options)) {
    problems.push(problem);
  }
  return problems;
}

async function* pieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  // One buffer used again and again, as the readers do.
  const piece = new Uint8Array(Math.min(pieceBytes, bytes.length));
  for (let at = 0; at < bytes.length; at += piece.length) {
    const part = bytes.subarray(at, at + piece.length);
    piece.set(part);
    yield piece.subarray(0, part.length);
  }
}
