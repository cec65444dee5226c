/** Bytes of a stream that were not taken yet. Pieces are joined once, when enough have come. */
export class Received {
  #chunks: Buffer[] = [];
  #length = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The next bytes, left where they are; undefined until so many have come. */
  peek(count: number): Buffer | undefined {
    if (this.#length < count) return undefined;
    if (this.#chunks[0]!.length < count) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!.subarray(0, count);
  }

  take(count: number): Buffer | undefined {
    const taken = this.peek(count);
    if (taken === undefined) return undefined;
    const rest = this.#chunks[0]!.subarray(count);
    if (rest.length > 0) this.#chunks[0] = rest;
    else this.#chunks.shift();
    this.#length -= count;
    return taken;
  }
}
