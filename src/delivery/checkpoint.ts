import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Static } from 'typebox';
import { VcfAgentError } from '../core/errors.ts';
import type { LedgerEntry } from '../core/ports.ts';
import type { CheckpointSchema } from './checkpoint-schema.ts';
import { writeDurably } from './durable-file.ts';
import { ledgerDigest } from './receipt.ts';

export type Checkpoint = Static<typeof CheckpointSchema>;

/** Checkpoints as small files, one a source, replaced atomically. */
export class CheckpointFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The checkpoint of a source, or undefined. Throws CHECKPOINT_CORRUPT when the file is not one. */
  async read(tenant: string, sourceDigest: string): Promise<Checkpoint | undefined> {
    const path = this.#path(tenant, sourceDigest);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    // Only now: a schema library is 700 modules, and most runs meet no checkpoint.
    const { isCheckpoint } = await import('./checkpoint-schema.ts');
    const value = parseJson(text);
    if (isCheckpoint(value) && value.sourceDigest === sourceDigest && value.tenant === tenant) return value;
    throw new VcfAgentError(
      'CHECKPOINT_CORRUPT',
      `${path} is not a checkpoint; remove it to read the file from its start`,
      {
        context: { file: path },
      },
    );
  }

  /**
   * Whether the store has all that the checkpoint covers. A checkpoint may be of another database, or the database may have
   * been set back: resuming from it would skip what nobody has.
   */
  isBacked({ resume, totals }: Checkpoint, ledger: readonly LedgerEntry[]): boolean {
    return ledgerDigest(ledger.filter(({ lastOrdinal }) => lastOrdinal < resume.ordinal)) === totals.digest;
  }

  /** Durable when it resolves: the file and its name are on disk. */
  async write(checkpoint: Checkpoint): Promise<void> {
    await writeDurably(this.#path(checkpoint.tenant, checkpoint.sourceDigest), JSON.stringify(checkpoint));
  }

  /** Forgets a source: it is complete, or deleted. */
  async remove(tenant: string, sourceDigest: string): Promise<void> {
    await rm(this.#path(tenant, sourceDigest), { force: true });
  }

  #path(tenant: string, sourceDigest: string): string {
    return join(this.#folder, encodeURIComponent(tenant), `${sourceDigest}.json`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
