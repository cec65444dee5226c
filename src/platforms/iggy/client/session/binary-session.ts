import type { IggyClock } from '../clock.ts';
import { IggyError } from '../errors.ts';
import type { Operation } from '../operations/operation.ts';
import { ping } from '../operations/system.ts';
import type { BinaryCall, Credentials, Protocol, ProtocolName, ProtocolSession } from '../protocol/protocol.ts';
import { SERVER_ERROR } from '../server-errors.ts';
import type { Transport, TransportFactory } from '../transport/transport.ts';
import type { CallOptions } from '../types.ts';
import { Lanes } from './lanes.ts';
import type { Session } from './session.ts';

/** The server asks for the same bytes again; how often and how far apart. */
const TRANSIENT_ATTEMPTS = 20;
const TRANSIENT_DELAY_MS = 25;
const TRANSIENT: readonly (number | undefined)[] = [
  SERVER_ERROR.transientNotCommitted,
  SERVER_ERROR.transientNotAccepted,
];

/** The lane of everything that a VSR session numbers; no operation's own lane has this name. */
const WRITES = '';

export interface BinarySessionOptions {
  readonly open: TransportFactory;
  readonly protocol: Protocol;
  readonly credentials: Credentials;
  /** Between pings; 0: none. A VSR server ends a session after 36 s of silence. */
  readonly heartbeatMs: number;
  readonly clock: IggyClock;
}

/** A session of a binary protocol on one connection. */
export class BinarySession implements Session {
  readonly protocol: ProtocolName;
  serverVersion: string | undefined;
  readonly #transport: Transport;
  readonly #protocol: Protocol;
  readonly #state: ProtocolSession;
  readonly #clock: IggyClock;
  readonly #closed = new AbortController();
  readonly #lanes = new Lanes();

  private constructor(transport: Transport, options: BinarySessionOptions) {
    this.protocol = options.protocol.name;
    this.#transport = transport;
    this.#protocol = options.protocol;
    this.#state = options.protocol.openSession();
    this.#clock = options.clock;
    transport.onFailure(() => this.#closed.abort());
  }

  /** Connects and logs in. */
  static async open(options: BinarySessionOptions, call: CallOptions): Promise<BinarySession> {
    const transport = await options.open(options.protocol.framing, call);
    const session = new BinarySession(transport, options);
    try {
      const login = await session.#exchange(session.#state.login(options.credentials), call);
      session.serverVersion = login.serverVersion;
    } catch (error) {
      session.close();
      throw error;
    }
    if (options.heartbeatMs > 0) void session.#beat(options.heartbeatMs);
    return session;
  }

  get failure(): IggyError | undefined {
    return this.#transport.failure;
  }

  execute<T>(operation: Operation<T>, options: CallOptions = {}): Promise<T> {
    const call = { name: operation.name, ...operation.binary };
    const exchange = () => this.#exchange(call, options);
    if (this.#protocol.serialWrites && call.operation !== undefined) return this.#lanes.inTurn(WRITES, exchange);
    if (this.#transport.keepsOrder || operation.lane === undefined) return exchange();
    return this.#lanes.inTurn(operation.lane, exchange);
  }

  async #exchange<T>(call: BinaryCall<T>, options: CallOptions): Promise<T> {
    const request = this.#state.encode(call);
    for (let attempt = 1; ; attempt++) {
      const frame = await this.#transport.exchange(request, options);
      try {
        return this.#state.decode(frame, call);
      } catch (error) {
        const isTransient = error instanceof IggyError && TRANSIENT.includes(error.serverCode);
        if (!isTransient || attempt === TRANSIENT_ATTEMPTS) throw error;
      }
      await this.#clock.sleep(TRANSIENT_DELAY_MS, options);
    }
  }

  async #beat(heartbeatMs: number): Promise<void> {
    const { signal } = this.#closed;
    try {
      for (;;) {
        await this.#clock.sleep(heartbeatMs, { signal });
        await this.execute(ping());
      }
    } catch {
      // The connection is gone: whoever uses it next is told why.
    }
  }

  close(): void {
    this.#transport.close();
  }
}
