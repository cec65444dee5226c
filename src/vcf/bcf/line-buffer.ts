const MIN_SPARE = 64;
const ZERO = 48;
const MINUS = 45;

/** A line under construction, as bytes. */
export class LineBuffer {
  bytes = Buffer.allocUnsafe(4096);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  get line(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  #reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe((this.length + count) * 2);
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.#reserve(MIN_SPARE);
    this.bytes[this.length++] = value;
  }

  append(bytes: Uint8Array, from = 0, to = bytes.length): void {
    this.#reserve(to - from);
    for (let at = from; at < to; at++) this.bytes[this.length++] = bytes[at]!;
  }

  ascii(text: string): void {
    this.#reserve(text.length);
    for (let at = 0; at < text.length; at++) this.bytes[this.length++] = text.charCodeAt(at);
  }

  integer(value: number): void {
    this.#reserve(MIN_SPARE);
    if (value < 0) this.bytes[this.length++] = MINUS;
    let rest = Math.abs(value);
    let digits = 1;
    for (let bound = 10; bound <= rest; bound *= 10) digits++;
    this.length += digits;
    for (let at = this.length - 1; digits > 0; at--, digits--) {
      const next = Math.floor(rest / 10);
      this.bytes[at] = ZERO + rest - next * 10;
      rest = next;
    }
  }
}
