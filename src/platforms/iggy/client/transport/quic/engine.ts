import { randomFillSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { QuicError } from './errors.ts';

/** What crate/src/lib.rs exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  start(): void;
  input(length: number): number;
  output(): number;
  fields(): number;
  set_number(which: number, value: number): void;
  add_bytes(what: number, length: number): void;
  open(): number;
  connect(port: number, length: number): number;
  receive(port: number, length: number): void;
  transmit(): number;
  deadline(): number;
  expire(): void;
  event(): number;
  open_stream(connection: number, direction: number): number;
  write(connection: number, stream: number, length: number): number;
  finish(connection: number, stream: number): number;
  reset(connection: number, stream: number, code: number): void;
  stop(connection: number, stream: number, code: number): void;
  read(connection: number, stream: number, limit: number): number;
  close(connection: number, code: number, length: number): void;
  migrate(connection: number): void;
  ping(connection: number): void;
  update_keys(connection: number): void;
  stats(connection: number): number;
  remote(connection: number): number;
}

/** The part of WebAssembly that is used; Node's types leave it to those of browsers. */
interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<object>;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };

let compiled: Promise<object> | undefined;

/** The artefact that build.sh makes of crate/, compiled once a process. */
export function loadEngine(): Promise<object> {
  compiled ??= readFile(new URL('./engine.wasm', import.meta.url)).then((bytes) => WebAssembly.compile(bytes));
  return compiled;
}

/** Answers of `write` and `openStream` that are no count. */
export const BLOCKED = -3;

export const BYTES = { authority: 0, fingerprint: 1, certificate: 2, key: 3 } as const;

export const EVENT = {
  connected: 1,
  lost: 2,
  opened: 3,
  readable: 4,
  writable: 5,
  finished: 6,
  stopped: 7,
  available: 8,
  incoming: 9,
  drained: 10,
} as const;

export const READ = { more: 0, finished: 1, reset: 2, gone: 3 } as const;

export interface EngineEvent {
  readonly kind: number;
  readonly connection: number;
  /** A stream, or how a connection was lost. */
  readonly number: number;
  readonly code: number;
  /** Why a certificate was refused; 0: it was not. */
  readonly refused: number;
  readonly text: string;
}

/** An address as the engine has it: 16 bytes, IPv4 mapped into IPv6. */
export interface PeerAddress {
  readonly ip: Uint8Array;
  readonly port: number;
}

/** What a connection has counted. Times in milliseconds, sizes in bytes. */
export interface QuicStats {
  readonly roundTripMs: number;
  readonly congestionWindowBytes: number;
  /** Largest datagram that the path is known to carry. */
  readonly mtuBytes: number;
  readonly sentPackets: number;
  readonly lostPackets: number;
  readonly receivedDatagrams: number;
  readonly sentDatagrams: number;
  readonly receivedAcks: number;
  readonly receivedStreamFrames: number;
  readonly congestionEvents: number;
  readonly blackHoles: number;
}

const ADDRESS_BYTES = 16;
const PIECE_BYTES = 64 * 1024;

/** One endpoint in an instance of the WebAssembly of its own: no I/O, nothing waits. See crate/src/lib.rs. */
export class Engine {
  readonly #exports: Exports;
  #view: Uint8Array<ArrayBuffer>;
  #fields: Float64Array<ArrayBuffer>;
  #panic = '';

  constructor(module: object) {
    const host = {
      now_ms: () => performance.now(),
      wall_ms: () => Date.now(),
      random: (at: number, length: number) => randomFillSync(this.#memory(), at, length),
      report: (at: number, length: number) => {
        this.#panic = Buffer.from(this.#memory().subarray(at, at + length)).toString();
      },
    };
    const instance = new WebAssembly.Instance(module, { host });
    this.#exports = instance.exports as Exports;
    this.#view = new Uint8Array(this.#exports.memory.buffer);
    this.#fields = new Float64Array(0);
    this.#exports.start();
  }

  /** Memory may have grown, which leaves the views of before empty. */
  #memory(): Uint8Array<ArrayBuffer> {
    const { buffer } = this.#exports.memory;
    if (this.#view.buffer !== buffer) this.#view = new Uint8Array(buffer);
    return this.#view;
  }

  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Runs a call. A panic has taken the instance down: nothing of it may be used again. */
  #call<T>(work: (exports: Exports) => T): T {
    try {
      return work(this.#exports);
    } catch (cause) {
      throw new QuicError('INTERNAL', `the QUIC engine failed: ${this.#panic || (cause as Error).message}`, { cause });
    }
  }

  #field(index: number): number {
    const { buffer } = this.#exports.memory;
    if (this.#fields.buffer !== buffer) this.#fields = new Float64Array(buffer, this.#exports.fields(), 12);
    return this.#fields[index]!;
  }

  #put(...parts: readonly Uint8Array[]): number {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    let at = this.#exports.input(length);
    const memory = this.#memory();
    for (const part of parts) {
      memory.set(part, at);
      at += part.length;
    }
    return length;
  }

  #taken(length: number): Buffer {
    const copy = Buffer.allocUnsafe(length);
    const at = this.#exports.output();
    copy.set(this.#memory().subarray(at, at + length));
    return copy;
  }

  #failure(): QuicError {
    return new QuicError('INVALID_ARGUMENT', this.#taken(this.#field(0)).toString());
  }

  setNumber(which: number, value: number): void {
    this.#exports.set_number(which, value);
  }

  addBytes(what: number, bytes: Uint8Array): void {
    this.#exports.add_bytes(what, this.#put(bytes));
  }

  open(): void {
    if (this.#call(({ open }) => open()) !== 0) throw this.#failure();
  }

  connect({ ip, port }: PeerAddress, name: string): number {
    const length = this.#put(ip, Buffer.from(name));
    const connection = this.#call(({ connect }) => connect(port, length));
    if (connection < 0) throw this.#failure();
    return connection;
  }

  receive({ ip, port }: PeerAddress, datagram: Uint8Array): void {
    this.#call(({ receive }) => receive(port, this.#put(ip, datagram)));
  }

  /** The next datagram to send. */
  transmit(): Buffer | undefined {
    const length = this.#call(({ transmit }) => transmit());
    return length === 0 ? undefined : this.#taken(length);
  }

  /** Of the datagram that `transmit` gave last. */
  destination(): PeerAddress {
    const ip = Buffer.allocUnsafe(ADDRESS_BYTES);
    for (let word = 0; word < 4; word++) ip.writeUInt32BE(this.#field(word + 1), word * 4);
    return { ip, port: this.#field(0) };
  }

  remote(connection: number): PeerAddress | undefined {
    return this.#call(({ remote }) => remote(connection)) === 0 ? undefined : this.destination();
  }

  /** On the clock of `performance.now()`. */
  deadline(): number {
    return this.#call(({ deadline }) => deadline());
  }

  expire(): void {
    this.#call(({ expire }) => expire());
  }

  event(): EngineEvent | undefined {
    const kind = this.#call(({ event }) => event());
    if (kind === 0) return undefined;
    const [connection, number, code, refused, length] = [0, 1, 2, 3, 4].map((index) => this.#field(index)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    return { kind, connection, number, code, refused, text: length === 0 ? '' : this.#taken(length).toString() };
  }

  /** A stream's number, or BLOCKED. */
  openStream(connection: number, direction: 'both' | 'out'): number {
    return this.#call(({ open_stream }) => open_stream(connection, direction === 'both' ? 0 : 1));
  }

  /** How many bytes were taken, BLOCKED, or another negative number: the stream takes no more. */
  write(connection: number, stream: number, bytes: Uint8Array): number {
    const length = this.#put(bytes.length > PIECE_BYTES ? bytes.subarray(0, PIECE_BYTES) : bytes);
    return this.#call(({ write }) => write(connection, stream, length));
  }

  finish(connection: number, stream: number): void {
    this.#call(({ finish }) => finish(connection, stream));
  }

  reset(connection: number, stream: number, code: number): void {
    this.#call(({ reset }) => reset(connection, stream, code));
  }

  stop(connection: number, stream: number, code: number): void {
    this.#call(({ stop }) => stop(connection, stream, code));
  }

  /** What has come, up to 64 KiB; `state` is one of READ. */
  read(connection: number, stream: number): { readonly bytes: Buffer; readonly state: number; readonly code: number } {
    const length = this.#call(({ read }) => read(connection, stream, PIECE_BYTES));
    return { bytes: this.#taken(length), state: this.#field(0), code: this.#field(1) };
  }

  close(connection: number, code: number, reason: string): void {
    const length = this.#put(Buffer.from(reason));
    this.#call(({ close }) => close(connection, code, length));
  }

  migrate(connection: number): void {
    this.#call(({ migrate }) => migrate(connection));
  }

  ping(connection: number): void {
    this.#call(({ ping }) => ping(connection));
  }

  updateKeys(connection: number): void {
    this.#call(({ update_keys }) => update_keys(connection));
  }

  stats(connection: number): QuicStats | undefined {
    if (this.#call(({ stats }) => stats(connection)) === 0) return undefined;
    return {
      roundTripMs: this.#field(0),
      congestionWindowBytes: this.#field(1),
      mtuBytes: this.#field(2),
      sentPackets: this.#field(3),
      lostPackets: this.#field(4),
      receivedDatagrams: this.#field(5),
      sentDatagrams: this.#field(6),
      receivedAcks: this.#field(7),
      receivedStreamFrames: this.#field(8),
      congestionEvents: this.#field(9),
      blackHoles: this.#field(10),
    };
  }
}
