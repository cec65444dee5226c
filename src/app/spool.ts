import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isDiskFull } from '../core/disk-full.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable } from '../core/ports.ts';

/** A stream kept as a file, gone when disposed. */
export interface Spooled extends AsyncDisposable {
  readonly path: string;
}

/**
 * Writes a stream to disk before it is read. A source's identity is of all its bytes, so the first envelope
 * cannot be named before the last byte has come; and a pipe cannot be read again after a kill.
 */
export async function spool(stream: Readable, folder: string, options: Cancellable = {}): Promise<Spooled> {
  let own: string | undefined;
  const dispose = async () => {
    if (own !== undefined) await rm(own, { recursive: true, force: true });
  };
  let path: string;
  try {
    // What a killed run left; whoever spools holds the home's lock.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    own = await mkdtemp(join(folder, 'stdin-'));
    path = join(own, 'stdin');
    await pipeline(stream, createWriteStream(path), options.signal ? { signal: options.signal } : {});
  } catch (cause) {
    await dispose();
    if (!isDiskFull(cause)) throw cause;
    throw new VcfAgentError('DISK_FULL', `no space left to keep standard input in ${folder}`, { cause });
  }
  return { path, [Symbol.asyncDispose]: dispose };
}
