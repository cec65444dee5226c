import { parentPort, workerData } from 'node:worker_threads';
import type { CarrierBlock } from '../core/annotation.ts';
import type { Envelope, Source } from '../core/envelope.ts';
import { type ErrorOptions, VcfAgentError } from '../core/errors.ts';
import type { Problem } from '../core/problem.ts';
import { createNormaliser } from '../vcf/normalise/normaliser.ts';
import { openVcf, type ResumePoint } from '../vcf/open.ts';
import { openPlannedReference } from './planned-reference.ts';
import { type SealedEnvelope, sealedEnvelopes } from './sealed-envelopes.ts';

/** What the thread is to read. Sent once: a thread that was started early waits for it. */
export interface ReadRequest {
  readonly path: string;
  readonly lineBytes: number;
  readonly tenant: string;
  readonly source: Source;
  readonly compressionLevel: number;
  /** Path of the FASTA that the source's plan names. */
  readonly reference: string | undefined;
  readonly from: { readonly resume: ResumePoint; readonly variants: number } | undefined;
}

/** A sealed envelope on its way between threads: without what is the same in all of them, its map of values in two lists. */
export type SentEnvelope = Omit<SealedEnvelope, 'prepared'> & {
  readonly envelope: Omit<Envelope, 'header' | 'source'>;
  readonly carriers: CarrierBlock;
  readonly ranges: Int32Array<ArrayBuffer>;
  readonly overridden: Int32Array<ArrayBuffer>;
  readonly overrides: readonly string[];
};

export type ReadReply =
  | {
      readonly kind: 'opened';
      readonly header: Uint8Array;
      readonly sampleNames: readonly string[];
      readonly totalBytes: number;
    }
  | { readonly kind: 'envelope'; readonly sealed: SentEnvelope }
  | { readonly kind: 'ended'; readonly truncation: Problem | undefined; readonly contentDigest: string | undefined }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly options: ErrorOptions }
  | { readonly kind: 'broken'; readonly message: string; readonly stack: string | undefined };

/** Shared with the main thread: how many envelopes it is ready to take. */
export interface ReadData {
  readonly ahead: number;
}

type Port = NonNullable<typeof parentPort>;

/**
 * Reads, normalises, digests and packs in a thread of its own, so that the main thread is left to the database. It goes
 * `ahead` envelopes ahead, then waits for each that is taken. Memory is handed over, not copied.
 */
class ReadThread {
  readonly #port: Port;
  #credit: number;
  #wake: () => void = () => {};
  #stopped = false;
  #reading = false;

  constructor(port: Port, { ahead }: ReadData) {
    this.#port = port;
    this.#credit = ahead;
  }

  taken(): void {
    this.#credit++;
    this.#wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
    if (!this.#reading) this.#port.close();
  }

  async read(request: ReadRequest): Promise<void> {
    this.#reading = true;
    try {
      await using reader = await openVcf(request.path, { limits: { lineBytes: request.lineBytes }, digest: true });
      const { source } = request;
      using reference = await openPlannedReference(source.plan, request.reference);
      const normaliser = createNormaliser(reader.header, { split: source.plan.split, ...(reference && { reference }) });
      const { text, samples } = reader.header;
      this.#reply({ kind: 'opened', header: text, sampleNames: samples, totalBytes: reader.totalBytes });
      const envelopes = sealedEnvelopes({ ...request, reader, normaliser });
      for (;;) {
        while (this.#credit === 0 && !this.#stopped) await this.#credited();
        if (this.#stopped) {
          await envelopes.return(undefined);
          return;
        }
        const { done, value } = await envelopes.next();
        if (done === true) {
          this.#reply({ kind: 'ended', truncation: value, contentDigest: reader.contentDigest });
          return;
        }
        this.#credit--;
        this.#send(value);
      }
    } catch (error) {
      this.#reply(failureOf(error));
    } finally {
      this.#port.close();
    }
  }

  #credited(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #send({ prepared, ...rest }: SealedEnvelope): void {
    const { annotations, carriers } = prepared;
    const { header: _header, source: _source, ...envelope } = prepared.envelope;
    const block = { ...envelope.block, bytes: own(envelope.block.bytes) };
    // Its buffer is the compressor's, twice as large.
    const packed = { ...envelope.packed, bytes: new Uint8Array(envelope.packed.bytes) };
    const sealed: SentEnvelope = {
      ...rest,
      envelope: { ...envelope, block, packed },
      carriers,
      ranges: annotations.ranges as Int32Array<ArrayBuffer>,
      overridden: Int32Array.from(annotations.overrides.keys()),
      overrides: [...annotations.overrides.values()],
    };
    const { bytes, bounds, ordinals, alleles } = block;
    const { samples, offsets, rows } = carriers;
    const arrays: { readonly buffer: ArrayBufferLike }[] = [
      bytes,
      bounds,
      ordinals,
      alleles,
      packed.bytes,
      rest.body,
      samples,
      offsets,
      rows,
    ];
    // A file without annotations has one empty array for all its envelopes.
    if (annotations.ranges.length > 0) arrays.push(sealed.ranges, sealed.overridden);
    this.#reply({ kind: 'envelope', sealed }, [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))]);
  }

  #reply(reply: ReadReply, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(reply, transfer);
  }
}

/** Small buffers share memory that Node does not let go of. */
function own(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > Buffer.poolSize ? bytes : new Uint8Array(bytes);
}

function failureOf(error: unknown): ReadReply {
  if (error instanceof VcfAgentError) {
    const { code, message, retryable, context } = error;
    return { kind: 'failed', code, message, options: { retryable, context } };
  }
  return { kind: 'broken', message: String(error), stack: error instanceof Error ? error.stack : undefined };
}

if (parentPort !== null) {
  const port = parentPort;
  const thread = new ReadThread(port, workerData as ReadData);
  port.on('message', (message: ReadRequest | 'taken' | 'stop') => {
    if (message === 'taken') thread.taken();
    else if (message === 'stop') thread.stop();
    else void thread.read(message);
  });
}
