import { VcfAgentError } from './errors.ts';

/** No space, over the quota, over the size that a file may have. */
const SYSTEM_CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

export function isDiskFull(error: unknown): boolean {
  return SYSTEM_CODES.includes((error as NodeJS.ErrnoException | undefined)?.code);
}

/** What a failed write to `path` is to its caller: DISK_FULL, or the error itself. */
export function diskFullOr(error: unknown, path: string): unknown {
  if (!isDiskFull(error)) return error;
  return new VcfAgentError('DISK_FULL', `no space left for ${path}`, { retryable: true, cause: error });
}
