import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFullOr } from '../core/disk-full.ts';
import type { IngestPlan } from '../core/envelope.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock } from '../core/ports.ts';
import { writeDurably } from '../delivery/durable-file.ts';

/** How an uploaded file is to be ingested. */
export interface UploadOptions {
  readonly split: IngestPlan['split'];
  readonly batchSize: number;
}

export interface NewUpload {
  readonly tenant: string;
  /** For people: whatever a client calls it. */
  readonly name: string;
  /** Bytes that it will have; undefined: what comes until it ends. */
  readonly length?: number | undefined;
  readonly options: UploadOptions;
}

/** A file on its way in. */
export interface Upload extends Omit<NewUpload, 'length'> {
  readonly id: string;
  readonly length: number | null;
  /** Bytes that are safe on disk: where the client goes on. */
  readonly offset: number;
  /** Of the job that ingests it, once it is whole. */
  readonly jobId: string | null;
  readonly createdAt: string;
}

export interface UploadSettings {
  readonly folder: string;
  /** Largest file. */
  readonly maxBytes: number;
  /** Nobody has sent to it or worked on it for so long: it goes. */
  readonly expireAfterMs: number;
}

type State = Omit<Upload, 'offset'>;

const NAME_CHARACTERS = 255;

/**
 * Uploads as folders, one each: what was said of it, and its bytes so far. They survive a restart. Each belongs to one tenant, and
 * for another there is none.
 */
export class Uploads {
  readonly #settings: UploadSettings;
  readonly #clock: Clock;
  /** Somebody is sending to it. */
  readonly #busy = new Set<string>();

  constructor(settings: UploadSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Throws REQUEST_TOO_LARGE, DISK_FULL. */
  async create({ tenant, name, length, options }: NewUpload): Promise<Upload> {
    this.#checkSize(length ?? 0);
    const id = randomUUID();
    const createdAt = new Date(this.#clock.now()).toISOString();
    const state: State = { id, tenant, name: baseName(name), length: length ?? null, options, jobId: null, createdAt };
    await this.#save(state);
    await using _data = await open(this.path(tenant, id), 'a');
    return { ...state, offset: 0 };
  }

  /** Throws NOT_FOUND. */
  async find(tenant: string, id: string): Promise<Upload> {
    try {
      const state: State = JSON.parse(await readFile(join(this.#folderOf(tenant, id), 'state.json'), 'utf8'));
      const { size } = await stat(this.path(tenant, id));
      return { ...state, offset: size };
    } catch (cause) {
      throw new VcfAgentError('NOT_FOUND', `there is no upload ${id}: it is done, or nobody sent to it for too long`, {
        cause,
      });
    }
  }

  /**
   * Takes bytes from `offset` on, as fast as the disk does. What came is kept and safe, also when the sender breaks off. Throws
   * UPLOAD_CONFLICT when the upload does not stand there, somebody else is sending, or it is whole; REQUEST_TOO_LARGE; DISK_FULL.
   */
  async append(
    { tenant, id, offset }: Pick<Upload, 'tenant' | 'id' | 'offset'>,
    bytes: AsyncIterable<Uint8Array>,
    { signal }: Cancellable = {},
  ): Promise<Upload> {
    const upload = await this.find(tenant, id);
    if (upload.jobId !== null) throw conflict(upload, 'is whole');
    if (this.#busy.has(id)) throw conflict(upload, 'is being sent to by somebody else');
    if (upload.offset !== offset) throw conflict(upload, `stands at ${upload.offset}, not at ${offset}`);
    this.#busy.add(id);
    try {
      await this.#write(upload, bytes, signal);
    } catch (error) {
      throw diskFullOr(error, upload.name);
    } finally {
      this.#busy.delete(id);
    }
    return await this.find(tenant, id);
  }

  /** It is whole, and this job ingests it; null: none does after all. */
  async attach(upload: Upload, jobId: string | null): Promise<Upload> {
    const { offset, ...state } = upload;
    await this.#save({ ...state, jobId });
    return { ...upload, jobId };
  }

  /** Once more changes nothing. Throws UPLOAD_CONFLICT while somebody is sending. */
  async remove(tenant: string, id: string): Promise<void> {
    if (this.#busy.has(id)) throw new VcfAgentError('UPLOAD_CONFLICT', `somebody is sending to upload ${id}`);
    await rm(this.#folderOf(tenant, id), { recursive: true, force: true });
  }

  /** Removes what nobody cares for any more, of all tenants. `isInUse`: of a job that is not finished. */
  async expire(isInUse: (jobId: string) => boolean): Promise<void> {
    for (const tenant of await names(this.#settings.folder)) {
      for (const id of await names(join(this.#settings.folder, tenant))) {
        const upload = await this.find(tenant, id).catch(() => undefined);
        const { mtimeMs } = await stat(this.path(tenant, id)).catch(() => ({ mtimeMs: 0 }));
        const isOld = this.#clock.now() - mtimeMs > this.#settings.expireAfterMs;
        const isNeeded = this.#busy.has(id) || (upload?.jobId != null && isInUse(upload.jobId));
        if (isOld && !isNeeded) await this.remove(tenant, id);
      }
    }
  }

  /** Where its bytes are. */
  path(tenant: string, id: string): string {
    return join(this.#folderOf(tenant, id), 'data');
  }

  async #write(upload: Upload, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<void> {
    const most = upload.length ?? this.#settings.maxBytes;
    await using file = await open(this.path(upload.tenant, upload.id), 'a');
    let size = upload.offset;
    try {
      for await (const chunk of bytes) {
        signal?.throwIfAborted();
        if (size + chunk.length > most) throw tooLarge(most);
        await file.writeFile(chunk);
        size += chunk.length;
      }
    } finally {
      await file.sync();
    }
  }

  #checkSize(bytes: number): void {
    if (bytes > this.#settings.maxBytes) throw tooLarge(this.#settings.maxBytes);
  }

  async #save(state: State): Promise<void> {
    const folder = this.#folderOf(state.tenant, state.id);
    await mkdir(folder, { recursive: true });
    await writeDurably(join(folder, 'state.json'), JSON.stringify(state));
  }

  /** Neither holds a separator: a tenant's name by its setting, an id by its schema. */
  #folderOf(tenant: string, id: string): string {
    return join(this.#settings.folder, tenant, id);
  }
}

async function names(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch(() => []);
}

function baseName(name: string): string {
  const last = name.replaceAll('\\', '/').split('/').at(-1) ?? '';
  return last.replaceAll(/[\x00-\x1f\x7f]/g, '').slice(-NAME_CHARACTERS) || 'upload';
}

function conflict({ id, offset }: Upload, why: string): VcfAgentError {
  return new VcfAgentError('UPLOAD_CONFLICT', `upload ${id} ${why}`, { context: { offset } });
}

function tooLarge(most: number): VcfAgentError {
  return new VcfAgentError('REQUEST_TOO_LARGE', `more than ${most} bytes`, { context: { maxBytes: most } });
}
