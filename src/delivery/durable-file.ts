import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskFullOr } from '../core/disk-full.ts';

/** Replaces a file atomically. When it resolves, content and name are on disk. Throws DISK_FULL. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeAndSync(`${path}.new`, content);
    await rename(`${path}.new`, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw diskFullOr(error, path);
  }
}

async function writeAndSync(path: string, content: string | Uint8Array): Promise<void> {
  await using file = await open(path, 'w');
  await file.writeFile(content);
  await file.sync();
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
