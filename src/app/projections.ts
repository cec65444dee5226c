import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type FollowSummary, follow } from '../consume/projector.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, VariantStore } from '../core/ports.ts';
import { PROJECTION_NAMES, type Projection, type ProjectionName } from '../core/projection.ts';
import { HomeLock } from './home.ts';

export interface OpenProjectionOptions extends Cancellable {
  /** What a projection asks the truth for by itself when an entry says that it changed. */
  readonly store: Pick<VariantStore, 'verdicts'>;
}

/** How a projection is opened, and by how many. */
export interface ProjectionOpener<P extends Projection> {
  /** True: any number of processes may have it open while one writes. False: one process at a time. */
  readonly isShared: boolean;
  /** In this folder, which is there. PROJECTION_DAMAGED when what is in it cannot be read. */
  open(folder: string, options: OpenProjectionOptions): Promise<P>;
}

/** What each name opens. */
export type ProjectionOpeners = Readonly<Partial<Record<ProjectionName, ProjectionOpener<Projection>>>>;

export interface ProjectionsPorts<O extends ProjectionOpeners> {
  readonly store: Pick<VariantStore, 'outbox' | 'identity' | 'verdicts'>;
  readonly clock: Clock;
  readonly openers: O;
  /** Where the projections of the database with this identity lie. */
  readonly folderOf: (identity: string) => string;
}

export interface UseOptions extends Cancellable {
  readonly onProgress?: ((name: ProjectionName, variants: number, ofVariants: number) => void) | undefined;
  /** How long it waits for another process that writes; two minutes when left out. */
  readonly lockPatienceMs?: number | undefined;
  /** Something that a person should know, and that needs nothing of them: a sentence. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

type NameOf<O> = Extract<keyof O, ProjectionName>;
type Of<O, N extends NameOf<O>> = O[N] extends ProjectionOpener<infer P> ? P : never;

const LOOK_MS = 100;
/** Another process may be building it from nothing. */
const LOCK_PATIENCE_MS = 120_000;
const NOTICE_AFTER_MS = 1_000;

/**
 * What is derived from the store, opened by name and brought up to date before it is asked. One process writes to one at a
 * time. What is damaged is made anew, and said.
 */
export class Projections<O extends ProjectionOpeners = ProjectionOpeners> implements AsyncDisposable {
  readonly #ports: ProjectionsPorts<O>;
  /** Those that may stay open. */
  readonly #open = new Map<ProjectionName, Promise<Projection>>();
  #folder: Promise<string> | undefined;

  constructor(ports: ProjectionsPorts<O>) {
    this.#ports = ports;
  }

  /** Those that were made in this home for this database. */
  async existing(): Promise<readonly ProjectionName[]> {
    const folder = await this.#place();
    const names = PROJECTION_NAMES.filter((name) => this.#ports.openers[name] !== undefined);
    return names.filter((name) => existsSync(join(folder, name)));
  }

  /**
   * Brings it up to date and lets `work` ask it. Rejects with HOME_IN_USE when another process is at it for two minutes, as
   * `follow` does, and as `work` does.
   */
  async use<N extends NameOf<O>, T>(
    name: N,
    work: (projection: Of<O, N>) => Promise<T>,
    options: UseOptions = {},
  ): Promise<T> {
    // One that stayed open may only be out of date: another process made it anew meanwhile.
    const wasOpen = this.#open.has(name);
    try {
      return await this.useAsItIs(name, work as (projection: Projection) => Promise<T>, options);
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (wasOpen) {
        await this.#close(name);
        return await this.use(name, work, options);
      }
      options.onNotice?.(`${name} cannot be read (${error.message}): it is made anew from the store`);
      await this.remove(name, options);
      return await this.useAsItIs(name, work as (projection: Projection) => Promise<T>, options);
    }
  }

  /** The same, but what is damaged stays so, and is the caller's. `work` hears what there was to catch up with. */
  async useAsItIs<T>(
    name: ProjectionName,
    work: (projection: Projection, caughtUp: FollowSummary) => Promise<T>,
    options: UseOptions = {},
  ): Promise<T> {
    if (this.#opener(name).isShared) {
      const projection = await this.#opened(name, options);
      return await work(projection, await this.#followLocked(name, projection, options));
    }
    using _lock = await this.#lock(name, options);
    await using projection = await this.#openNow(name, options);
    return await work(projection, await this.#follow(name, projection, options));
  }

  /** Only brings it up to date. */
  async follow(name: ProjectionName, options: UseOptions = {}): Promise<void> {
    await this.use(name as NameOf<O>, async () => {}, options);
  }

  /**
   * After a deletion: nothing of what is gone is left in those that were made. One that cannot be read is removed rather than
   * made anew: who deletes waits for neither.
   */
  async forget(options: UseOptions = {}): Promise<void> {
    for (const name of await this.existing()) {
      try {
        await this.useAsItIs(name, async () => {}, options);
      } catch (error) {
        if (!isDamage(error)) throw error;
        await this.remove(name, options);
      }
    }
  }

  /** Makes it anew, from nothing. */
  async rebuild(name: ProjectionName, options: UseOptions = {}): Promise<FollowSummary> {
    await this.remove(name, options);
    return await this.useAsItIs(name, async (_, caughtUp) => caughtUp, options);
  }

  /** Removes it from the disk; who asks next makes it anew. */
  async remove(name: ProjectionName, options: UseOptions = {}): Promise<void> {
    using _lock = await this.#lock(name, options);
    await this.#close(name);
    const folder = join(await this.#place(), name);
    // At one moment: a kill must not leave a part of it that looks whole.
    const gone = `${folder}.removed`;
    await rm(gone, { recursive: true, force: true });
    if (existsSync(folder)) await rename(folder, gone);
    await rm(gone, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((name) => this.#close(name)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #opener(name: ProjectionName): ProjectionOpener<Projection> {
    const opener = this.#ports.openers[name];
    if (opener === undefined) throw new VcfAgentError('USAGE', `there is no projection ${name}`);
    return opener;
  }

  #place(): Promise<string> {
    this.#folder ??= this.#ports.store.identity().then(this.#ports.folderOf);
    return this.#folder;
  }

  async #openNow(name: ProjectionName, options: UseOptions): Promise<Projection> {
    const folder = join(await this.#place(), name);
    await mkdir(folder, { recursive: true });
    return await this.#opener(name).open(folder, { signal: options.signal, store: this.#ports.store });
  }

  #opened(name: ProjectionName, options: UseOptions): Promise<Projection> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const opening = this.#openNow(name, options);
    this.#open.set(name, opening);
    opening.catch(() => this.#open.delete(name));
    return opening;
  }

  async #close(name: ProjectionName): Promise<void> {
    const projection = this.#open.get(name);
    this.#open.delete(name);
    await (await projection?.catch(() => undefined))?.close();
  }

  /** Nobody who only asks, with nothing to catch up with, waits for a lock. */
  async #followLocked(name: ProjectionName, projection: Projection, options: UseOptions): Promise<FollowSummary> {
    const ahead = await this.#ports.store.outbox.ahead(await projection.watermark(), options);
    if (ahead.entries === 0) return { entries: 0, variants: 0, isComplete: true };
    using _lock = await this.#lock(name, options);
    return await this.#follow(name, projection, options);
  }

  async #follow(name: ProjectionName, projection: Projection, options: UseOptions): Promise<FollowSummary> {
    const { outbox } = this.#ports.store;
    const { onProgress, onNotice, signal } = options;
    const summary = await follow(
      { outbox, projection, clock: this.#ports.clock },
      { signal, onProgress: onProgress && ((variants, ofVariants) => onProgress(name, variants, ofVariants)) },
    );
    if (!summary.isComplete) {
      onNotice?.(`${name} lacks what was stored last: a transaction that is older is still open in the database`);
    }
    return summary;
  }

  /** Waits for who has it, such as a worker that follows. */
  async #lock(name: ProjectionName, options: UseOptions): Promise<HomeLock> {
    const { clock } = this.#ports;
    const { signal, onNotice, lockPatienceMs = LOCK_PATIENCE_MS } = options;
    const folder = await this.#place();
    for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
      try {
        return new HomeLock(folder, name);
      } catch (error) {
        const isTaken = error instanceof VcfAgentError && error.code === 'HOME_IN_USE';
        if (!isTaken || waitedMs >= lockPatienceMs) throw error;
      }
      if (waitedMs === NOTICE_AFTER_MS) onNotice?.(`another vcf-agent is at ${name}: waiting for it`);
      await clock.sleep(LOOK_MS, { signal });
    }
  }
}

function isDamage(error: unknown): error is VcfAgentError {
  return error instanceof VcfAgentError && error.code === 'PROJECTION_DAMAGED';
}
