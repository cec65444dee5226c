import type { Worker } from 'node:worker_threads';

/**
 * A thread that is started before it is needed, on another core than what is to be done before. Until it is taken it keeps
 * no process alive.
 */
export class SpareThread {
  readonly #start: () => Worker;
  #spare: Worker | undefined;

  constructor(start: () => Worker) {
    this.#start = start;
  }

  warmUp(): void {
    this.#spare ??= this.#start();
    this.#spare.unref();
  }

  /** The spare one, or a new one. */
  take(): Worker {
    const thread = this.#spare ?? this.#start();
    this.#spare = undefined;
    thread.ref();
    return thread;
  }
}
