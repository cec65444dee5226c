/**
 * Gives a large buffer's memory back now instead of at some garbage collection; every view of it is empty afterwards.
 * Only for a buffer that owns its memory (not of Node's pool).
 */
export function releaseMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
