import { VcfAgentError } from '../../core/errors.ts';
import type { TextCursor } from './text-cursor.ts';

const NEWLINE = 10;
const HASH = 35;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface HeaderText {
  /** All lines that begin with `##` and the column line that begins with one `#`, as they stand. */
  readonly bytes: Buffer;
  readonly lines: number;
}

/**
 * Reads the header and leaves the cursor at the first data line. Ends early, without a `#CHROM` line, where a line begins
 * with anything else; what to make of that is the header parser's business.
 * Throws INPUT_LIMIT for a header beyond `maxBytes`, and INPUT_TRUNCATED or INPUT_CORRUPT when the file is damaged in it.
 */
export async function readHeaderText(cursor: TextCursor, maxBytes: number): Promise<HeaderText> {
  const { name } = cursor.source;
  const parts: Buffer[] = [];
  let line: Buffer[] = [];
  let lines = 0;
  let length = 0;
  while (await cursor.advance()) {
    const { bytes, index } = cursor;
    if (lines === 0 && line.length === 0 && length === 0 && startsWithMark(bytes, index)) {
      cursor.index += BYTE_ORDER_MARK.length;
      continue;
    }
    if (line.length === 0 && bytes[index] !== HASH) return { bytes: Buffer.concat(parts), lines };
    const newline = bytes.indexOf(NEWLINE, index);
    const end = newline === -1 ? bytes.length : newline + 1;
    // Copied: the chunk is only valid until the next one.
    const piece = Buffer.from(bytes.subarray(index, end));
    cursor.index = end;
    length += piece.length;
    if (length > maxBytes) {
      throw new VcfAgentError('INPUT_LIMIT', `the header of ${name} is longer than ${maxBytes} bytes`, {
        context: { file: name, line: lines + 1, limit: maxBytes },
      });
    }
    parts.push(piece);
    line.push(piece);
    if (newline === -1) continue;
    lines++;
    const isColumnLine = !startsWithTwoHashes(line);
    line = [];
    if (isColumnLine) return { bytes: Buffer.concat(parts), lines };
  }
  if (cursor.damage !== undefined) throwDamage(cursor, lines);
  return { bytes: Buffer.concat(parts), lines: line.length > 0 ? lines + 1 : lines };
}

function startsWithMark(bytes: Buffer, index: number): boolean {
  return bytes.subarray(index, index + BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}

function startsWithTwoHashes(line: readonly Buffer[]): boolean {
  return Buffer.concat(line.slice(0, 2)).toString('latin1', 0, 2) === '##';
}

function throwDamage(cursor: TextCursor, lines: number): never {
  const damage = cursor.damage!;
  const { name } = cursor.source;
  const code =
    damage.code.endsWith('TRUNCATED') || damage.code === 'BGZF_EOF_MISSING' ? 'INPUT_TRUNCATED' : 'INPUT_CORRUPT';
  throw new VcfAgentError(code, `${name} is damaged in its header: ${damage.message}`, {
    context: { file: name, line: lines + 1, problem: damage.code },
  });
}
