import { createPrivateKey, X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { BYTES, type Engine } from './engine.ts';
import { QuicError } from './errors.ts';

/** PEM text, or the bytes of a file with it. */
export type Pem = string | Uint8Array;

/**
 * How a client checks who it speaks to. `ca`: the certificate is signed by one of these authorities (left out: those that Node
 * trusts), carries the server's name, and its time has come and not gone; one that is itself in the file needs no signature of
 * another. `fingerprint`: it is this very one, SHA-256 in hexadecimal, colons allowed; neither name nor dates count. `off`: who
 * sits on the way can read and change everything: for development only.
 */
export type CertificateCheck =
  | { readonly kind: 'ca'; readonly ca?: Pem | undefined }
  | { readonly kind: 'fingerprint'; readonly sha256: string | readonly string[] }
  | { readonly kind: 'off' };

/** Of clients and servers. Times in milliseconds, sizes in bytes. */
export interface TransportOptions {
  /** A connection on which nothing has come for so long is over; the smaller one of both sides counts. 0: never. Default 30,000. */
  readonly idleTimeoutMs?: number;
  /** Something is sent when nothing else was for so long. 0 (default): not. */
  readonly keepAliveMs?: number;
  /** Streams that the peer may have open at once, of both directions. Default 100. */
  readonly maxStreams?: number;
  /** Bytes that a stream may bring before they are read. Default 4 MiB. */
  readonly streamWindowBytes?: number;
  /** Bytes that all streams of a connection may bring before they are read. Default 16 MiB. */
  readonly receiveWindowBytes?: number;
  /** Bytes that may have been written and not acknowledged; more waits. Default 1 MiB. */
  readonly sendWindowBytes?: number;
  /** What the first datagrams may have. Default 1200, which every path must carry. */
  readonly initialMtuBytes?: number;
  /** Larger datagrams are tried, up to this. 0: not. Default 1452 on Linux, where the system forbids routers to cut them. */
  readonly discoverMtuBytes?: number;
  /** Largest datagram that is taken; a peer sends none that are larger. Default 1472. */
  readonly maxDatagramBytes?: number;
}

export interface ServerIdentity {
  /** The chain, the server's own certificate first. */
  readonly cert: Pem;
  readonly key: Pem;
}

const MiB = 1024 * 1024;

/** In the order of `number` in crate/src/settings.rs, after its first two. */
const DEFAULTS = {
  idleTimeoutMs: 30_000,
  keepAliveMs: 0,
  maxStreams: 100,
  maxUniStreams: 100,
  streamWindowBytes: 4 * MiB,
  receiveWindowBytes: 16 * MiB,
  sendWindowBytes: MiB,
  initialMtuBytes: 1200,
  discoverMtuBytes: process.platform === 'linux' ? 1452 : 0,
  maxDatagramBytes: 1472,
};

const CHECKS = { ca: 0, fingerprint: 1, off: 2 } as const;
const FIRST_NUMBER = 2;
const MIN_DATAGRAM_BYTES = 1200;
const MAX_DATAGRAM_BYTES = 65_527;

function setNumbers(engine: Engine, options: TransportOptions): void {
  const given = Object.entries(options).filter(([name, value]) => name in DEFAULTS && value !== undefined);
  const numbers = { ...DEFAULTS, ...Object.fromEntries(given) } as typeof DEFAULTS;
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isFinite(value) || value < 0)
      throw new QuicError('INVALID_ARGUMENT', `option ${name} cannot be ${value}`);
  }
  for (const name of ['initialMtuBytes', 'maxDatagramBytes'] as const) {
    if (numbers[name] < MIN_DATAGRAM_BYTES || numbers[name] > MAX_DATAGRAM_BYTES) {
      throw new QuicError(
        'INVALID_ARGUMENT',
        `option ${name} is between ${MIN_DATAGRAM_BYTES} and ${MAX_DATAGRAM_BYTES}`,
      );
    }
  }
  numbers.maxUniStreams = numbers.maxStreams;
  for (const [index, value] of Object.values(numbers).entries()) engine.setNumber(FIRST_NUMBER + index, value);
}

/** Opens an engine that connects. */
export function openClient(engine: Engine, options: TransportOptions, check: CertificateCheck): void {
  setNumbers(engine, options);
  engine.setNumber(0, 0);
  engine.setNumber(1, CHECKS[check.kind]);
  if (check.kind === 'ca') for (const one of authorities(check.ca)) engine.addBytes(BYTES.authority, one);
  if (check.kind === 'fingerprint') {
    for (const one of [check.sha256].flat()) engine.addBytes(BYTES.fingerprint, fingerprint(one));
  }
  engine.open();
}

/** Opens an engine that is connected to. */
export function openServer(engine: Engine, options: TransportOptions, { cert, key }: ServerIdentity): void {
  setNumbers(engine, options);
  engine.setNumber(0, 1);
  for (const one of certificates(cert)) engine.addBytes(BYTES.certificate, one);
  const privateKey = argument('the key', () => createPrivateKey(text(key)));
  engine.addBytes(BYTES.key, privateKey.export({ format: 'der', type: 'pkcs8' }));
  engine.open();
}

let system: readonly Buffer[] | undefined;

function authorities(ca: Pem | undefined): readonly Buffer[] {
  if (ca !== undefined) return certificates(ca);
  system ??= getCACertificates('default').map((pem) => new X509Certificate(pem).raw);
  return system;
}

function certificates(pem: Pem): readonly Buffer[] {
  const blocks = text(pem).match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new QuicError('INVALID_ARGUMENT', 'there is no certificate in what was given as PEM');
  return blocks.map((block) => argument('a certificate', () => new X509Certificate(block).raw));
}

function argument<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new QuicError('INVALID_ARGUMENT', `${what} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function fingerprint(hex: string): Buffer {
  const digits = hex.replaceAll(':', '');
  if (!/^[0-9a-f]{64}$/i.test(digits)) {
    throw new QuicError('INVALID_ARGUMENT', `a fingerprint has 64 hexadecimal digits (SHA-256), not: ${hex}`);
  }
  return Buffer.from(digits, 'hex');
}

function text(pem: Pem): string {
  return typeof pem === 'string' ? pem : Buffer.from(pem).toString();
}
