import { VcfAgentError } from '../../core/errors.ts';
import type { Limits } from './limits.ts';
import type { TextCursor } from './text-cursor.ts';

const NEWLINE = 10;
const HASH = 35;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const FIRST_CAPACITY = 2 ** 16;

export interface HeaderText {
  /** All lines that begin with `##` and the column line that begins with one `#`, as they stand. */
  readonly bytes: Buffer;
  readonly lines: number;
}

/**
 * Reads the header and leaves the cursor at the first data line. Ends early, without a column line, where a line begins
 * with anything but `#`; what to make of that is the header parser's business.
 * Throws INPUT_LIMIT for a header beyond the limits, and INPUT_TRUNCATED or INPUT_CORRUPT when the file is damaged in it.
 */
export async function readHeaderText(cursor: TextCursor, limits: Limits): Promise<HeaderText> {
  const { name } = cursor.source;
  if ((await cursor.advance()) && startsWithMark(cursor)) cursor.index += BYTE_ORDER_MARK.length;
  let header: Buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
  let length = 0;
  let lineStart = 0;
  let lines = 0;
  while (await cursor.advance()) {
    const { bytes, index } = cursor;
    if (lineStart === length && bytes[index] !== HASH) return { bytes: header.subarray(0, length), lines };
    const newline = bytes.indexOf(NEWLINE, index);
    const end = newline === -1 ? bytes.length : newline + 1;
    if (length + end - index > limits.headerBytes) throwTooLong(name, lines + 1, limits.headerBytes, 'bytes');
    if (lines === limits.headerLines) throwTooLong(name, lines + 1, limits.headerLines, 'lines');
    header = withRoom(header, length, end - index);
    length += bytes.copy(header, length, index, end);
    cursor.index = end;
    if (newline === -1) continue;
    lines++;
    if (header[lineStart + 1] !== HASH) return { bytes: header.subarray(0, length), lines };
    lineStart = length;
  }
  if (cursor.damage !== undefined) throwDamage(cursor, lines);
  return { bytes: header.subarray(0, length), lines: lineStart < length ? lines + 1 : lines };
}

function startsWithMark({ bytes, index }: TextCursor): boolean {
  return bytes.subarray(index, index + BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}

function withRoom(buffer: Buffer, length: number, needed: number): Buffer {
  if (length + needed <= buffer.length) return buffer;
  const grown = Buffer.allocUnsafe(Math.max(length + needed, buffer.length * 2));
  buffer.copy(grown, 0, 0, length);
  return grown;
}

function throwTooLong(name: string, line: number, limit: number, unit: string): never {
  throw new VcfAgentError('INPUT_LIMIT', `the header of ${name} is longer than ${limit} ${unit}`, {
    context: { file: name, line, limit },
  });
}

function throwDamage(cursor: TextCursor, lines: number): never {
  const damage = cursor.damage!;
  const { name } = cursor.source;
  const isCut = damage.code.endsWith('TRUNCATED') || damage.code === 'BGZF_EOF_MISSING';
  throw new VcfAgentError(isCut ? 'INPUT_TRUNCATED' : 'INPUT_CORRUPT', `${name}, in its header: ${damage.message}`, {
    context: { file: name, line: lines + 1, problem: damage.code },
  });
}
