import type { ConnectionOptions } from 'node:tls';
import { type IggyClock, systemClock } from './clock.ts';
import { IggyError } from './errors.ts';
import type { Credentials, ProtocolName } from './protocol/protocol.ts';
import type { ReconnectOptions } from './session/slot.ts';
import type { QuicOptions } from './transport/quic-transport.ts';

export interface IggyClientOptions {
  readonly transport: 'tcp' | 'tls' | 'quic' | 'http';
  readonly host: string;
  readonly port: number;
  /**
   * Of transports tcp, tls and quic. `legacy`: servers up to 0.8. `vsr`: server 0.9. `auto` (default) asks the server, without
   * guessing: see protocol/probe.ts.
   */
  readonly protocol?: ProtocolName | 'auto';
  readonly credentials: Credentials;
  /** Of transport tls, and of http to speak https: what Node's `tls.connect` takes (`ca`, `servername`, …). */
  readonly tls?: ConnectionOptions;
  /** Of transport quic: how the server's certificate is checked, and against which name. */
  readonly quic?: QuicOptions;
  /** Connections shared by all calls, each opened when it is first of use. Default 10. */
  readonly connections?: number;
  readonly connectTimeoutMs?: number;
  /** A connection that owes a reply and neither takes nor gives a byte for this long is given up. Default 5,000. */
  readonly silenceTimeoutMs?: number;
  /** Between pings on each connection; 0: none. Default 5,000. */
  readonly heartbeatMs?: number;
  /** A larger reply is refused. Default 512 MiB. */
  readonly maxReplyBytes?: number;
  readonly reconnect?: Partial<ReconnectOptions>;
  readonly clock?: IggyClock;
  /** Uniform in [0, 1): spreads reconnects. */
  readonly random?: () => number;
}

export interface ResolvedOptions extends Required<Omit<IggyClientOptions, 'tls' | 'reconnect'>> {
  /** Undefined: plain. */
  readonly tls: ConnectionOptions | undefined;
  readonly reconnect: ReconnectOptions;
}

const DEFAULTS = {
  protocol: 'auto',
  quic: {},
  connections: 10,
  connectTimeoutMs: 2_000,
  silenceTimeoutMs: 5_000,
  heartbeatMs: 5_000,
  maxReplyBytes: 512 * 1024 * 1024,
  clock: systemClock,
  random: Math.random,
} as const;

const RECONNECT: ReconnectOptions = { attempts: 3, initialDelayMs: 50, maxDelayMs: 2_000 };

export function resolveOptions(options: IggyClientOptions): ResolvedOptions {
  const resolved = { ...DEFAULTS, ...options };
  const positive = ['port', 'connections', 'connectTimeoutMs', 'silenceTimeoutMs', 'maxReplyBytes'] as const;
  for (const name of positive) {
    if (!(resolved[name] >= 1)) throw new IggyError('INVALID_ARGUMENT', `option ${name} must be at least 1`);
  }
  const tls = resolved.transport === 'tls' ? (resolved.tls ?? {}) : resolved.tls;
  if ((resolved.transport === 'tcp' || resolved.transport === 'quic') && tls !== undefined) {
    const message = `option tls is given with transport ${resolved.transport}: did you mean transport tls, or option quic?`;
    throw new IggyError('INVALID_ARGUMENT', message);
  }
  return { ...resolved, tls, reconnect: { ...RECONNECT, ...options.reconnect } };
}
