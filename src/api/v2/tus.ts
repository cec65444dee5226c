import type { Upload } from '../../app/uploads.ts';
import { VcfAgentError } from '../../core/errors.ts';

/** The body of a piece, as the tus protocol names it (https://tus.io/protocols/resumable-upload, 1.0.0). */
export const RESUMABLE = 'application/offset+octet-stream';

/** Where an upload stands, in the words of tus. */
export function uploadHeaders({ offset, length, jobId }: Upload): Readonly<Record<string, string>> {
  return {
    'Tus-Resumable': '1.0.0',
    'Upload-Offset': String(offset),
    ...(length !== null && { 'Upload-Length': String(length) }),
    ...(jobId !== null && { 'X-Job-Id': jobId }),
  };
}

/** `filename d29ybGQ=,split bm9uZQ==`. Throws REQUEST_INVALID. */
export function parseMetadata(text = ''): Readonly<Record<string, string>> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    const [key = '', value = '', ...more] = pair.trim().split(' ');
    if (key === '' && value === '') return [];
    if (more.length > 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
      throw new VcfAgentError('REQUEST_INVALID', 'Upload-Metadata is a list of names, each with a value in base64');
    }
    return [[key, Buffer.from(value, 'base64').toString()]];
  });
  return Object.fromEntries(pairs);
}
