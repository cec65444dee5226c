import { IggyError } from '../errors.ts';
import type { Framing } from '../protocol/protocol.ts';

/** Cuts the chunks of a byte stream into whole frames. A frame's buffer is its own: it may be kept. */
export class FrameAssembler {
  readonly #framing: Framing;
  readonly #maxFrameBytes: number;
  readonly #header: Buffer;
  #frame: Buffer | undefined;
  #filled = 0;

  constructor(framing: Framing, maxFrameBytes: number) {
    this.#framing = framing;
    this.#maxFrameBytes = maxFrameBytes;
    this.#header = Buffer.alloc(framing.headerBytes);
  }

  /** Frames that this chunk completes, in order. Throws REPLY_TOO_LARGE on a frame beyond the limit. */
  *push(chunk: Uint8Array): Generator<Buffer> {
    let at = 0;
    while (at < chunk.length || this.#isComplete()) {
      const target = this.#frame ?? this.#header;
      const take = Math.min(target.length - this.#filled, chunk.length - at);
      target.set(chunk.subarray(at, at + take), this.#filled);
      at += take;
      this.#filled += take;
      if (this.#filled < target.length) return;
      if (this.#frame === undefined) this.#frame = this.#begin();
      if (!this.#isComplete()) continue;
      const whole = this.#frame;
      this.#frame = undefined;
      this.#filled = 0;
      yield whole;
    }
  }

  #isComplete(): boolean {
    return this.#frame !== undefined && this.#filled === this.#frame.length;
  }

  #begin(): Buffer {
    const bytes = this.#framing.headerBytes + this.#framing.bodyBytes(this.#header);
    if (bytes > this.#maxFrameBytes) {
      throw new IggyError(
        'REPLY_TOO_LARGE',
        `the server announces a frame of ${bytes} bytes; the limit is ${this.#maxFrameBytes}`,
      );
    }
    const frame = Buffer.allocUnsafeSlow(bytes);
    frame.set(this.#header);
    return frame;
  }
}
