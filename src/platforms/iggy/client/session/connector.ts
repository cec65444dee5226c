import type { ResolvedOptions } from '../options.ts';
import { legacyProtocol } from '../protocol/legacy.ts';
import { probeProtocol } from '../protocol/probe.ts';
import { probeOverQuic } from '../protocol/probe-quic.ts';
import type { Protocol, ProtocolName } from '../protocol/protocol.ts';
import { vsrProtocol } from '../protocol/vsr.ts';
import { loadXxh3 } from '../protocol/xxh3.ts';
import { openQuic, QuicTransport } from '../transport/quic-transport.ts';
import { socketTransport } from '../transport/socket-transport.ts';
import type { TransportFactory } from '../transport/transport.ts';
import type { CallOptions } from '../types.ts';
import { BinarySession } from './binary-session.ts';
import { HttpSession } from './http-session.ts';
import type { Session, SessionFactory } from './session.ts';

/** Opens sessions as the options say. */
export function connector(options: ResolvedOptions): SessionFactory {
  if (options.transport === 'http') return (call) => HttpSession.open(options, call);
  if (options.transport === 'quic') return (call) => openOverQuic(options, call);
  const open = socketTransport(options, options);
  // Asked anew at each connection: while we were away the server may have been replaced by one of the other protocol.
  return async (call) => {
    const protocol = await protocolOf(options, call);
    return BinarySession.open({ ...options, open, protocol }, call) satisfies Promise<Session>;
  };
}

/** The question and the session share the connection: a stream is answered whatever another one asked. */
async function openOverQuic(options: ResolvedOptions, call: CallOptions): Promise<Session> {
  const connection = await openQuic(options, options, call);
  try {
    const name = options.protocol === 'auto' ? await probeOverQuic(connection, options, call) : options.protocol;
    const protocol = await protocolNamed(name);
    const open: TransportFactory = async (framing) => new QuicTransport(connection, framing, options);
    return await BinarySession.open({ ...options, open, protocol }, call);
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function protocolOf(options: ResolvedOptions, call: CallOptions): Promise<Protocol> {
  const limits = { timeoutMs: options.connectTimeoutMs, clock: options.clock };
  const name: ProtocolName =
    options.protocol === 'auto' ? await probeProtocol(options, limits, call) : options.protocol;
  return protocolNamed(name);
}

async function protocolNamed(name: ProtocolName): Promise<Protocol> {
  return name === 'legacy' ? legacyProtocol : vsrProtocol(await loadXxh3());
}
