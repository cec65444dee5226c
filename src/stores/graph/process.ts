import { type ChildProcess, fork } from 'node:child_process';
import { diskFullOr } from '../../core/disk-full.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Cancellable } from '../../core/ports.ts';
import type { GraphReply, GraphRequest, GraphResults } from './messages.ts';

/** A statement that the database refused. */
export class GraphStatementError extends Error {
  readonly isRefused: boolean;

  constructor(message: string, isRefused = false) {
    super(message);
    this.isRefused = isRefused;
  }
}

/** The process of the graph database is gone, and with it what it was doing. */
export class GraphProcessEnded extends Error {}

/** The child process that holds one graph database, and its one line of requests. */
export class GraphProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  #hasEnded = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    this.#child = fork(new URL('./child.ts', import.meta.url), {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    });
    this.#ended.then(() => {
      this.#hasEnded = true;
    });
  }

  /** Of the child, for tests that kill it and for watching its memory. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Rejects with GraphStatementError, and with GraphProcessEnded when the process ends before it answers. Requests wait for each other. */
  request<K extends GraphRequest['kind']>(
    request: Extract<GraphRequest, { kind: K }>,
    { signal }: Cancellable = {},
  ): Promise<GraphResults[K]> {
    const turn = this.#last.then(() => {
      signal?.throwIfAborted();
      return this.#exchange(request);
    });
    this.#last = turn.catch(() => {});
    return turn as Promise<GraphResults[K]>;
  }

  async #exchange(request: GraphRequest): Promise<unknown> {
    if (this.#hasEnded) throw new GraphProcessEnded(`the graph's process ended (${await this.#ended})`);
    const { promise, resolve } = Promise.withResolvers<GraphReply>();
    this.#child.once('message', resolve);
    try {
      this.#child.send(request, () => {});
      const reply = await Promise.race([promise, this.#ended]);
      if (typeof reply === 'string') throw new GraphProcessEnded(`the graph's process ended (${reply})`);
      if (!reply.ok) throw new GraphStatementError(reply.message, reply.isRefused);
      return reply.result;
    } finally {
      this.#child.off('message', resolve);
    }
  }

  /** Ends the process at once, whatever it does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

/** What a failure of the graph means to whoever uses a projection: see Projection. */
export function projectionError(error: unknown): unknown {
  if (error instanceof GraphProcessEnded) {
    return new VcfAgentError('PROJECTION_DAMAGED', `${error.message}; the graph is made anew`, {
      retryable: true,
      cause: error,
    });
  }
  if (error instanceof GraphStatementError) {
    return new VcfAgentError('DATABASE_ERROR', `the graph database says: ${error.message}`, { cause: error });
  }
  return diskFullOr(error, 'the graph');
}
