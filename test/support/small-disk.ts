import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of a few megabytes that can be full, in memory. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** Bytes in use. */
  used(): number;
  resize(bytes: number): void;
}

/** Mounts one. Only root may, and not in every container. */
export function mountSmallDisk(bytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'vcf-agent-disk-'));
  const mount = (...args: string[]) => execFileSync('mount', args, { stdio: ['ignore', 'ignore', 'ignore'] });
  try {
    mount('-t', 'tmpfs', '-o', `size=${bytes},mode=755`, 'tmpfs', path);
  } catch (error) {
    rmSync(path, { recursive: true });
    throw error;
  }
  return {
    path,
    used: () => {
      const { blocks, bfree, bsize } = statfsSync(path);
      return (blocks - bfree) * bsize;
    },
    resize: (size) => mount('-o', `remount,size=${size}`, path),
    [Symbol.dispose]: () => {
      // Lazily: a database server may need a moment to leave.
      execFileSync('umount', ['-l', path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

export function canMount(): boolean {
  try {
    mountSmallDisk(65_536)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}
