import { parentPort } from 'node:worker_threads';
import { VcfAgentError } from '../../core/errors.ts';
import type { Assignment, Membership, Shape } from './log-members.ts';
import {
  type AppendEntry,
  LogStore,
  type Offsets,
  type StoredLag,
  type StoredMessage,
  type StoredTopic,
} from './log-store.ts';
import type { EmbeddedOptions } from './options.ts';

/** What the thread is asked, and what it answers; one answer per request id. */
export type LogRequest =
  | { readonly kind: 'ensureTopic'; readonly id: number; readonly topic: string; readonly partitions: number }
  | { readonly kind: 'append'; readonly id: number; readonly entries: readonly AppendEntry[] }
  | ({ readonly kind: 'read'; readonly id: number; readonly topic: string; readonly after: Offsets } & {
      readonly maxMessages: number;
      readonly maxBytes: number;
    })
  | ({ readonly kind: 'commit'; readonly id: number; readonly topic: string; readonly group: string } & {
      readonly offsets: Offsets;
    })
  | {
      readonly kind: 'join';
      readonly id: number;
      readonly topic: string;
      readonly group: string;
      readonly nowMs: number;
    }
  | ({ readonly kind: 'assignment'; readonly id: number; readonly membership: Membership } & {
      /** When this member was last told. */
      readonly known: Shape;
      readonly nowMs: number;
    })
  | { readonly kind: 'leave'; readonly id: number; readonly member: string }
  | { readonly kind: 'topics' | 'version' | 'close'; readonly id: number }
  | { readonly kind: 'partitions'; readonly id: number; readonly topic: string }
  | { readonly kind: 'growTopic'; readonly id: number; readonly topic: string; readonly partitions: number }
  | { readonly kind: 'lag'; readonly id: number; readonly topic: string; readonly group: string };

export type LogResult =
  | number
  | string
  | readonly number[]
  | readonly StoredMessage[]
  | readonly StoredTopic[]
  | readonly StoredLag[]
  | Offsets
  | Assignment
  | undefined;

export type LogReply =
  | { readonly id: number; readonly result: LogResult }
  | {
      readonly id: number;
      readonly error: { readonly code: string; readonly message: string; readonly retryable: boolean };
    };

type Append = Extract<LogRequest, { kind: 'append' }>;

/**
 * The thread that owns the SQLite handle, so that an fsync never stops the pipeline. Group commit: appends that arrive
 * while one transaction is being fsynced are written together in the next.
 */
function serve(port: NonNullable<typeof parentPort>, store: LogStore): void {
  let waiting: Append[] = [];

  const flush = () => {
    const group = waiting;
    if (group.length === 0) return;
    waiting = [];
    try {
      const offsets = store.append(group.flatMap((request) => request.entries));
      let at = 0;
      for (const { id, entries } of group) {
        reply(port, { id, result: offsets.slice(at, at + entries.length) });
        at += entries.length;
      }
    } catch (error) {
      // One of several does not fit: let each stand for itself, so that a small one is not refused for a large one.
      if (group.length > 1) for (const request of group) answer(port, request.id, () => store.append(request.entries));
      else for (const { id } of group) fail(port, id, error);
    }
  };

  port.on('message', (request: LogRequest) => {
    if (request.kind === 'append') {
      waiting.push(request);
      if (waiting.length === 1) setImmediate(flush);
      return;
    }
    if (waiting.length > 0) flush();
    answer(port, request.id, () => handle(store, request));
    if (request.kind === 'close') port.close();
  });
}

function handle(store: LogStore, request: Exclude<LogRequest, Append>): LogResult {
  switch (request.kind) {
    case 'ensureTopic':
      return store.ensureTopic(request.topic, request.partitions);
    case 'read':
      return store.read(request.topic, request.after, request.maxMessages, request.maxBytes);
    case 'commit':
      store.commit(request.topic, request.group, request.offsets);
      return undefined;
    case 'join':
      return store.join(request.topic, request.group, request.nowMs);
    case 'assignment':
      return store.assignment(request.membership, request.known, request.nowMs);
    case 'leave':
      store.leave(request.member);
      return undefined;
    case 'topics':
      return store.topics();
    case 'partitions':
      return store.partitions(request.topic);
    case 'growTopic':
      store.growTopic(request.topic, request.partitions);
      return undefined;
    case 'lag':
      return store.lag(request.topic, request.group);
    case 'version':
      return store.version();
    case 'close':
      store.close();
      return undefined;
  }
}

function answer(port: NonNullable<typeof parentPort>, id: number, work: () => LogResult): void {
  try {
    reply(port, { id, result: work() });
  } catch (error) {
    fail(port, id, error);
  }
}

function reply(port: NonNullable<typeof parentPort>, message: Extract<LogReply, { result: LogResult }>): void {
  const bodies = Array.isArray(message.result) ? message.result.flatMap(ownBuffer) : [];
  port.postMessage(message, bodies);
}

function ownBuffer(item: number | StoredMessage | StoredTopic): ArrayBuffer[] {
  return typeof item === 'object' && 'body' in item ? [item.body.buffer] : [];
}

function fail(port: NonNullable<typeof parentPort>, id: number, error: unknown): void {
  const known = error instanceof VcfAgentError;
  const message = error instanceof Error ? error.message : String(error);
  const code = known ? error.code : 'LOG_UNAVAILABLE';
  port.postMessage({ id, error: { code, message, retryable: known && error.retryable } } satisfies LogReply);
}

// First of all it is told which log it serves.
parentPort?.once('message', (options: EmbeddedOptions) => serve(parentPort!, new LogStore(options)));
