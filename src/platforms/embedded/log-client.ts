import { Worker } from 'node:worker_threads';
import { type ErrorCode, VcfAgentError } from '../../core/errors.ts';
import { SpareThread } from '../../core/spare-thread.ts';
import type { Assignment, Membership, Shape } from './log-members.ts';
import type { AppendEntry, Offsets, StoredLag, StoredMessage, StoredTopic } from './log-store.ts';
import type { LogReply, LogRequest, LogResult } from './log-worker.ts';
import type { EmbeddedOptions } from './options.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

interface Pending {
  readonly resolve: (result: LogResult) => void;
  readonly reject: (error: VcfAgentError) => void;
}

/** The log's thread as promises. Bodies are transferred to it, not copied: a caller gives them away. */
export class LogClient {
  static readonly #threads = new SpareThread(() => new Worker(new URL('./log-worker.ts', import.meta.url)));
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #appendWaiters = new Set<() => void>();
  #nextId = 0;
  #failure: VcfAgentError | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: EmbeddedOptions) {
    this.#worker = LogClient.#threads.take();
    this.#worker.postMessage(options);
    this.#worker.on('message', (message: LogReply) => this.#settle(message));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#worker.on('exit', () => this.#fail(undefined));
    // The thread alone must not keep a finished program alive.
    this.#worker.unref();
  }

  /** Starts the thread of the next log. */
  static warmUp(): void {
    LogClient.#threads.warmUp();
  }

  ensureTopic(topic: string, partitions: number): Promise<number> {
    return this.#ask({ kind: 'ensureTopic', topic, partitions });
  }

  async append(entries: readonly AppendEntry[]): Promise<readonly number[]> {
    const transfer = entries.map((entry) => entry.body.buffer as ArrayBuffer);
    const offsets = await this.#ask<readonly number[]>({ kind: 'append', entries }, transfer);
    for (const wake of this.#appendWaiters) wake();
    this.#appendWaiters.clear();
    return offsets;
  }

  /** Calls back once, after the next append of this process. Returns how to take that back. */
  onceAppended(callback: () => void): () => void {
    this.#appendWaiters.add(callback);
    return () => this.#appendWaiters.delete(callback);
  }

  read(topic: string, after: Offsets, maxMessages: number, maxBytes: number): Promise<readonly StoredMessage[]> {
    return this.#ask({ kind: 'read', topic, after, maxMessages, maxBytes });
  }

  commit(topic: string, group: string, offsets: Offsets): Promise<void> {
    return this.#ask({ kind: 'commit', topic, group, offsets });
  }

  join(topic: string, group: string, nowMs: number): Promise<Assignment & { readonly member: string }> {
    return this.#ask({ kind: 'join', topic, group, nowMs });
  }

  assignment(membership: Membership, known: Shape, nowMs: number): Promise<Assignment | undefined> {
    return this.#ask({ kind: 'assignment', membership, known, nowMs });
  }

  leave(member: string): Promise<void> {
    return this.#ask({ kind: 'leave', member });
  }

  topics(): Promise<readonly StoredTopic[]> {
    return this.#ask({ kind: 'topics' });
  }

  partitions(topic: string): Promise<number> {
    return this.#ask({ kind: 'partitions', topic });
  }

  growTopic(topic: string, partitions: number): Promise<void> {
    return this.#ask({ kind: 'growTopic', topic, partitions });
  }

  lag(topic: string, group: string): Promise<readonly StoredLag[]> {
    return this.#ask({ kind: 'lag', topic, group });
  }

  version(): Promise<string> {
    return this.#ask({ kind: 'version' });
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#failure !== undefined) return;
    await this.#ask({ kind: 'close' });
    await this.#worker.terminate();
  }

  #ask<T>(request: WithoutId<LogRequest>, transfer: ArrayBuffer[] = []): Promise<T> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    // While somebody waits for an answer, the thread keeps the program alive.
    if (this.#pending.size === 0) this.#worker.ref();
    return new Promise<T>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.#worker.postMessage({ ...request, id }, transfer);
    });
  }

  #settle(message: LogReply): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    this.#pending.delete(message.id);
    if (this.#pending.size === 0) this.#worker.unref();
    if ('error' in message) {
      const { code, message: text, retryable } = message.error;
      pending.reject(new VcfAgentError(code as ErrorCode, text, { retryable }));
    } else {
      pending.resolve(message.result);
    }
  }

  #fail(cause: unknown): void {
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    // An error crosses from the thread with its fields but without its class.
    const code = (cause as { code?: unknown } | undefined)?.code === 'DISK_FULL' ? 'DISK_FULL' : 'LOG_UNAVAILABLE';
    this.#failure ??= new VcfAgentError(code, `the embedded log's thread has ended${reason}`, { cause });
    for (const pending of this.#pending.values()) pending.reject(this.#failure);
    this.#pending.clear();
  }
}
