import { type FileHandle, open } from 'node:fs/promises';
import { VcfAgentError } from '../../core/errors.ts';

/** Bytes as they lie in the file or come down the pipe, before any decompression. */
export interface ByteSource {
  /** Name for messages. */
  readonly name: string;
  /** Size in bytes; 0 when it is not known (a pipe). */
  readonly totalBytes: number;
  /** Offset of the next byte that `read` gives: how far we are. */
  readonly position: number;
  readonly seekable: boolean;
  /** Fills `target` from `at` with what is at hand, at least one byte. Resolves to the number of bytes; 0 at the end. */
  read(target: Buffer, at: number): Promise<number>;
  /** The next `read` starts at `offset`. Only when `seekable`. */
  seek(offset: number): void;
  close(): Promise<void>;
}

export interface ByteSourceOptions {
  readonly signal?: AbortSignal | undefined;
  /** What `-` reads; default `process.stdin`. */
  readonly stdin?: NodeJS.ReadableStream | undefined;
}

/** Opens a path, or standard input for `-`. Throws INPUT_NOT_FOUND, INPUT_IS_DIRECTORY or INPUT_UNREADABLE. */
export async function openBytes(input: string, options: ByteSourceOptions = {}): Promise<ByteSource> {
  throwIfAborted(options.signal);
  if (input === '-') return new StreamBytes(options.stdin ?? process.stdin, options.signal);
  let handle: FileHandle | undefined;
  try {
    handle = await open(input, 'r');
    const stat = await handle.stat();
    if (stat.isDirectory()) {
      throw new VcfAgentError('INPUT_IS_DIRECTORY', `${input} is a directory, not a VCF file`, {
        context: { file: input },
      });
    }
    // A process substitution or a named pipe has no size and no positions.
    return new FileBytes(input, handle, stat.isFile() ? stat.size : 0, stat.isFile(), options.signal);
  } catch (error) {
    await handle?.close();
    throw toInputError(input, error);
  }
}

/** Throws ABORTED once the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new VcfAgentError('ABORTED', 'stopped on request', { cause: signal.reason });
}

/** What the system said when it was asked for an input, as INPUT_NOT_FOUND or INPUT_UNREADABLE. */
export function toInputError(input: string, error: unknown): VcfAgentError {
  if (error instanceof VcfAgentError) return error;
  const system = error as NodeJS.ErrnoException;
  const context = { file: input, ...(system.code === undefined ? {} : { system: system.code }) };
  if (system.code === 'ENOENT' || system.code === 'ENOTDIR') {
    return new VcfAgentError('INPUT_NOT_FOUND', `${input} does not exist`, { cause: error, context });
  }
  return new VcfAgentError('INPUT_UNREADABLE', `${input} cannot be read: ${system.code ?? system.message}`, {
    cause: error,
    context,
  });
}

class FileBytes implements ByteSource {
  readonly name: string;
  readonly totalBytes: number;
  readonly seekable: boolean;
  position = 0;
  readonly #handle: FileHandle;
  readonly #signal: AbortSignal | undefined;

  constructor(name: string, handle: FileHandle, size: number, seekable: boolean, signal: AbortSignal | undefined) {
    this.name = name;
    this.#handle = handle;
    this.totalBytes = size;
    this.seekable = seekable;
    this.#signal = signal;
  }

  async read(target: Buffer, at: number): Promise<number> {
    throwIfAborted(this.#signal);
    try {
      const from = this.seekable ? this.position : null;
      const { bytesRead } = await this.#handle.read(target, at, target.length - at, from);
      this.position += bytesRead;
      return bytesRead;
    } catch (error) {
      throw toInputError(this.name, error);
    }
  }

  seek(offset: number): void {
    this.position = offset;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

class StreamBytes implements ByteSource {
  readonly name = 'standard input';
  readonly totalBytes = 0;
  readonly seekable = false;
  position = 0;
  readonly #chunks: AsyncIterator<Buffer | string>;
  readonly #aborted: Promise<never> | undefined;
  readonly #signal: AbortSignal | undefined;
  #pending: Buffer | undefined;

  constructor(stream: NodeJS.ReadableStream, signal: AbortSignal | undefined) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#signal = signal;
    if (signal) {
      this.#aborted = new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new VcfAgentError('ABORTED', 'stopped on request')), {
          once: true,
        });
      });
      this.#aborted.catch(() => {});
    }
  }

  async read(target: Buffer, at: number): Promise<number> {
    throwIfAborted(this.#signal);
    while (this.#pending === undefined || this.#pending.length === 0) {
      const chunk = await this.#nextChunk();
      if (chunk === undefined) return 0;
      this.#pending = chunk;
    }
    const taken = this.#pending.copy(target, at);
    this.#pending = this.#pending.subarray(taken);
    this.position += taken;
    return taken;
  }

  async #nextChunk(): Promise<Buffer | undefined> {
    try {
      const next = this.#chunks.next();
      const result = await (this.#aborted ? Promise.race([next, this.#aborted]) : next);
      if (result.done) return undefined;
      return typeof result.value === 'string' ? Buffer.from(result.value) : result.value;
    } catch (error) {
      throw toInputError(this.name, error);
    }
  }

  seek(): void {
    throw new VcfAgentError('INPUT_UNREADABLE', 'standard input cannot be read twice');
  }

  async close(): Promise<void> {
    // Not awaited: a stream that waits for data would never answer.
    void this.#chunks.return?.()?.catch(() => {});
  }
}
