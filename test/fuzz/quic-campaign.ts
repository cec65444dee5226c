import { addressBytes } from '../../src/platforms/iggy/client/transport/quic/addresses.ts';
import {
  Engine,
  EVENT,
  loadEngine,
  type PeerAddress,
  READ,
} from '../../src/platforms/iggy/client/transport/quic/engine.ts';
import { openClient, openServer } from '../../src/platforms/iggy/client/transport/quic/options.ts';
import { selfSigned } from '../platforms/iggy/self-signed.ts';
import { createRandom, type Random } from './random.ts';

export interface QuicCampaignOptions {
  readonly seed: number;
  readonly mutants: number;
  readonly onProgress?: (done: number) => void;
  /** To see that a campaign finds something: after so many mutants the server ends the connection. */
  readonly plantAt?: number;
}

export interface QuicCampaign {
  readonly findings: readonly string[];
  /** Memory of the two engines after a tenth of the mutants, and at the end. */
  readonly earlyBytes: number;
  readonly lateBytes: number;
  readonly handshakes: number;
  readonly exchanges: number;
}

/** After so many mutants something genuine has to work; after so many more a connection of its own is made for it. */
const EXCHANGE_EVERY = 100;
const CONNECT_EVERY = 2000;
/** Genuine datagrams kept to be mutated. */
const KEPT = 400;
const ANSWER_BYTES = 5000;

const CLIENT: PeerAddress = { ip: addressBytes('127.0.0.1'), port: 1001 };
const SERVER: PeerAddress = { ip: addressBytes('127.0.0.1'), port: 1002 };
const STRANGER: PeerAddress = { ip: addressBytes('10.1.2.3'), port: 1003 };

/** A client and a server without a network between them: what one sends is given to the other, mutants among it. */
class Pair {
  readonly client: Engine;
  readonly server: Engine;
  readonly kept: Buffer[] = [];
  readonly #random: Random;
  connection: number;
  isConnected = false;
  isLost = false;
  answered = 0;
  /** The server's number of the newest connection. */
  served = 0;

  constructor(module: object, random: Random) {
    const identity = selfSigned();
    this.#random = random;
    this.client = new Engine(module);
    this.server = new Engine(module);
    openClient(this.client, { idleTimeoutMs: 0 }, { kind: 'ca', ca: identity.cert });
    openServer(this.server, { idleTimeoutMs: 0 }, { identity }.identity);
    this.connection = this.connect();
  }

  get memoryBytes(): number {
    return this.client.memoryBytes + this.server.memoryBytes;
  }

  connect(): number {
    this.isConnected = false;
    this.connection = this.client.connect(SERVER, 'localhost');
    return this.connection;
  }

  ask(): void {
    const stream = this.client.openStream(this.connection, 'both');
    this.client.write(this.connection, stream, Buffer.alloc(100, this.answered));
    this.client.finish(this.connection, stream);
  }

  /** Passes on everything that both have to say. Datagrams are kept, for mutants. */
  settle(): void {
    for (let isQuiet = false; !isQuiet; ) {
      isQuiet = true;
      for (const [from, to, source] of [
        [this.client, this.server, CLIENT],
        [this.server, this.client, SERVER],
      ] as const) {
        for (let datagram = from.transmit(); datagram !== undefined; datagram = from.transmit()) {
          // What is for a stranger goes nowhere.
          if (from === this.server && from.destination().port !== CLIENT.port) continue;
          this.#keep(datagram);
          to.receive(source, datagram);
          isQuiet = false;
        }
        this.#hear(from);
      }
    }
  }

  #keep(datagram: Buffer): void {
    if (this.kept.length < KEPT) this.kept.push(Buffer.from(datagram));
    else if (this.#random.below(20) === 0) this.kept[this.#random.below(KEPT)] = Buffer.from(datagram);
  }

  #hear(engine: Engine): void {
    for (let event = engine.event(); event !== undefined; event = engine.event()) {
      const { kind, connection, number } = event;
      if (engine === this.client) {
        if (kind === EVENT.connected) this.isConnected = true;
        if (kind === EVENT.lost && connection === this.connection) this.isLost = true;
        if (kind === EVENT.readable) this.#read(engine, connection, number);
      } else if (kind === EVENT.incoming) this.served = connection;
      else if (kind === EVENT.opened || kind === EVENT.readable) this.#read(engine, connection, number);
    }
  }

  #read(engine: Engine, connection: number, stream: number): void {
    const { state } = engine.read(connection, stream);
    if (state !== READ.finished) return;
    if (engine === this.client) this.answered++;
    else {
      engine.write(connection, stream, Buffer.alloc(ANSWER_BYTES));
      engine.finish(connection, stream);
    }
  }

  expire(): void {
    this.client.expire();
    this.server.expire();
    this.settle();
  }
}

/** Throws mutants of genuine datagrams at both sides, and checks that genuine ones still work, and memory does not grow. */
export async function runQuicCampaign(options: QuicCampaignOptions): Promise<QuicCampaign> {
  const { seed, mutants, onProgress, plantAt } = options;
  const random = createRandom(seed);
  const pair = new Pair(await loadEngine(), random);
  const findings: string[] = [];
  let [earlyBytes, handshakes, exchanges] = [0, 0, 0];
  const connect = async (from: number) => {
    pair.connect();
    for (let round = 0; round < 20; round++) hurl(pair, random);
    const until = performance.now() + 10_000;
    for (pair.settle(); !pair.isConnected && performance.now() < until; pair.expire()) await turn();
    if (!pair.isConnected) findings.push(`no handshake after mutant ${from}`);
    handshakes++;
  };
  await connect(0);
  for (let done = 1; done <= mutants; done++) {
    try {
      hurl(pair, random);
      if (done === plantAt) pair.server.close(pair.served, 0, '');
      pair.settle();
      if (done % EXCHANGE_EVERY === 0) {
        const before = pair.answered;
        pair.ask();
        const until = performance.now() + 10_000;
        for (pair.settle(); pair.answered === before && performance.now() < until; pair.expire()) await turn();
        if (pair.answered === before) findings.push(`no answer after mutant ${done}`);
        exchanges++;
        pair.expire();
      }
      if (pair.isLost) {
        findings.push(`the connection was lost by mutant ${done}`);
        pair.isLost = false;
        await connect(done);
      } else if (done % CONNECT_EVERY === 0) {
        pair.client.close(pair.connection, 0, '');
        await connect(done);
      }
    } catch (error) {
      findings.push(`mutant ${done}: ${(error as Error).stack}`);
      break; // an engine that has failed is not used again
    }
    if (done === Math.ceil(mutants / 10)) earlyBytes = pair.memoryBytes;
    onProgress?.(done);
  }
  return { findings, earlyBytes, lateBytes: pair.memoryBytes, handshakes, exchanges };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

function hurl(pair: Pair, random: Random): void {
  if (pair.kept.length === 0) return;
  const mutant = mutated(random.pick(pair.kept), pair.kept, random);
  const isStrange = random.below(4) === 0;
  if (random.below(2) === 0) pair.server.receive(isStrange ? STRANGER : CLIENT, mutant);
  else pair.client.receive(isStrange ? STRANGER : SERVER, mutant);
}

const MUTATIONS: readonly ((bytes: Buffer, kept: readonly Buffer[], random: Random) => Buffer)[] = [
  (bytes, _, random) => flipped(bytes, bytes.length, random),
  // Where the headers are: form, version, lengths of connection ids, token, packet.
  (bytes, _, random) => flipped(bytes, Math.min(bytes.length, 50), random),
  (bytes, _, random) => bytes.subarray(0, random.below(bytes.length)),
  (bytes, _, random) => Buffer.concat([bytes, Buffer.alloc(random.below(300), random.below(256))]),
  (bytes, kept, random) => {
    const other = random.pick(kept);
    return Buffer.concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length))]);
  },
  (bytes) => {
    bytes.fill(0, 1, 5); // version negotiation
    return bytes;
  },
  (bytes, _, random) => {
    for (let at = 0; at < bytes.length; at++) bytes[at] = random.below(256);
    return bytes;
  },
  (bytes) => bytes, // again, as it was
];

function mutated(genuine: Buffer, kept: readonly Buffer[], random: Random): Buffer {
  return random.pick(MUTATIONS)(Buffer.from(genuine), kept, random);
}

function flipped(bytes: Buffer, within: number, random: Random): Buffer {
  for (let count = 1 + random.below(8); count > 0; count--) {
    const at = random.below(within);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  }
  return bytes;
}
