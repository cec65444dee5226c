import { VcfAgentError } from '../../core/errors.ts';
import type { Header } from '../header/model.ts';
import { BatchBuilder, type BatchLimits } from '../reader/batch-builder.ts';
import type { RecordBatch, ResumePoint } from '../reader/record-batch.ts';
import { finishBatch } from '../reader/text-batches.ts';
import type { TextCursor } from '../reader/text-cursor.ts';
import { damageAt } from '../reader/text-source.ts';
import { buildDictionary, withoutIndexes } from './dictionary.ts';
import { BcfFault, BcfRenderer } from './render.ts';

const MAGIC = Buffer.from('BCF\x02', 'latin1');
/** Magic, minor version, length of the header text. */
const PREAMBLE_BYTES = 9;
const LENGTHS_BYTES = 8;

/** True when the bytes begin as a BCF 2 file does. */
export function isBcf(bytes: Buffer): boolean {
  return bytes.subarray(0, MAGIC.length).equals(MAGIC);
}

export interface BcfHeaderText {
  /** VCF header text without the `IDX` fields, for everybody else. */
  readonly text: Buffer;
  /** With them: what the numbers in the records refer to. */
  readonly original: Buffer;
  readonly minor: number;
}

/** Reads the header; the cursor then stands at the first record. Throws INPUT_FORMAT, INPUT_LIMIT, INPUT_TRUNCATED. */
export async function readBcfHeader(cursor: TextCursor, maxBytes: number): Promise<BcfHeaderText> {
  const { name } = cursor.source;
  const context = { file: name };
  const preamble = Buffer.alloc(PREAMBLE_BYTES);
  const truncated = () => new VcfAgentError('INPUT_TRUNCATED', `${name} ends inside its BCF header`, { context });
  if ((await cursor.read(preamble)) < PREAMBLE_BYTES) throw truncated();
  const minor = preamble[4]!;
  if (minor !== 1 && minor !== 2) {
    throw new VcfAgentError('INPUT_FORMAT', `${name} is BCF 2.${minor}; 2.1 and 2.2 are read`, { context });
  }
  const length = preamble.readUInt32LE(5);
  if (length > maxBytes) {
    throw new VcfAgentError('INPUT_LIMIT', `the header of ${name} is longer than ${maxBytes} bytes`, { context });
  }
  const bytes = Buffer.alloc(length);
  if ((await cursor.read(bytes)) < length) throw truncated();
  const end = bytes.indexOf(0);
  const original = end === -1 ? bytes : bytes.subarray(0, end);
  return { text: Buffer.from(withoutIndexes(original.toString('utf8'))), original, minor };
}

/** Moves the cursor past `count` records. */
export async function skipBcfRecords(cursor: TextCursor, count: number): Promise<void> {
  const lengths = Buffer.alloc(LENGTHS_BYTES);
  for (let record = 0; record < count; record++) {
    await cursor.read(lengths);
    if (!(await skipBytes(cursor, lengths.readUInt32LE(0) + lengths.readUInt32LE(4)))) {
      throw new VcfAgentError('CHECKPOINT_CORRUPT', `${cursor.source.name} has fewer records`);
    }
  }
}

/** False when the text ends before. */
async function skipBytes(cursor: TextCursor, count: number): Promise<boolean> {
  let left = count;
  while (left > 0) {
    if (!(await cursor.advance())) return false;
    const taken = Math.min(left, cursor.bytes.length - cursor.index);
    cursor.index += taken;
    left -= taken;
  }
  return true;
}

/**
 * Cuts the records from the cursor on into batches, each record rendered as a VCF line. `header` is the parsed
 * `original` text.
 */
export async function* bcfBatches(
  cursor: TextCursor,
  start: ResumePoint,
  limits: BatchLimits,
  header: Header,
  minor: number,
): AsyncGenerator<RecordBatch> {
  const renderer = new BcfRenderer(buildDictionary(header), limits.samples, minor);
  const records = new RecordReader(cursor, renderer, limits.lineBytes);
  let next = start;
  for (let more = true; more; ) {
    const builder = new BatchBuilder(next, limits, 0);
    while (!builder.full && !records.cut && (await cursor.advance())) await records.readInto(builder);
    more = !records.cut && (await cursor.advance());
    const cut = records.cut && cursor.damage === undefined;
    const damage = cut ? damageAt('BCF_TRUNCATED', 'the file ends inside a BCF record') : cursor.damage;
    const batch = finishBatch(builder, cursor, more ? 'more' : damage);
    next = batch.resume;
    yield batch;
  }
}

/** Reads one record after the other into one reused buffer. */
class RecordReader {
  /** The file ended inside a record. */
  cut = false;
  readonly #cursor: TextCursor;
  readonly #renderer: BcfRenderer;
  readonly #maxBytes: number;
  readonly #lengths = Buffer.alloc(LENGTHS_BYTES);
  #record = Buffer.alloc(2 ** 16);

  constructor(cursor: TextCursor, renderer: BcfRenderer, maxBytes: number) {
    this.#cursor = cursor;
    this.#renderer = renderer;
    this.#maxBytes = maxBytes;
  }

  async readInto(builder: BatchBuilder): Promise<void> {
    if ((await this.#cursor.read(this.#lengths)) < LENGTHS_BYTES) {
      this.cut = true;
      return;
    }
    const shared = this.#lengths.readUInt32LE(0);
    const length = shared + this.#lengths.readUInt32LE(4);
    if (length > this.#maxBytes) {
      await this.#skip(builder, length);
      return;
    }
    if (length > this.#record.length) this.#record = Buffer.alloc(length * 2);
    const record = this.#record.subarray(0, length);
    this.cut = (await this.#cursor.read(record)) < length;
    if (!this.cut) this.#render(builder, record, shared);
  }

  async #skip(builder: BatchBuilder, length: number): Promise<void> {
    this.cut = !(await skipBytes(this.#cursor, length));
    if (this.cut) return;
    const message = `a record of ${length} bytes; the limit is ${this.#maxBytes}`;
    builder.addFault({ code: 'LINE_TOO_LONG', field: 'line', message }, '');
  }

  #render(builder: BatchBuilder, record: Buffer, shared: number): void {
    try {
      builder.addLine(this.#renderer.render(record, shared));
    } catch (error) {
      if (!(error instanceof BcfFault)) throw error;
      builder.addFault({ code: 'BCF_RECORD_CORRUPT', field: 'line', message: error.message }, '');
    }
  }
}
