import type { Socket } from 'node:net';
import type { IggyClock } from '../clock.ts';
import { abortedError, IggyError } from '../errors.ts';
import { openSocket, type SocketAddress } from '../transport/socket.ts';
import type { CallOptions } from '../types.ts';
import { NON_REPLICATED, type ProtocolName } from './protocol.ts';
import { COMMAND, encodeRequestHeader, HEADER_BYTES } from './vsr-frame.ts';

const PING = 1;
/** What a legacy server answers to a frame of length 0: status 3, no payload. */
const LEGACY_REFUSAL = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]);
const COMMAND_AT = 60;

/** A ping as a legacy server takes it. */
export const PING_FRAME = Buffer.from([4, 0, 0, 0, PING, 0, 0, 0]);

export const VSR_PING_FRAME = encodeRequestHeader({
  client: 1n,
  checksum: 0n,
  request: 0n,
  operation: NON_REPLICATED,
  session: 0n,
  code: PING,
  bodyBytes: 0,
});

/**
 * Which protocol a server speaks, by one question that both answer and neither answers like the other: a VSR ping. Its
 * first eight bytes are zero, which to a legacy server is a frame of length 0: refused at once with status 3. A VSR server
 * answers with a frame of its own. Neither the time a server takes nor a login decides.
 */
export async function probeProtocol(
  address: SocketAddress,
  limits: { readonly timeoutMs: number; readonly clock: IggyClock },
  { signal }: CallOptions = {},
): Promise<ProtocolName> {
  const socket = await openSocket(address, limits, { signal });
  const finished = new AbortController();
  const signals = signal === undefined ? [finished.signal] : [finished.signal, signal];
  const timedOut = limits.clock.sleep(limits.timeoutMs, { signal: AbortSignal.any(signals) }).then(() => {
    throw new IggyError('TIMEOUT', `the server said nothing in ${limits.timeoutMs} ms`, { retryable: true });
  });
  try {
    return await Promise.race([ask(socket), timedOut]);
  } catch (cause) {
    if (signal?.aborted) throw abortedError(signal);
    throw cause;
  } finally {
    finished.abort();
    timedOut.catch(() => {});
    socket.destroy();
  }
}

function ask(socket: Socket): Promise<ProtocolName> {
  const { promise, resolve, reject } = Promise.withResolvers<ProtocolName>();
  const received: Buffer[] = [];
  const broken = (cause?: unknown) =>
    reject(new IggyError('CONNECTION', 'the server broke off the first exchange', { retryable: true, cause }));
  socket.on('error', broken);
  socket.on('close', () => broken());
  socket.on('data', (chunk) => {
    received.push(chunk);
    try {
      const protocol = recognise(Buffer.concat(received));
      if (protocol !== undefined) resolve(protocol);
    } catch (error) {
      reject(error);
    }
  });
  socket.write(VSR_PING_FRAME);
  return promise;
}

function recognise(bytes: Buffer): ProtocolName | undefined {
  const twice = 2 * LEGACY_REFUSAL.length;
  if (bytes.length < twice) return undefined;
  if (bytes.subarray(0, twice).equals(Buffer.concat([LEGACY_REFUSAL, LEGACY_REFUSAL]))) return 'legacy';
  if (bytes.length < HEADER_BYTES) return undefined;
  if (recogniseVsr(bytes)) return 'vsr';
  throw new IggyError(
    'VERSION',
    'the server speaks neither the legacy protocol nor VSR; is this the port of its TCP listener?',
  );
}

/** True of the frame with which a VSR server answers, whatever it says. */
export function recogniseVsr(bytes: Buffer): boolean {
  if (bytes.length < HEADER_BYTES) return false;
  const command = bytes.readUInt8(COMMAND_AT);
  return command === COMMAND.reply || command === COMMAND.eviction;
}
