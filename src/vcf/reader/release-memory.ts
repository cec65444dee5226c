/**
 * Gives a large buffer's memory back now instead of at some garbage collection; every view of it is empty afterwards.
 * Does nothing where the memory may be the pool that Node shares out.
 */
export function releaseMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer.byteLength <= Buffer.poolSize) return;
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
