/**
 * Gives a large buffer's memory back now instead of at some garbage collection; every view of it is empty afterwards.
 * Does nothing for one so small that it may lie in the pool that Node shares out.
 */
export function releaseMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (bytes.length <= Buffer.poolSize) return;
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
