import type { IggyError } from '../errors.ts';
import type { Framing, OutgoingFrame } from '../protocol/protocol.ts';
import type { CallOptions } from '../types.ts';

/**
 * Carries requests and replies of a binary protocol, over TCP, TLS or QUIC. Many requests may be under way at once; they leave
 * in the order of the calls.
 */
export interface Transport {
  /** The server carries requests out in the order in which they left. Over QUIC each is on a stream of its own: it need not. */
  readonly keepsOrder: boolean;
  /**
   * Sends one request, resolves with the whole reply frame. After a rejection with `outcomeUnknown` the server may have
   * carried it out. An aborted call stops waiting; the request itself is not called back.
   */
  exchange(request: OutgoingFrame, options?: CallOptions): Promise<Buffer>;
  /** Why no more can be sent, once that is so. */
  readonly failure: IggyError | undefined;
  /** Calls back once, when `failure` is set. */
  onFailure(callback: (error: IggyError) => void): void;
  /** Ends the connection; what waits is rejected with `reason`. */
  close(reason?: IggyError): void;
}

/** Opens a connection for a protocol. */
export type TransportFactory = (framing: Framing, options?: CallOptions) => Promise<Transport>;
