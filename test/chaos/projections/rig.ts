import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../../../src/app/app.ts';
import { homeFolders, storeFolders } from '../../../src/app/home.ts';
import { PROJECTION_NAMES, type ProjectionContents, type ProjectionName } from '../../../src/core/projection.ts';
import { EmbeddedServer } from '../../../src/stores/postgres/server.ts';
import { INGEST } from '../../support/app.ts';
import { writeChaosInput } from '../input.ts';

const limits = { maxInFlightVariants: 10_000, logMaxBytes: 1 << 30, lineBytes: 1 << 20 };
export const APP_OPTIONS = { tenant: 'default', compressionLevel: 1, ...limits };

/** A bug put into who follows. */
export type Plant = 'late';

export interface RigOptions {
  readonly name: ProjectionName;
  readonly records: number;
  readonly seed: number;
  readonly plant?: Plant | undefined;
}

/** What a projection holds, file by file, beside what `prove` says of all files. */
export interface Held {
  readonly files: Readonly<Record<number, ProjectionContents>>;
  readonly failures: readonly string[];
}

/** A run of the follower. */
export interface Follower {
  readonly child: ChildProcess;
  /** Resolves when it has begun to apply, or has ended. */
  readonly following: Promise<void>;
  readonly done: Promise<{ readonly code: number | null; readonly elapsedMs: number; readonly output: string }>;
}

export function nameOf(text: string): ProjectionName {
  const name = PROJECTION_NAMES.find((candidate) => candidate === text);
  if (name === undefined) throw new Error(`${text} is no projection: ${PROJECTION_NAMES.join(', ')}`);
  return name;
}

/**
 * A store of which a projection is behind: it has seen two files of which one is deleted since, and not a third. Its folder can
 * be put back to that state, or away, as often as one likes.
 */
export class ProjectionRig implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'vcf-agent-projections-'));
  readonly #home = join(this.folder, 'home');
  readonly #kept = join(this.folder, 'kept');
  readonly #options: RigOptions;
  readonly #files: number[] = [];
  #place = '';
  #server: EmbeddedServer | undefined;

  constructor(options: RigOptions) {
    this.#options = options;
  }

  async prepare(): Promise<void> {
    const { name, seed } = this.#options;
    await using app = await this.#open();
    this.#server = await EmbeddedServer.open(homeFolders(this.#home).postgres);
    await this.#server.ensure();
    await this.#ingest(app, seed);
    const gone = await this.#ingest(app, seed + 1);
    await app.projections.follow(name);
    await app.projections.close();
    this.#place = join(storeFolders(this.#home, await app.store.identity()).projections, name);
    cpSync(this.#place, this.#kept, { recursive: true });
    // Not App.deleteFile: the projection is to be told only when it follows.
    await app.store.deleteFile(app.tenant, gone);
    await this.#ingest(app, seed + 2);
  }

  /** Puts the projection back to where it was when two files were there, or away. */
  restore(from: 'two files' | 'nothing'): void {
    rmSync(this.#place, { recursive: true, force: true });
    if (from === 'two files') cpSync(this.#kept, this.#place, { recursive: true });
  }

  start(): Follower {
    const { name, records, plant } = this.#options;
    const batch = String(Math.ceil(records / 8));
    const args = [
      join(import.meta.dirname, 'follower.ts'),
      this.#home,
      name,
      batch,
      ...(plant === undefined ? [] : [plant]),
    ];
    const begun = performance.now();
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const onExit = () => void child.kill('SIGKILL');
    process.once('exit', onExit);
    let output = '';
    const following = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + chunk).slice(-4000);
        if (output.includes('following')) following.resolve();
      });
    }
    const done = once(child, 'close').then(([code]) => {
      process.off('exit', onExit);
      following.resolve();
      return { code: code as number | null, elapsedMs: performance.now() - begun, output };
    });
    return { child, following: following.promise, done };
  }

  /** From a process of its own making, in which nothing is planted. */
  async held(): Promise<Held> {
    const { name } = this.#options;
    await using app = await this.#open();
    const files: Record<number, ProjectionContents> = {};
    const failures: string[] = existsSync(this.#place) ? [] : ['there is no projection'];
    await app.projections.useAsItIs(name, async (projection) => {
      for (const fileId of this.#files) files[fileId] = await projection.contents(fileId);
    });
    for (const { fileId } of await app.store.files(app.tenant)) {
      failures.push(...(await app.prove(fileId)).failures.map(({ detail }) => detail));
    }
    return { files, failures };
  }

  async #open(): Promise<App> {
    await this.#server?.ensure();
    return App.open({ home: this.#home, ...APP_OPTIONS });
  }

  async #ingest(app: App, seed: number): Promise<number> {
    const input = join(this.folder, `input-${seed}.vcf.gz`);
    await writeChaosInput(input, { records: this.#options.records, seed });
    const { receipt } = await app.ingest(input, INGEST);
    this.#files.push(receipt.fileId);
    return receipt.fileId;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.release();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
