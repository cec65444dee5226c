import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createRandom, type Random } from '../fuzz/random.ts';

/** What happens to datagrams. Rates are between 0 and 1. */
export interface Impairments {
  readonly lossRate?: number;
  readonly duplicateRate?: number;
  /** Of these each waits a little longer than the others. */
  readonly reorderRate?: number;
  readonly delayMs?: number;
  /** Packets of IP that are larger go nowhere, and nobody is told. */
  readonly mtuBytes?: number;
}

/** How much later a datagram comes that others overtake. */
const REORDERED_BY_MS = 6;
/** Headers of IPv4 and UDP. */
const HEADER_BYTES = 28;

interface Peer {
  readonly port: number;
  upstream: Socket;
}

/** A network between clients and one server on this machine: as bad as it is told to be, always in the same way for a seed. */
export class UdpRelay {
  readonly #random: Random;
  readonly #toPort: number;
  readonly #socket: Socket;
  readonly #peers = new Map<number, Peer>();
  #impairments: Impairments;
  #isCut = false;
  #isClosed = false;
  readonly counts = { passed: 0, lost: 0, duplicated: 0, reordered: 0, tooLarge: 0 };

  private constructor(socket: Socket, toPort: number, seed: number, impairments: Impairments) {
    this.#socket = socket;
    this.#toPort = toPort;
    this.#random = createRandom(seed);
    this.#impairments = impairments;
    socket.on('message', (datagram, { port }) => {
      const peer = this.#peerOf(port);
      this.#pass(datagram, (bytes) => peer.upstream.send(bytes, this.#toPort, '127.0.0.1', () => {}));
    });
  }

  static async open(toPort: number, seed: number, impairments: Impairments = {}): Promise<UdpRelay> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new UdpRelay(socket, toPort, seed, impairments);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  set impairments(impairments: Impairments) {
    this.#impairments = impairments;
  }

  /** True: nothing passes. */
  set isCut(isCut: boolean) {
    this.#isCut = isCut;
  }

  blackHole(): void {
    this.#isCut = true;
  }

  heal(): void {
    this.#isCut = false;
  }

  /** UDP has no connections to reset: whoever goes on comes from elsewhere. */
  reset(): void {
    this.rebind();
  }

  /** As a NAT that has forgotten: from now on the server sees its clients at other ports, or another address. */
  rebind(address = '127.0.0.1'): void {
    for (const peer of this.#peers.values()) {
      peer.upstream.close();
      peer.upstream = this.#upstream(peer.port, address);
    }
  }

  #peerOf(port: number): Peer {
    const known = this.#peers.get(port);
    if (known !== undefined) return known;
    const peer = { port, upstream: this.#upstream(port, '127.0.0.1') };
    this.#peers.set(port, peer);
    return peer;
  }

  #upstream(clientPort: number, address: string): Socket {
    const socket = createSocket('udp4');
    socket.bind(0, address);
    socket.on('error', () => {});
    socket.on('message', (datagram) => {
      this.#pass(datagram, (bytes) => this.#socket.send(bytes, clientPort, '127.0.0.1', () => {}));
    });
    return socket;
  }

  #happens(rate = 0): boolean {
    return rate > 0 && this.#random.next() / 2 ** 32 < rate;
  }

  #pass(datagram: Buffer, send: (bytes: Buffer) => void): void {
    const {
      lossRate,
      duplicateRate,
      reorderRate,
      delayMs = 0,
      mtuBytes = Number.POSITIVE_INFINITY,
    } = this.#impairments;
    if (datagram.length + HEADER_BYTES > mtuBytes) return void this.counts.tooLarge++;
    if (this.#isCut || this.#happens(lossRate)) return void this.counts.lost++;
    const isDuplicated = this.#happens(duplicateRate);
    const isReordered = this.#happens(reorderRate);
    if (isDuplicated) this.counts.duplicated++;
    if (isReordered) this.counts.reordered++;
    this.counts.passed++;
    const laterMs = delayMs + (isReordered ? REORDERED_BY_MS : 0);
    for (let copy = 0; copy < (isDuplicated ? 2 : 1); copy++) {
      if (laterMs === 0) send(datagram);
      else setTimeout(() => this.#isClosed || send(datagram), laterMs);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { upstream } of this.#peers.values()) upstream.close();
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}
