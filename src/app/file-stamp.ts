import { stat } from 'node:fs/promises';
import { VcfAgentError } from '../core/errors.ts';

/** A file's size, inode and time of change when it was first looked at: the same later means the same bytes. */
export class FileStamp {
  readonly value: string;
  readonly #path: string;

  private constructor(path: string, value: string) {
    this.#path = path;
    this.value = value;
  }

  static async of(path: string): Promise<FileStamp> {
    return new FileStamp(path, await read(path));
  }

  async isUnchanged(): Promise<boolean> {
    return (await read(this.#path)) === this.value;
  }

  /** Throws INPUT_CHANGED when the file is another one by now. */
  async check(): Promise<void> {
    if (await this.isUnchanged()) return;
    const message = `${this.#path} changed while it was read; ingest it again when it is complete`;
    throw new VcfAgentError('INPUT_CHANGED', message);
  }
}

async function read(path: string): Promise<string> {
  const { size, mtimeNs, ino } = await stat(path, { bigint: true }).catch(() => ({ size: 0n, mtimeNs: 0n, ino: 0n }));
  return `${size} ${mtimeNs} ${ino}`;
}
