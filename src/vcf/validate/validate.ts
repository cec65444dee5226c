import type { Problem } from '../../core/problem.ts';
import { BOUNDS_STRIDE, LINE_END, LINE_START } from '../../core/variant-block.ts';
import { type OpenOptions, openVcf } from '../open.ts';
import { openText } from '../reader/open-text.ts';
import type { TextSource } from '../reader/text-source.ts';
import { validateBytes } from './validate-bytes.ts';

const BCF_MAGIC = 'BCF';
const BATCH_RECORDS = 1000;
const LF = Buffer.from('\n');

/**
 * Checks a VCF file (plain, gzip, BGZF; a path, or `-` for standard input) against its specification: see
 * `validateBytes`. A damaged container is a problem too, behind those of what could be read. BCF is checked as the text it
 * stands for (its line numbers are those of that text). Throws like `openText`, and ABORTED.
 */
export async function* validateVcf(input: string, options: OpenOptions = {}): AsyncGenerator<Problem> {
  await using source = await openText(input, options);
  const text = new Text(source);
  if (await text.startsWith(BCF_MAGIC)) {
    await source.close();
    yield* validateBcf(input, options);
    return;
  }
  yield* validateBytes(text.chunks(), options.limits);
  if (source.damage !== undefined) yield { ...source.damage, line: text.lines };
}

async function* validateBcf(input: string, options: OpenOptions): AsyncGenerator<Problem> {
  await using reader = await openVcf(input, options);
  let damage: Problem | undefined;
  async function* rendered(): AsyncGenerator<Uint8Array> {
    yield reader.header.text;
    for await (const batch of reader.batches({ maxRecords: BATCH_RECORDS, signal: options.signal })) {
      const { bytes, bounds, count } = batch.block;
      for (let row = 0; row < count; row++) {
        const at = row * BOUNDS_STRIDE;
        yield bytes.subarray(bounds[at + LINE_START], bounds[at + LINE_END]);
        yield LF;
      }
      damage = batch.truncation;
    }
  }
  yield* validateBytes(rendered(), options.limits);
  if (damage !== undefined) yield damage;
}

/** The bytes of a source, its first chunk looked at before it is given. */
class Text {
  /** Line that is being read, from 1. */
  lines = 1;
  private readonly source: TextSource;
  private first: Uint8Array | undefined;

  constructor(source: TextSource) {
    this.source = source;
  }

  async startsWith(magic: string): Promise<boolean> {
    const chunk = await this.source.next();
    this.first = chunk?.bytes;
    return chunk?.bytes.toString('latin1', 0, magic.length) === magic;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (let bytes = this.first; bytes !== undefined; bytes = (await this.source.next())?.bytes) {
      for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) this.lines++;
      yield bytes;
    }
  }
}
