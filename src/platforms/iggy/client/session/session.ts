import type { IggyError } from '../errors.ts';
import type { Operation } from '../operations/operation.ts';
import type { ProtocolName } from '../protocol/protocol.ts';
import type { CallOptions } from '../types.ts';

/** A logged-in conversation with a server. */
export interface Session {
  readonly protocol: ProtocolName | 'http';
  /** Where the login tells it (VSR). */
  readonly serverVersion: string | undefined;
  /** Why it is over, once it is. */
  readonly failure: IggyError | undefined;
  execute<T>(operation: Operation<T>, options?: CallOptions): Promise<T>;
  close(): void;
}

export type SessionFactory = (options: CallOptions) => Promise<Session>;
