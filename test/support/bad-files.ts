import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** A file of one piece many times, which gzip makes a thousandth of. Sizes in bytes. */
export interface Repetition {
  readonly start: string;
  readonly unit: Buffer;
  readonly times: number;
  readonly end?: string;
  readonly gzip?: boolean;
}

export async function writeRepeated(path: string, repetition: Repetition): Promise<void> {
  const source = Readable.from(piecesOf(repetition));
  const target = createWriteStream(path);
  if (repetition.gzip === true) await pipeline(source, createGzip({ level: 1 }), target);
  else await pipeline(source, target);
}

function* piecesOf({ start, unit, times, end = '' }: Repetition): Generator<Buffer> {
  yield Buffer.from(start);
  for (let k = 0; k < times; k++) yield unit;
  yield Buffer.from(end);
}
