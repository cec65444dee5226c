import { decodeEnvelope } from '../codec/envelope-codec.ts';
import { type ErrorCode, VcfAgentError } from '../core/errors.ts';
import type { Cancellable, PlatformProducer } from '../core/ports.ts';
import { partitionKey } from '../ingest/job.ts';
import type { App } from './app.ts';
import type { Ingestion } from './ingestion.ts';
import type { Letter, Letters } from './letters.ts';

/** What became of a letter that was sent again. */
export interface ReplayedLetter {
  readonly letter: Letter;
  /**
   * `applied`: the ledger has it. `sent`: a platform has it, and a worker elsewhere is to apply it. `put aside again`: refused
   * again, or no platform took it. `kept`: it could not be sent.
   */
  readonly outcome: 'applied' | 'sent' | 'put aside again' | 'kept';
  readonly error?: VcfAgentError;
}

export interface ReplayPorts {
  readonly app: Pick<App, 'ingesting' | 'store'>;
  readonly letters: Letters;
}

export interface ReplayOptions extends Cancellable {
  /** Called, and waited for, after each. */
  readonly onReplayed: (replayed: ReplayedLetter) => unknown;
}

/**
 * Sends letters again, one after the other, and waits until what was sent is applied. A letter is forgotten as soon as a
 * platform has its envelope; one that is refused again becomes a new letter. Safe at any time: the envelope has its old id, so
 * it is stored once. Throws what is no letter's own fault: DATABASE_UNAVAILABLE, HOME_IN_USE, PLATFORM_…
 */
export async function replayLetters(
  ports: ReplayPorts,
  chosen: readonly Letter[],
  options: ReplayOptions,
): Promise<void> {
  const waiting = [...chosen];
  // One membership for all; the embedded log alone ends it at an envelope that is refused.
  while (waiting.length > 0) {
    await ports.app.ingesting(async (ingestion) => {
      const resender = new Resender(ports, ingestion, options);
      while (waiting.length > 0 && !resender.isSpent) {
        options.signal?.throwIfAborted();
        const letter = waiting.shift()!;
        await options.onReplayed({ letter, ...(await resender.resend(letter)) });
      }
    }, options);
  }
}

type Outcome = Omit<ReplayedLetter, 'letter'>;

class Resender {
  readonly #ports: ReplayPorts;
  readonly #ingestion: Ingestion;
  readonly #options: Cancellable;
  readonly #producers = new Map<string, PlatformProducer>();
  /** The ingestion can go on no more. */
  isSpent = false;

  constructor(ports: ReplayPorts, ingestion: Ingestion, options: Cancellable) {
    this.#ports = ports;
    this.#ingestion = ingestion;
    this.#options = options;
  }

  async resend(letter: Letter): Promise<Outcome> {
    const { letters } = this.#ports;
    try {
      const tenant = await this.#send(letter);
      await letters.drop(letter);
      await this.#drain();
      return await this.#outcome(letter, tenant);
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      return await failedAgain(letters, letter, error);
    }
  }

  /** Returns whose envelope it is. */
  async #send(letter: Letter): Promise<string> {
    const { topic, id } = letter;
    const body = await this.#ports.letters.body(letter);
    const { tenant, key } = addressOf(letter, body);
    const way = JSON.stringify([topic, tenant]);
    const producer = this.#producers.get(way) ?? (await this.#ingestion.route.producer(topic, { tenant }));
    this.#producers.set(way, producer);
    await producer.send([{ key, id, body }], this.#options);
    return tenant;
  }

  async #drain(): Promise<void> {
    await this.#ingestion.drain(this.#options).catch((error) => {
      this.isSpent = true;
      throw error;
    });
  }

  async #outcome(letter: Letter, tenant: string): Promise<Outcome> {
    const { app, letters } = this.#ports;
    const again = await letters.ofEnvelope(letter);
    if (again !== undefined) {
      return { outcome: 'put aside again', error: new VcfAgentError(again.code as ErrorCode, again.reason) };
    }
    return { outcome: (await app.store.applied(tenant, [letter.id])).length > 0 ? 'applied' : 'sent' };
  }
}

/** Noted when no platform took it; else what the envelope says. Throws ENVELOPE_CORRUPT. */
function addressOf({ facts }: Letter, body: Uint8Array): { readonly tenant: string; readonly key: string } {
  const { tenant, key } = facts;
  if (typeof tenant === 'string' && typeof key === 'string') return { tenant, key };
  const envelope = decodeEnvelope(body.slice());
  return { tenant: envelope.tenant, key: partitionKey(envelope) };
}

/** An error is the letter's own when the letter is there (again); else whoever asked has to know of it. */
async function failedAgain(letters: Letters, letter: Letter, error: unknown): Promise<Outcome> {
  if (!(error instanceof VcfAgentError)) throw error;
  const now = await letters.ofEnvelope(letter);
  if (now === undefined || OUTSIDE.has(error.code)) throw error;
  return { outcome: now.at === letter.at && now.kind === letter.kind ? 'kept' : 'put aside again', error };
}

/** Every other letter would end in the same way. */
const OUTSIDE: ReadonlySet<string> = new Set(['DATABASE_UNAVAILABLE', 'HOME_IN_USE', 'CONFIG_INVALID', 'DISK_FULL']);
