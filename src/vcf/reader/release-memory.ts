/**
 * Gives a large buffer's memory back now instead of at some garbage collection; every view of it is empty afterwards.
 * Does nothing where the memory may be the pool that Node shares out.
 */
export function releaseMemory({ buffer }: ArrayBufferView): void {
  if (buffer.byteLength <= Buffer.poolSize) return;
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/** `releaseMemory` for bytes that may be a part of somebody else's buffer, such as a message of a fetch: then nothing. */
export function releaseOwnMemory(bytes: Uint8Array): void {
  if (bytes.byteLength === bytes.buffer.byteLength) releaseMemory(bytes);
}
