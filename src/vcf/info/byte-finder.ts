/**
 * Finds one byte value in a buffer, from offsets that mostly grow. The last find is remembered, so a byte that is rare
 * beyond the row at hand is not searched for again with every row.
 */
export class ByteFinder {
  private readonly bytes: Buffer;
  private readonly byte: number;
  private from = 0;
  private found = -1;

  constructor(bytes: Buffer, byte: number) {
    this.bytes = bytes;
    this.byte = byte;
  }

  /** Offset of the first such byte at or after `from`, or the length of the buffer. */
  next(from: number): number {
    if (this.found < from || from < this.from) {
      const at = this.bytes.indexOf(this.byte, from);
      this.found = at < 0 ? this.bytes.length : at;
    }
    this.from = from;
    return this.found;
  }
}
