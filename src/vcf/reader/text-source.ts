import type { Problem } from '../../core/problem.ts';

export type Container = 'plain' | 'gzip' | 'bgzf';

/** Decompressed bytes. Valid until the next call of `next`. */
export interface TextChunk {
  readonly bytes: Buffer;
  /** Where `bytes[index]` lies in the file, for a later `seek`; `index` may equal the length. Decimal; gzip: always '0'. */
  locate(index: number): string;
}

/** A file's decompressed bytes in order, whatever container they come in. */
export interface TextSource extends AsyncDisposable {
  readonly name: string;
  readonly container: Container;
  /** Compressed size; 0 when it is not known. */
  readonly totalBytes: number;
  /** Compressed bytes consumed so far. */
  readonly bytesRead: number;
  readonly seekable: boolean;
  /** Set once `next` has resolved to undefined because the container is damaged: what came before stands. */
  readonly damage: Problem | undefined;
  /** The next bytes, never empty; undefined at the end or at damage. */
  next(): Promise<TextChunk | undefined>;
  /** The next `next` starts at a position that `locate` gave. A gzip source starts at its beginning again. */
  seek(offset: string): Promise<void>;
  close(): Promise<void>;
}

/** A problem of the container: no line, no column, the field is `file`. */
export function damageAt(code: string, message: string): Problem {
  return { code, severity: 'error', line: 0, column: 0, field: 'file', message };
}
