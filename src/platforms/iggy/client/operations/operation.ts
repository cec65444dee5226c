import type { BinaryCall } from '../protocol/protocol.ts';
import type { Identifier } from '../types.ts';

/** One call of the HTTP interface. */
export interface HttpCall<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Called with undefined when the server answers without a body. */
  decode(json: unknown): T;
  /** What 404 means, where it is no error. */
  readonly absent?: { readonly value: T };
}

/** Something a client can ask, in every protocol that can carry it. */
export interface Operation<T> {
  readonly name: string;
  /** Asked twice it does no harm: it is asked again when a connection broke before its answer. */
  readonly repeatable: boolean;
  /** Operations of one lane share a connection, and so keep their order. */
  readonly lane?: string;
  readonly binary: Omit<BinaryCall<T>, 'name'>;
  /** Left out: HTTP cannot do it. */
  readonly http?: HttpCall<T>;
}

/** A path below /streams. */
export function streamPath(stream: Identifier, ...rest: readonly Identifier[]): string {
  return `/streams/${[stream, ...rest].map((part) => encodeURIComponent(part)).join('/')}`;
}

export function topicPath(stream: Identifier, topic: Identifier, ...rest: readonly Identifier[]): string {
  return streamPath(stream, 'topics', topic, ...rest);
}

export const nothing = (): undefined => undefined;
