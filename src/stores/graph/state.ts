import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFullOr } from '../../core/disk-full.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Watermark } from '../../core/projection.ts';
import { SCHEMA_VERSION } from './schema.ts';

/** What stands beside the databases while they are whole. */
export interface GraphState {
  readonly watermark: Watermark | undefined;
  /** Tenant of each file that is held. */
  readonly tenants: ReadonlyMap<number, string>;
}

/**
 * The state of a graph, in a file that is only there while the databases beside it are closed and whole: it is removed before
 * they are written, and written when they are closed. A kill in between leaves none, and the graph is damaged: what the
 * database makes of a log that was cut off cannot be trusted (docs/graph.md has the figures).
 */
export class StateFile {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of an empty folder: an empty state. Throws PROJECTION_DAMAGED. */
  async read(): Promise<GraphState> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if ((await readdir(this.#folder)).length === 0) return { watermark: undefined, tenants: new Map() };
      throw damaged('a run that wrote to it was killed');
    }
    const { version, watermark, tenants } = parse(text);
    if (version !== SCHEMA_VERSION) throw damaged(`it is of version ${version}, this is ${SCHEMA_VERSION}`);
    return {
      watermark: watermark === null ? undefined : { xid: BigInt(watermark.xid), seq: BigInt(watermark.seq) },
      tenants: new Map(Object.entries(tenants).map(([fileId, tenant]) => [Number(fileId), tenant])),
    };
  }

  /** Before the databases are written. */
  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
    // So that a folder without a state is seen to be no empty one.
    await mkdir(join(this.#folder, 'tenants'), { recursive: true });
    await syncFolder(this.#folder);
  }

  /** After they are closed. */
  async write({ watermark, tenants }: GraphState): Promise<void> {
    const text = JSON.stringify({
      version: SCHEMA_VERSION,
      watermark: watermark === undefined ? null : { xid: String(watermark.xid), seq: String(watermark.seq) },
      tenants: Object.fromEntries(tenants),
    });
    try {
      {
        await using file = await open(`${this.#path}.new`, 'w');
        await file.writeFile(text);
        await file.sync();
      }
      await rename(`${this.#path}.new`, this.#path);
      await syncFolder(this.#folder);
    } catch (error) {
      throw diskFullOr(error, this.#path);
    }
  }

  get #path(): string {
    return join(this.#folder, 'state.json');
  }
}

interface StateJson {
  readonly version: number;
  readonly watermark: { readonly xid: string; readonly seq: string } | null;
  readonly tenants: Readonly<Record<string, string>>;
}

function parse(text: string): StateJson {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged('its state cannot be read', cause);
  }
}

function damaged(why: string, cause?: unknown): VcfAgentError {
  return new VcfAgentError('PROJECTION_DAMAGED', `the graph is not whole: ${why}`, { retryable: true, cause });
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
