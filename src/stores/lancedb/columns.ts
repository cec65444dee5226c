import { type Data, type DataType, makeData, Utf8 } from 'apache-arrow';

/** Which values of a column are there: a bit each, as Arrow has it. */
class Validity {
  #bits: Uint8Array;
  #length = 0;
  nullCount = 0;

  constructor(rows: number) {
    this.#bits = new Uint8Array((rows + 7) >> 3);
  }

  add(isThere: boolean): void {
    if (isThere) this.#bits[this.#length >> 3]! |= 1 << (this.#length & 7);
    else this.nullCount++;
    this.#length++;
  }

  get bitmap(): Uint8Array | undefined {
    return this.nullCount === 0 ? undefined : this.#bits;
  }
}

/** A column of texts, appended as bytes: no string is made of what is a run of bytes already. */
export class TextColumn {
  readonly #offsets: Int32Array;
  readonly #validity: Validity;
  #bytes: Buffer;
  #rows = 0;
  #at = 0;

  constructor(rows: number) {
    this.#offsets = new Int32Array(rows + 1);
    this.#validity = new Validity(rows);
    this.#bytes = Buffer.allocUnsafe(Math.max(64, rows * 16));
  }

  add(text: string | null): void {
    if (text !== null) {
      // No character takes more than three bytes for each of its UTF-16 units.
      this.#reserve(text.length * 3);
      this.#at += this.#bytes.write(text, this.#at, 'utf8');
    }
    this.#end(text !== null);
  }

  addBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    this.#bytes.set(bytes.subarray(start, end), this.#at);
    this.#at += end - start;
    this.#end(true);
  }

  data(): Data<Utf8> {
    return makeData({
      type: new Utf8(),
      length: this.#rows,
      nullCount: this.#validity.nullCount,
      nullBitmap: this.#validity.bitmap,
      valueOffsets: this.#offsets.subarray(0, this.#rows + 1),
      data: this.#bytes.subarray(0, this.#at),
    });
  }

  #end(isThere: boolean): void {
    this.#validity.add(isThere);
    this.#offsets[++this.#rows] = this.#at;
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + size));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

type Numbers = Float32Array | Int32Array | BigInt64Array;

/** A column of numbers. */
export class NumberColumn<Values extends Numbers> {
  readonly #type: DataType;
  readonly #values: Values;
  readonly #validity: Validity;
  #rows = 0;

  /** `values`: one for each row, zeros. */
  constructor(type: DataType, values: Values) {
    this.#type = type;
    this.#values = values;
    this.#validity = new Validity(values.length);
  }

  add(value: Values[number] | null): void {
    if (value !== null) this.#values[this.#rows] = value;
    this.#validity.add(value !== null);
    this.#rows++;
  }

  data(): Data {
    const { nullCount, bitmap: nullBitmap } = this.#validity;
    return makeData({ type: this.#type, length: this.#rows, nullCount, nullBitmap, data: this.#values } as never);
  }
}
