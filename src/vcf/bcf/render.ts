import type { Dictionary } from './dictionary.ts';
import { formatFloat } from './float-text.ts';
import { LineBuffer } from './line-buffer.ts';

/** Typed values (VCF 4.3 §6.3.3). */
const INT8 = 1;
const INT16 = 2;
const INT32 = 3;
const FLOAT = 5;
const CHAR = 7;
/** Stands for a length that does not fit into the descriptor: a typed integer follows. */
const LONG_LENGTH = 15;
const SIZES: readonly number[] = [0, 1, 2, 4, 0, 4, 0, 1];

/** By integer width in bytes; the next value up ends a vector. */
const MISSING: readonly number[] = [0, -0x80, -0x8000, 0, -0x80000000];
const FLOAT_MISSING = 0x7f800001;
const FLOAT_END = 0x7f800002;
const CHAR_MISSING = 7;

const DOT = 46;
const TAB = 9;
const COMMA = 44;
const SEMICOLON = 59;
const COLON = 58;
const EQUALS = 61;
const SLASH = 47;
const PIPE = 124;
const FIRST_PRINTABLE = 32;

/** CHROM, POS, rlen, QUAL and two packed counts. */
const FIXED_BYTES = 24;

/** What is wrong with one BCF record. Never leaves src/vcf/bcf. */
export class BcfFault extends Error {}

interface FormatField {
  readonly key: Buffer;
  readonly type: number;
  readonly length: number;
  readonly from: number;
}

/**
 * Turns BCF records into VCF lines, byte for byte as `bcftools view` prints them (vcf_format in htslib's vcf.c).
 * `minor` is the BCF 2 minor version: in 2.1 vectors are padded with missing values, in 2.2 with end-of-vector marks.
 */
export class BcfRenderer {
  readonly #dictionary: Dictionary;
  readonly #samples: number;
  readonly #minor: number;
  readonly #line = new LineBuffer();
  #record: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  constructor(dictionary: Dictionary, samples: number, minor: number) {
    this.#dictionary = dictionary;
    this.#samples = samples;
    this.#minor = minor;
  }

  /** The line of one record (shared part, then individual part), valid until the next call. Throws BcfFault. */
  render(record: Buffer, sharedBytes: number): Buffer {
    this.#line.clear();
    this.#record = record;
    this.#at = 0;
    this.#end = sharedBytes;
    if (sharedBytes < FIXED_BYTES) throw new BcfFault('the shared part is shorter than its fixed fields');
    const counts = record.readUInt32LE(16);
    const formats = record.readUInt32LE(20) >>> 24;
    const samples = record.readUInt32LE(20) & 0xffffff;
    if (samples !== this.#samples) throw new BcfFault(`${samples} samples, the header names ${this.#samples}`);
    this.#renderSite(counts >>> 16);
    this.#renderInfo(counts & 0xffff);
    this.#at = sharedBytes;
    this.#end = record.length;
    if (samples > 0) this.#renderSamples(formats, samples);
    return this.#line.line;
  }

  #renderSite(alleles: number): void {
    const line = this.#line;
    const record = this.#record;
    line.append(nameOf(this.#dictionary.contigs, record.readInt32LE(0), 'contig'));
    line.byte(TAB);
    line.integer(record.readInt32LE(4) + 1);
    line.byte(TAB);
    this.#at = FIXED_BYTES;
    this.#renderTyped();
    for (let allele = 0; allele < Math.max(2, alleles); allele++) {
      line.byte(allele < 2 ? TAB : COMMA);
      if (allele < alleles) this.#renderTyped();
      else line.byte(DOT);
    }
    line.byte(TAB);
    if (record.readUInt32LE(12) === FLOAT_MISSING) line.byte(DOT);
    else line.ascii(formatFloat(record.readFloatLE(12)));
    line.byte(TAB);
    this.#renderFilters();
    line.byte(TAB);
  }

  #renderFilters(): void {
    const { type, length } = this.#readDescriptor();
    if (length === 0) this.#line.byte(DOT);
    for (let index = 0; index < length; index++) {
      if (index > 0) this.#line.byte(SEMICOLON);
      this.#line.append(nameOf(this.#dictionary.keys, this.#readInteger(type), 'FILTER'));
    }
  }

  #renderInfo(count: number): void {
    const line = this.#line;
    if (count === 0) line.byte(DOT);
    for (let index = 0; index < count; index++) {
      if (index > 0) line.byte(SEMICOLON);
      line.append(nameOf(this.#dictionary.keys, this.#readTypedInteger(), 'INFO'));
      const { type, length } = this.#readDescriptor();
      if (length === 0) continue;
      line.byte(EQUALS);
      this.#renderVector(type, length, this.#take(length * sizeOf(type)));
    }
  }

  #renderSamples(formats: number, samples: number): void {
    const line = this.#line;
    const fields: FormatField[] = [];
    for (let index = 0; index < formats; index++) {
      const key = nameOf(this.#dictionary.keys, this.#readTypedInteger(), 'FORMAT');
      const { type, length } = this.#readDescriptor();
      fields.push({ key, type, length, from: this.#take(samples * length * sizeOf(type)) });
      line.byte(index === 0 ? TAB : COLON);
      line.append(key);
    }
    if (formats === 0) this.#missingColumn();
    for (let sample = 0; sample < samples; sample++) {
      if (formats === 0) this.#missingColumn();
      for (let index = 0; index < fields.length; index++) {
        line.byte(index === 0 ? TAB : COLON);
        this.#renderSampleField(fields[index]!, sample);
      }
    }
  }

  #missingColumn(): void {
    this.#line.byte(TAB);
    this.#line.byte(DOT);
  }

  #renderSampleField(field: FormatField, sample: number): void {
    const { key, type, length } = field;
    const from = field.from + sample * length * sizeOf(type);
    const isGenotype = key.length === 2 && key[0] === 71 && key[1] === 84;
    if (isGenotype && type >= INT8 && type <= INT32) this.#renderGenotype(type, length, from);
    else this.#renderVector(type, length, from);
  }

  /** Alleles as (index + 1) << 1, the lowest bit says phased (VCF 4.3 §6.3.3, genotype fields). */
  #renderGenotype(type: number, length: number, from: number): void {
    const line = this.#line;
    const size = sizeOf(type);
    const end = MISSING[size]! + 1;
    let index = 0;
    for (; index < length; index++) {
      const value = this.#integerAt(type, from + index * size);
      // In 2.1 a genotype of lower ploidy is padded with missing values.
      if (value === end || (this.#minor < 2 && index > 0 && value === MISSING[size])) break;
      if (index > 0) line.byte(value & 1 ? PIPE : SLASH);
      if (value >> 1 === 0 || value === MISSING[size]) line.byte(DOT);
      else line.integer((value >> 1) - 1);
    }
    if (index === 0) line.byte(DOT);
  }

  #renderTyped(): void {
    const { type, length } = this.#readDescriptor();
    this.#renderVector(type, length, this.#take(length * sizeOf(type)));
  }

  #renderVector(type: number, length: number, from: number): void {
    if (length === 0) this.#line.byte(DOT);
    else if (type === CHAR) this.#renderText(length, from);
    else if (type === FLOAT) this.#renderFloats(length, from);
    else this.#renderIntegers(type, length, from);
  }

  #renderText(length: number, from: number): void {
    const record = this.#record;
    // GATK's 2.1 begins a list of strings with a comma.
    const start = this.#minor < 2 && length > 1 && record[from] === COMMA ? from + 1 : from;
    for (let at = start; at < from + length; at++) {
      const byte = record[at]!;
      if (byte === 0) return;
      if (byte < FIRST_PRINTABLE && byte !== CHAR_MISSING) throw new BcfFault('a control character in a text value');
      this.#line.byte(byte === CHAR_MISSING ? DOT : byte);
    }
  }

  #renderFloats(length: number, from: number): void {
    for (let index = 0; index < length; index++) {
      const bits = this.#record.readUInt32LE(from + 4 * index);
      if (bits === FLOAT_END || (bits === FLOAT_MISSING && this.#isPadding(index))) return;
      if (index > 0) this.#line.byte(COMMA);
      if (bits === FLOAT_MISSING) this.#line.byte(DOT);
      else this.#line.ascii(formatFloat(this.#record.readFloatLE(from + 4 * index)));
    }
  }

  #renderIntegers(type: number, length: number, from: number): void {
    const size = sizeOf(type);
    const missing = MISSING[size]!;
    for (let index = 0; index < length; index++) {
      const value = this.#integerAt(type, from + index * size);
      if (value === missing + 1 || (value === missing && this.#isPadding(index))) return;
      if (index > 0) this.#line.byte(COMMA);
      if (value === missing) this.#line.byte(DOT);
      else this.#line.integer(value);
    }
  }

  #isPadding(index: number): boolean {
    return this.#minor < 2 && index > 0;
  }

  #readDescriptor(): { type: number; length: number } {
    const byte = this.#record[this.#take(1)]!;
    const type = byte & 0xf;
    const short = byte >>> 4;
    const length = short === LONG_LENGTH ? this.#readTypedInteger() : short;
    // Type 0 is "missing" and holds nothing.
    if (length < 0) throw new BcfFault('a negative length');
    if (type !== 0 && sizeOf(type) === 0) throw new BcfFault(`an unknown value type ${type}`);
    return { type, length: type === 0 ? 0 : length };
  }

  #readTypedInteger(): number {
    const byte = this.#record[this.#take(1)]!;
    if (byte >>> 4 !== 1) throw new BcfFault('one integer expected');
    return this.#readInteger(byte & 0xf);
  }

  #readInteger(type: number): number {
    if (type < INT8 || type > INT32) throw new BcfFault('an integer expected');
    return this.#integerAt(type, this.#take(sizeOf(type)));
  }

  #integerAt(type: number, at: number): number {
    if (type === INT8) return this.#record.readInt8(at);
    return type === INT16 ? this.#record.readInt16LE(at) : this.#record.readInt32LE(at);
  }

  /** Moves past `count` bytes and returns where they begin. */
  #take(count: number): number {
    const from = this.#at;
    if (from + count > this.#end) throw new BcfFault('a value reaches beyond the end of its record');
    this.#at = from + count;
    return from;
  }
}

function sizeOf(type: number): number {
  return SIZES[type] ?? 0;
}

function nameOf(names: readonly (Buffer | undefined)[], index: number, what: string): Buffer {
  const name = names[index];
  if (name === undefined) throw new BcfFault(`${what} number ${index} is not in the header`);
  return name;
}
