import { Buffer, isUtf8 } from 'node:buffer';

const LF = 0x0a;
const CR = 0x0d;

/** One line without its line end, as latin1 (one character a byte, so offsets are byte offsets). */
export interface RawLine {
  readonly text: string;
  readonly utf8: boolean;
  /** Longer than the limit: `text` is only its start. */
  readonly tooLong: boolean;
  /** Ended by LF or CR LF. */
  readonly terminated: boolean;
}

/** Cuts chunks of bytes into lines (LF or CR LF). Keeps at most one line; more than `maxBytes` of it is thrown away. */
export class LineSplitter {
  private readonly maxBytes: number;
  private pieces: Uint8Array[] = [];
  private kept = 0;
  private tooLong = false;
  private pending = false;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  *push(chunk: Uint8Array): Generator<RawLine> {
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      this.keep(chunk.subarray(start, end));
      yield this.take(true);
      start = end + 1;
    }
    if (start < chunk.length) {
      // A copy, as the caller may reuse the chunk.
      this.keep(Buffer.from(chunk.subarray(start)));
      this.pending = true;
    }
  }

  /** The last line, when it has no line end. */
  *end(): Generator<RawLine> {
    if (this.pending) yield this.take(false);
  }

  private keep(piece: Uint8Array): void {
    const room = this.maxBytes - this.kept;
    if (piece.length > room) this.tooLong = true;
    const part = piece.length > room ? piece.subarray(0, room) : piece;
    if (part.length > 0) this.pieces.push(part);
    this.kept += part.length;
  }

  private take(terminated: boolean): RawLine {
    const first = this.pieces[0];
    const whole = this.pieces.length === 1 && first !== undefined ? asBuffer(first) : Buffer.concat(this.pieces);
    const end = terminated && whole[whole.length - 1] === CR ? whole.length - 1 : whole.length;
    const line = {
      text: whole.toString('latin1', 0, end),
      utf8: this.tooLong || isUtf8(whole),
      tooLong: this.tooLong,
      terminated,
    };
    this.pieces = [];
    this.kept = 0;
    this.tooLong = false;
    this.pending = false;
    return line;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
