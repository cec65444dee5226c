import { IggyError } from '../errors.ts';
import type { QuicConnection } from '../transport/quic/index.ts';
import { quicError } from '../transport/quic-transport.ts';
import type { CallOptions } from '../types.ts';
import { PING_FRAME, recogniseVsr, VSR_PING_FRAME } from './probe.ts';
import type { ProtocolName } from './protocol.ts';

/** An answer to one of the two pings is not larger. */
const MAX_ANSWER_BYTES = 4096;

/**
 * As over TCP, by what both protocols answer differently. Here it is the legacy ping: eight bytes, which a legacy server answers
 * with eight zeros and a VSR server, to which they are no frame, with the end of the stream. It is asked a ping of its own then.
 * (The other way round a legacy server writes a backtrace into its log, and takes its time for that.)
 */
export async function probeOverQuic(
  connection: QuicConnection,
  { connectTimeoutMs }: { readonly connectTimeoutMs: number },
  { signal }: CallOptions = {},
): Promise<ProtocolName> {
  const limit = AbortSignal.timeout(connectTimeoutMs);
  const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  const late = () => {
    const message = `the server said nothing in ${connectTimeoutMs} ms`;
    return new IggyError('TIMEOUT', message, { retryable: true });
  };
  try {
    const answer = await ask(connection, PING_FRAME, stop);
    if (answer.length === PING_FRAME.length && answer.every((byte) => byte === 0)) return 'legacy';
    if (answer.length === 0 && recogniseVsr(await ask(connection, VSR_PING_FRAME, stop))) return 'vsr';
  } catch (error) {
    if (limit.aborted && !signal?.aborted) throw late();
    throw quicError('the first exchange', error);
  }
  throw new IggyError(
    'VERSION',
    'the server speaks neither the legacy protocol nor VSR; is this the port of its QUIC listener?',
  );
}

async function ask(connection: QuicConnection, frame: Uint8Array, signal: AbortSignal): Promise<Buffer> {
  const stream = await connection.openStream({ signal });
  const abort = () => stream.stop();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await stream.write(frame, { signal });
    await stream.end();
    const answer = await stream.readAll(MAX_ANSWER_BYTES);
    signal.throwIfAborted();
    return answer;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
