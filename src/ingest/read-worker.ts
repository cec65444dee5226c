import { parentPort, workerData } from 'node:worker_threads';
import type { Source } from '../core/envelope.ts';
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

/** An envelope without what is the same in all of them. */
export type SentEnvelope = Omit<SealedEnvelope, 'envelope'> & {
  readonly envelope: Omit<SealedEnvelope['envelope'], 'header' | 'source'>;
};

export type ReadReply =
  | { readonly kind: 'opened'; readonly header: Uint8Array; readonly totalBytes: number }
  | { readonly kind: 'envelope'; readonly sealed: SentEnvelope }
  | { readonly kind: 'ended'; readonly truncation: Problem | undefined }
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

  constructor(port: Port, { ahead }: ReadData) {
    this.#port = port;
    this.#credit = ahead;
  }

  taken(): void {
    this.#credit++;
    this.#wake();
  }

  async read(request: ReadRequest): Promise<void> {
    try {
      await using reader = await openVcf(request.path, { limits: { lineBytes: request.lineBytes } });
      const { source } = request;
      using reference = await openPlannedReference(source.plan, request.reference);
      const normaliser = createNormaliser(reader.header, { split: source.plan.split, ...(reference && { reference }) });
      this.#reply({ kind: 'opened', header: reader.header.text, totalBytes: reader.totalBytes });
      const envelopes = sealedEnvelopes({ ...request, reader, normaliser });
      for (;;) {
        while (this.#credit === 0) await this.#credited();
        const { done, value } = await envelopes.next();
        if (done === true) {
          this.#reply({ kind: 'ended', truncation: value });
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

  #send(sealed: SealedEnvelope): void {
    const { header: _header, source: _source, ...envelope } = sealed.envelope;
    const { block, packed } = envelope;
    const sent = {
      ...sealed,
      envelope: {
        ...envelope,
        block: { ...block, bytes: own(block.bytes) },
        packed: { ...packed, bytes: own(packed.bytes) },
      },
    };
    const arrays = [
      sent.envelope.block.bytes,
      block.bounds,
      block.ordinals,
      block.alleles,
      sent.envelope.packed.bytes,
      sent.body,
    ];
    this.#reply({ kind: 'envelope', sealed: sent }, [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))]);
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
  port.on('message', (message: ReadRequest | 'taken') => {
    if (message === 'taken') thread.taken();
    else void thread.read(message);
  });
}
