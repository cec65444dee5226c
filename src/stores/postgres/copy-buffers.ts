const CHUNK_BYTES = 256 * 1024;
const MAX_KEPT_CHUNKS = 64;

/**
 * Memory for a COPY: encoders write into `bytes` from `at` on after reserving room, full chunks wait in line for the
 * socket. Chunks are reused, but only after `recycle`, when the server has confirmed that it has read them.
 */
export class CopyBuffers {
  bytes: Buffer;
  at = 0;
  #start = 0;
  #ready: Buffer[] = [];
  #used: Buffer[] = [];
  #free: Buffer[] = [];

  constructor() {
    this.bytes = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    this.#used.push(this.bytes);
  }

  /** Makes room for `size` bytes in one piece. `bytes` and `at` change. */
  reserve(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    this.#finishChunk();
    const kept = size <= CHUNK_BYTES ? this.#free.pop() : undefined;
    this.bytes = kept ?? Buffer.allocUnsafeSlow(Math.max(size, CHUNK_BYTES));
    this.#used.push(this.bytes);
    this.at = 0;
    this.#start = 0;
  }

  /** Sends `bytes` as they are. They must stay until `recycle`. */
  append(bytes: Uint8Array): void {
    this.#finishChunk();
    this.#ready.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  /** Everything encoded since the last call. */
  take(): readonly Buffer[] {
    this.#finishChunk();
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** Nothing that `take` gave is in use any more. */
  recycle(): void {
    for (const chunk of this.#used) {
      if (chunk !== this.bytes && chunk.length === CHUNK_BYTES && this.#free.length < MAX_KEPT_CHUNKS)
        this.#free.push(chunk);
    }
    this.#used = [this.bytes];
    this.#ready = [];
    this.at = 0;
    this.#start = 0;
  }

  #finishChunk(): void {
    if (this.at > this.#start) this.#ready.push(this.bytes.subarray(this.#start, this.at));
    this.#start = this.at;
  }
}
