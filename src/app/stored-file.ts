import { VcfAgentError } from '../core/errors.ts';
import type { StoredFile } from '../core/ports.ts';

/** The stored file that a person means: its number, its name, or the beginning of its digest (8 characters or more). */
export function findStoredFile(files: readonly StoredFile[], wanted: string): StoredFile {
  const name = wanted.replaceAll('\\', '/').split('/').at(-1) ?? wanted;
  const found = files.filter(
    (file) =>
      String(file.fileId) === wanted ||
      file.name === name ||
      (wanted.length >= 8 && [file.contentDigest, file.digest].some((digest) => digest?.startsWith(wanted))),
  );
  const [first, second] = found;
  if (first === undefined) {
    throw new VcfAgentError('NOT_FOUND', `no stored file is called "${wanted}"`, { context: { file: wanted } });
  }
  if (second !== undefined) {
    const ids = found.map((file) => file.fileId).join(', ');
    throw new VcfAgentError('OPTION_CONFLICT', `"${wanted}" could be any of the files ${ids}: give the number`);
  }
  return first;
}
