/** QUIC for Node: quinn's state machine in WebAssembly, `node:dgram` under it. */
export { type ConnectOptions, connect } from './connect.ts';
export type { QuicConnection } from './connection.ts';
export type { QuicStats } from './engine.ts';
export { QuicError, type QuicErrorCode } from './errors.ts';
export { type ListenOptions, listen, type QuicListener } from './listen.ts';
export type { CertificateCheck, Pem, ServerIdentity, TransportOptions } from './options.ts';
export type { QuicStream } from './stream.ts';
