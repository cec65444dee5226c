import type { Socket } from 'node:dgram';
import { addressText } from './addresses.ts';
import { type ConnectionHost, QuicConnection } from './connection.ts';
import { type Engine, EVENT, type PeerAddress } from './engine.ts';
import { QuicError } from './errors.ts';

/** Timers of the system are no finer: what is due sooner is waited for by going round the event loop. */
const TIMER_GRAIN_MS = 1;

/** How datagrams leave, and what happens around connections: where clients and servers differ. */
export interface EndpointPort {
  send(datagram: Buffer, to: () => PeerAddress): void;
  /** A server's: somebody connects. */
  onIncoming?(connection: QuicConnection): void;
  /** A client's: another socket in place of the one it has. */
  migrate?(): Promise<void>;
  /** Nothing is left to be sent or heard. */
  onIdle?(): void;
  /** The engine has failed. */
  onBroken(error: QuicError): void;
}

/** Drives an engine: datagrams and time in, datagrams and events out. */
export class Endpoint {
  readonly engine: Engine;
  readonly connections = new Map<number, QuicConnection>();
  readonly #port: EndpointPort;
  #isPumping = false;
  #isScheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #spin: NodeJS.Immediate | undefined;
  #answer: NodeJS.Immediate | undefined;
  #broken: QuicError | undefined;
  #isOver = false;
  lastReceivedMs = 0;

  constructor(engine: Engine, port: EndpointPort) {
    this.engine = engine;
    this.#port = port;
  }

  connect(to: PeerAddress, serverName: string): QuicConnection {
    const connection = this.#guard(() => this.#adopt(this.engine.connect(to, serverName), 'client'));
    this.#pump();
    return connection;
  }

  #adopt(handle: number, side: 'client' | 'server'): QuicConnection {
    const connection = new QuicConnection(this.#hostOf(handle), side);
    this.connections.set(handle, connection);
    return connection;
  }

  #hostOf(handle: number): ConnectionHost {
    const { engine } = this;
    const then = <T>(work: () => T): T => {
      const result = this.#guard(work);
      this.#soon();
      return result;
    };
    return {
      openStream: (direction) => then(() => engine.openStream(handle, direction)),
      write: (stream, bytes) => then(() => engine.write(handle, stream, bytes)),
      finish: (stream) => then(() => engine.finish(handle, stream)),
      reset: (stream, code) => then(() => engine.reset(handle, stream, code)),
      stop: (stream, code) => then(() => engine.stop(handle, stream, code)),
      read: (stream) => then(() => engine.read(handle, stream)),
      close: (code, reason) => {
        this.#guard(() => engine.close(handle, code, reason));
        // At once: the program may end with this very call.
        this.#pump();
      },
      ping: () => then(() => engine.ping(handle)),
      updateKeys: () => then(() => engine.updateKeys(handle)),
      stats: () => (this.#isGone ? undefined : this.#guard(() => engine.stats(handle))),
      remote: () => {
        const remote = this.#isGone ? undefined : this.#guard(() => engine.remote(handle));
        return remote === undefined ? undefined : `${addressText(remote)}:${remote.port}`;
      },
      migrate: async () => {
        if (this.#port.migrate === undefined) throw new QuicError('INVALID_ARGUMENT', 'a server does not migrate');
        await this.#port.migrate();
        this.connections.forEach((_, one) => {
          this.#guard(() => engine.migrate(one));
        });
        this.#pump();
      },
    };
  }

  get #isGone(): boolean {
    return this.#isOver || this.#broken !== undefined;
  }

  receive(datagram: Uint8Array, from: PeerAddress): void {
    if (this.#isGone) return;
    this.lastReceivedMs = performance.now();
    try {
      this.#guard(() => this.engine.receive(from, datagram));
    } catch {
      return; // told to every connection
    }
    // What has come in the same turn of the event loop is taken first: fewer acknowledgements, fewer turns.
    this.#answer ??= setImmediate(() => {
      this.#answer = undefined;
      this.#pump();
    });
  }

  /** After what the caller does now: a frame and the end of its stream go in one datagram. */
  #soon(): void {
    if (this.#isScheduled || this.#isPumping) return;
    this.#isScheduled = true;
    process.nextTick(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  /** A deadline has passed. What is to be sent goes first: to end a connection, for one, has a deadline too. */
  #turn(): void {
    this.#pump();
    if (this.#isGone) return;
    try {
      this.#guard(() => this.engine.expire());
    } catch {
      return;
    }
    this.#pump();
  }

  /** Sends what is to be sent, tells what is to be told, until there is neither; then sets the timer. */
  #pump(): void {
    if (this.#isPumping || this.#isGone) return;
    this.#isPumping = true;
    try {
      this.#guard(() => {
        do this.#send();
        while (this.#tell());
        this.#arm();
      });
    } catch {
      // Told to every connection.
    } finally {
      this.#isPumping = false;
    }
  }

  #send(): void {
    const to = () => this.engine.destination();
    for (let datagram = this.engine.transmit(); datagram !== undefined; datagram = this.engine.transmit()) {
      this.#port.send(datagram, to);
    }
  }

  /** True: there were events, after which there may be more to send. */
  #tell(): boolean {
    let count = 0;
    for (let event = this.engine.event(); event !== undefined; event = this.engine.event(), count++) {
      if (event.kind === EVENT.incoming) {
        this.#port.onIncoming?.(this.#adopt(event.connection, 'server'));
        continue;
      }
      this.connections.get(event.connection)?.handle(event);
      if (event.kind !== EVENT.drained) continue;
      this.connections.delete(event.connection);
      if (this.connections.size === 0) this.#port.onIdle?.();
    }
    return count > 0;
  }

  #arm(): void {
    if (this.#isOver) return;
    const atMs = this.engine.deadline();
    const nowMs = performance.now();
    if (atMs - nowMs < TIMER_GRAIN_MS) {
      this.#spin ??= setImmediate(() => {
        this.#spin = undefined;
        this.#turn();
      });
      return;
    }
    // One that fires too early costs less than to set it anew for every datagram.
    if (this.#timerAtMs <= atMs && this.#timerAtMs > nowMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => {
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.#turn();
    }, atMs - nowMs);
    this.#timer.unref();
  }

  /** Runs work on the engine. One that has failed is not touched again: every connection is told. */
  #guard<T>(work: () => T): T {
    if (this.#broken !== undefined) throw this.#broken;
    try {
      return work();
    } catch (error) {
      if (!(error instanceof QuicError) || error.code !== 'INTERNAL') throw error;
      this.#broken = error;
      this.end(error);
      this.#port.onBroken(error);
      throw error;
    }
  }

  /** Nothing more is sent or heard. */
  end(reason: QuicError): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#spin);
    clearImmediate(this.#answer);
    for (const connection of this.connections.values()) connection.abandon(reason);
    this.connections.clear();
  }
}

/** Room for what comes while the program does something else; the system gives what it allows. */
export function enlargeBuffers(socket: Socket): void {
  for (const set of [socket.setRecvBufferSize, socket.setSendBufferSize]) {
    try {
      set.call(socket, 4 * 1024 * 1024);
    } catch {
      // It keeps what it has.
    }
  }
}
