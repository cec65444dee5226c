import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VcfAgentError } from '../core/errors.ts';

/** Replaces a file atomically. When it resolves, content and name are on disk. Throws DISK_FULL. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(`${path}.new`, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause;
    throw new VcfAgentError('DISK_FULL', `no space left for ${path}`, { retryable: true, cause });
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
