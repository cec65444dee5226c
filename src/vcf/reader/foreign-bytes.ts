import { isUtf8 } from 'node:buffer';
import type { RowFault } from '../lines.ts';

const NUL = 0;
/** Unit separator: the delimiter of our COPY format, so it cannot stand in a field. */
const SEPARATOR = 0x1f;

/** True when text holds a byte that cannot be stored: NUL, 0x1F, or what is not UTF-8. */
export function hasForeignBytes(text: Buffer): boolean {
  return !isUtf8(text) || text.includes(NUL) || text.includes(SEPARATOR);
}

/** The first such byte of a line that begins at `start` of its batch. */
export function findForeignByte(line: Buffer, start: number): RowFault | undefined {
  const nul = line.indexOf(NUL);
  if (nul !== -1) return { code: 'NUL_BYTE', field: 'line', at: start + nul, message: 'a NUL byte' };
  const separator = line.indexOf(SEPARATOR);
  if (separator !== -1) {
    return { code: 'CONTROL_BYTE', field: 'line', at: start + separator, message: 'a unit separator (byte 0x1F)' };
  }
  if (isUtf8(line)) return undefined;
  return { code: 'INVALID_UTF8', field: 'line', at: start + validPrefix(line), message: 'not valid UTF-8' };
}

/** Bytes before the first one that UTF-8 does not allow: where decoding and encoding again first differs. */
function validPrefix(line: Buffer): number {
  const again = Buffer.from(line.toString('utf8'));
  let at = 0;
  while (at < line.length && line[at] === again[at]) at++;
  return at;
}
