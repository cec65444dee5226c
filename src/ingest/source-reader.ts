import { Worker } from 'node:worker_threads';
import type { Source } from '../core/envelope.ts';
import { type ErrorCode, VcfAgentError } from '../core/errors.ts';
import type { Cancellable } from '../core/ports.ts';
import type { Problem } from '../core/problem.ts';
import { SpareThread } from '../core/spare-thread.ts';
import { bufferOf } from '../core/variant-block.ts';
import type { ReadData, ReadReply, ReadRequest, SentEnvelope } from './read-worker.ts';
import type { SealedEnvelope } from './sealed-envelopes.ts';

/** Envelopes that wait for the log while the next is read: enough that neither side waits for the other. */
const AHEAD = 2;
/** The thread's young generation: it makes few objects, and they die at once. */
const YOUNG_GENERATION_MB = 8;

/**
 * A source on its way through the thread that reads it. Made early, the thread starts while the store is asked what it
 * knows of the file.
 */
export class SourceReader implements AsyncDisposable {
  static readonly #threads = new SpareThread(startThread);
  readonly #worker: Worker;
  readonly #replies: ReadReply[] = [];
  #wake: () => void = () => {};
  readonly #exited: Promise<void>;

  constructor() {
    this.#worker = SourceReader.#threads.take();
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.on('message', (reply: ReadReply) => this.#take(reply));
    this.#worker.on('error', (error: Error) =>
      this.#take({ kind: 'broken', message: String(error), stack: error.stack }),
    );
    this.#worker.on('exit', () =>
      this.#take({ kind: 'broken', message: 'the reading thread has ended', stack: undefined }),
    );
  }

  /** Starts the thread of the next reader. */
  static warmUp(): void {
    SourceReader.#threads.warmUp();
  }

  /**
   * Opens the source; `envelopes` gives it cut and packed, in order. Throws like `openVcf`; OPTION_CONFLICT when the
   * reference is not that of the plan.
   */
  async read(request: ReadRequest, options: Cancellable = {}): Promise<OpenSource> {
    this.#worker.postMessage(request);
    const opened = await this.#next(options);
    if (opened.kind !== 'opened') throw unexpected(opened);
    const { header, sampleNames } = opened;
    const same = { header, source: request.source, sampleNames };
    const source: OpenSource = {
      totalBytes: opened.totalBytes,
      truncation: undefined,
      contentDigest: undefined,
      envelopes: (wait) => this.#envelopes(source, same, wait),
    };
    return source;
  }

  async *#envelopes(open: OpenSource, same: Same, options: Cancellable): AsyncGenerator<SealedEnvelope> {
    for (;;) {
      const reply = await this.#next(options);
      if (reply.kind === 'ended') {
        open.truncation = reply.truncation;
        open.contentDigest = reply.contentDigest;
        return;
      }
      if (reply.kind !== 'envelope') throw unexpected(reply);
      this.#worker.postMessage('taken');
      yield received(reply.sealed, same);
    }
  }

  #take(reply: ReadReply): void {
    this.#replies.push(reply);
    this.#wake();
  }

  async #next({ signal }: Cancellable): Promise<ReadReply> {
    for (;;) {
      signal?.throwIfAborted();
      const reply = this.#replies.shift();
      if (reply?.kind === 'failed') throw new VcfAgentError(reply.code as ErrorCode, reply.message, reply.options);
      if (reply !== undefined) return reply;
      await new Promise<void>((resolve) => {
        this.#wake = () => {
          signal?.removeEventListener('abort', this.#wake);
          resolve();
        };
        signal?.addEventListener('abort', this.#wake, { once: true });
      });
    }
  }

  /** Ends the thread, as soon as what it packs is packed. */
  async close(): Promise<void> {
    // Not by terminate(): it takes the whole process down when the thread has something at zlib.
    this.#worker.postMessage('stop');
    await this.#exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function startThread(): Worker {
  const workerData: ReadData = { ahead: AHEAD };
  return new Worker(new URL('./read-worker.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}

/** A source whose header has been read. */
export interface OpenSource {
  /** Compressed size. */
  readonly totalBytes: number;
  /** Where a damaged file ends; known after the last envelope. */
  truncation: Problem | undefined;
  /** SHA-256 (hex) of the text; known after the last envelope when the first was read too. */
  contentDigest: string | undefined;
  /** Once. */
  envelopes(options: Cancellable): AsyncIterable<SealedEnvelope>;
}

/** What all envelopes of a source have in common. */
interface Same {
  readonly header: Uint8Array;
  readonly source: Source;
  readonly sampleNames: readonly string[];
}

/** Buffers come over as plain arrays, whose search walks bytes. */
function received(sent: SentEnvelope, { header, source, sampleNames }: Same): SealedEnvelope {
  const { envelope, carriers, ranges, overridden, overrides, ...rest } = sent;
  const { block } = envelope;
  const bytes = bufferOf(block);
  const annotations = { ranges, overrides: new Map(Array.from(overridden, (key, i) => [key, overrides[i]!])) };
  const whole = { ...envelope, header, source, block: { ...block, bytes } };
  return { ...rest, prepared: { envelope: whole, sampleNames, annotations, carriers } };
}

function unexpected(reply: ReadReply): Error {
  const error = new Error(
    reply.kind === 'broken' ? reply.message : `the reading thread said ${reply.kind} out of turn`,
  );
  if (reply.kind === 'broken' && reply.stack !== undefined) error.stack = reply.stack;
  return error;
}
