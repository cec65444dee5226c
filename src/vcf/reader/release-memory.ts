import { setFlagsFromString } from 'node:v8';

let isCounted = false;

/**
 * Counting buffers into the heap's own limit makes V8 collect five times less often (docs/adr/0007). Only when there are
 * any: V8 takes no code from a cache that was made under other flags, so a thread that is started after this compiles Node's
 * own modules anew, which takes 50 ms.
 */
function countBuffersInHeapLimit(): void {
  if (isCounted) return;
  isCounted = true;
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}

/**
 * Gives a large buffer's memory back now instead of at some garbage collection; every view of it is empty afterwards.
 * Does nothing where the memory may be the pool that Node shares out.
 */
export function releaseMemory({ buffer }: ArrayBufferView): void {
  if (buffer.byteLength <= Buffer.poolSize) return;
  countBuffersInHeapLimit();
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/** `releaseMemory` for bytes that may be a part of somebody else's buffer, such as a message of a fetch: then nothing. */
export function releaseOwnMemory(bytes: Uint8Array): void {
  if (bytes.byteLength === bytes.buffer.byteLength) releaseMemory(bytes);
}
