import { VcfAgentError } from '../../core/errors.ts';
import { BgzfText, bgzfBlockSize } from './bgzf.ts';
import { type ByteSource, type ByteSourceOptions, openBytes } from './byte-source.ts';
import { GzipText } from './gzip.ts';
import { PlainText } from './plain.ts';
import type { TextSource } from './text-source.ts';

/** Enough for any gzip header with its extra fields that we must tell apart. */
const LOOKAHEAD_BYTES = 4096;

/** First bytes of what people hand us by mistake. */
const FOREIGN: readonly (readonly [magic: string, what: string])[] = [
  ['504b0304', 'a zip archive'],
  ['28b52ffd', 'zstd data'],
  ['fd377a585a00', 'xz data'],
  ['425a68', 'bzip2 data'],
  ['4352414d', 'a CRAM file'],
];

/**
 * Opens a file (or standard input for `-`) as decompressed bytes; plain, gzip and BGZF are told apart by their first
 * bytes. Throws INPUT_NOT_FOUND, INPUT_IS_DIRECTORY, INPUT_UNREADABLE, and INPUT_FORMAT for an empty file or one in a
 * container we do not read.
 */
export async function openText(input: string, options: ByteSourceOptions = {}): Promise<TextSource> {
  const source = await openBytes(input, options);
  try {
    const lookahead = await readLookahead(source);
    if (lookahead.length === 0) {
      throw new VcfAgentError('INPUT_FORMAT', `${source.name} is empty`, { context: { file: input } });
    }
    const foreign = FOREIGN.find(([magic]) => lookahead.toString('hex', 0, magic.length / 2) === magic);
    if (foreign) {
      throw new VcfAgentError('INPUT_FORMAT', `${source.name} is ${foreign[1]}: unpack it first`, {
        context: { file: input },
      });
    }
    if (bgzfBlockSize(lookahead, 0, lookahead.length) > 0) return new BgzfText(source, lookahead);
    if (lookahead[0] === 0x1f && lookahead[1] === 0x8b) return new GzipText(source, lookahead);
    return new PlainText(source, lookahead);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function readLookahead(source: ByteSource): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(LOOKAHEAD_BYTES);
  let length = 0;
  while (length < LOOKAHEAD_BYTES) {
    const read = await source.read(buffer, length);
    if (read === 0) break;
    length += read;
  }
  return buffer.subarray(0, length);
}
