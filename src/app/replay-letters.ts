import { decodeEnvelope } from '../codec/envelope-codec.ts';
import { type ErrorCode, VcfAgentError } from '../core/errors.ts';
import type { Cancellable } from '../core/ports.ts';
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
  readonly app: App;
  readonly letters: Letters;
}

/**
 * Sends letters again, one after the other, and waits until what was sent is applied. A letter is forgotten as soon as a
 * platform has its envelope; one that is refused again becomes a new letter. Safe at any time: the envelope has its old id, so
 * it is stored once. Throws what is no letter's own fault: DATABASE_UNAVAILABLE, HOME_IN_USE, PLATFORM_…
 */
export async function* replayLetters(
  { app, letters }: ReplayPorts,
  chosen: readonly Letter[],
  options: Cancellable = {},
): AsyncGenerator<ReplayedLetter> {
  for (const letter of chosen) {
    try {
      const tenant = await app.ingesting((ingestion) => sendAgain(ingestion, letters, letter, options), options);
      yield { letter, ...(await outcomeOf({ app, letters }, letter, tenant)) };
    } catch (error) {
      options.signal?.throwIfAborted();
      yield { letter, ...(await failedAgain(letters, letter, error)) };
    }
  }
}

async function outcomeOf(
  { app, letters }: ReplayPorts,
  letter: Letter,
  tenant: string,
): Promise<Omit<ReplayedLetter, 'letter'>> {
  const again = await letterOf(letters, letter);
  if (again !== undefined) {
    return { outcome: 'put aside again', error: new VcfAgentError(again.code as ErrorCode, again.reason) };
  }
  return { outcome: (await app.store.applied(tenant, [letter.id])).length > 0 ? 'applied' : 'sent' };
}

/** Returns whose envelope it is. */
async function sendAgain(
  ingestion: Ingestion,
  letters: Letters,
  letter: Letter,
  options: Cancellable,
): Promise<string> {
  const body = await letters.body(letter);
  const { tenant, key } = await addressOf(letter, body);
  const producer = await ingestion.route.producer(letter.topic, { tenant });
  await producer.send([{ key, id: letter.id, body }], options);
  await letters.drop(letter);
  await ingestion.drain(options);
  return tenant;
}

/** Noted when no platform took it; else what the envelope says. Throws ENVELOPE_CORRUPT. */
async function addressOf(
  { facts }: Letter,
  body: Uint8Array,
): Promise<{ readonly tenant: string; readonly key: string }> {
  const { tenant, key } = facts;
  if (typeof tenant === 'string' && typeof key === 'string') return { tenant, key };
  const envelope = await decodeEnvelope(body.slice());
  return { tenant: envelope.tenant, key: partitionKey(envelope) };
}

/** An error is the letter's own when the letter is there (again); else whoever asked has to know of it. */
async function failedAgain(letters: Letters, letter: Letter, error: unknown): Promise<Omit<ReplayedLetter, 'letter'>> {
  if (!(error instanceof VcfAgentError)) throw error;
  const now = await letterOf(letters, letter);
  if (now === undefined || OUTSIDE.has(error.code)) throw error;
  return { outcome: now.at === letter.at && now.kind === letter.kind ? 'kept' : 'put aside again', error };
}

/** Every other letter would end in the same way. */
const OUTSIDE: ReadonlySet<string> = new Set(['DATABASE_UNAVAILABLE', 'HOME_IN_USE', 'CONFIG_INVALID', 'DISK_FULL']);

async function letterOf(letters: Letters, { id, topic }: Letter): Promise<Letter | undefined> {
  return (await letters.list()).find((letter) => letter.id === id && letter.topic === topic);
}
