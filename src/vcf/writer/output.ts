import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { VcfAgentError } from '../../core/errors.ts';

/** Where a writer's bytes go, in order. */
export interface Output {
  write(bytes: Uint8Array): Promise<void>;
  /** Everything is on its way; a file appears under its name only now. */
  close(): Promise<void>;
  /** Gives up: no half-written file is left under the name. */
  discard(): Promise<void>;
}

export function openOutput(target: Writable | string): Output {
  return typeof target === 'string' ? new FileOutput(target) : new StreamOutput(target);
}

/** What went wrong with writing, as an error of ours. */
export function toOutputError(name: string, error: unknown): VcfAgentError {
  const { code, message } = error as NodeJS.ErrnoException;
  const options = { cause: error, context: { file: name, ...(code === undefined ? {} : { system: code }) } };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new VcfAgentError('DISK_FULL', `no space left to write ${name}`, options);
  }
  if (code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ERR_STREAM_DESTROYED') {
    return new VcfAgentError('ABORTED', `${name} was closed by its reader`, options);
  }
  return new VcfAgentError('OUTPUT_UNWRITABLE', `${name} cannot be written: ${code ?? message}`, options);
}

/** Writes beside the target and renames, so that a reader never meets half a file. Devices and pipes are written as they are. */
class FileOutput implements Output {
  readonly #path: string;
  #handle: Promise<{ handle: FileHandle; temporary: string | undefined }> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async #open(): Promise<{ handle: FileHandle; temporary: string | undefined }> {
    const present = await lstat(this.#path).catch(() => undefined);
    if (present !== undefined && !present.isFile()) {
      return { handle: await open(this.#path, 'w'), temporary: undefined };
    }
    const temporary = `${this.#path}.${process.pid}.part`;
    return { handle: await open(temporary, 'w'), temporary };
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      this.#handle ??= this.#open();
      const { handle } = await this.#handle;
      await handle.writeFile(bytes);
    } catch (error) {
      throw toOutputError(this.#path, error);
    }
  }

  async close(): Promise<void> {
    await this.write(new Uint8Array(0));
    const { handle, temporary } = await this.#handle!;
    try {
      await handle.close();
      if (temporary !== undefined) await rename(temporary, this.#path);
    } catch (error) {
      throw toOutputError(this.#path, error);
    }
  }

  async discard(): Promise<void> {
    const opened = await this.#handle?.catch(() => undefined);
    await opened?.handle.close().catch(() => {});
    if (opened?.temporary !== undefined) await rm(opened.temporary, { force: true });
  }
}

/** Somebody else's stream: it is neither ended nor destroyed here (it may be standard output). */
class StreamOutput implements Output {
  readonly #stream: Writable;
  #error: unknown;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#error = error;
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(toOutputError('the output', error));
      if (this.#error !== undefined) return fail(this.#error);
      this.#stream.write(bytes, (error) => (error ? fail(error) : resolve()));
    });
  }

  async close(): Promise<void> {}

  async discard(): Promise<void> {}
}
