import { systemClock } from '../../../../src/platforms/iggy/client/index.ts';
import { legacyProtocol } from '../../../../src/platforms/iggy/client/protocol/legacy.ts';
import type { Protocol } from '../../../../src/platforms/iggy/client/protocol/protocol.ts';
import { vsrProtocol } from '../../../../src/platforms/iggy/client/protocol/vsr.ts';
import { loadXxh3 } from '../../../../src/platforms/iggy/client/protocol/xxh3.ts';
import { BinarySession } from '../../../../src/platforms/iggy/client/session/binary-session.ts';
import { HttpSession } from '../../../../src/platforms/iggy/client/session/http-session.ts';
import { socketTransport } from '../../../../src/platforms/iggy/client/transport/socket-transport.ts';
import type { TransportFactory } from '../../../../src/platforms/iggy/client/transport/transport.ts';

const CREDENTIALS = { kind: 'password', username: 'iggy', password: 'iggy' } as const;
const LIMITS = { silenceTimeoutMs: 5000, maxReplyBytes: 1024 * 1024 };

export async function protocolNamed(name: 'legacy' | 'vsr'): Promise<Protocol> {
  return name === 'legacy' ? legacyProtocol : vsrProtocol(await loadXxh3());
}

export function tcpTo(port: number): TransportFactory {
  return socketTransport({ host: '127.0.0.1', port }, { ...LIMITS, connectTimeoutMs: 2000, clock: systemClock });
}

export function binarySession(open: TransportFactory, protocol: Protocol): Promise<BinarySession> {
  return BinarySession.open({ open, protocol, credentials: CREDENTIALS, heartbeatMs: 0, clock: systemClock }, {});
}

export function httpSession(port: number): Promise<HttpSession> {
  return HttpSession.open(
    { ...LIMITS, clock: systemClock, host: '127.0.0.1', port, credentials: CREDENTIALS, connections: 1 },
    {},
  );
}
