/**
 * The Iggy client over TCP, QUIC and HTTP, side by side on one server, A B C A B C in one process: a single send, batches of
 * 1,000 messages, polls of 1,000; QUIC once more through a relay that loses 1 %. (What TCP carries cannot be lost by a relay: that
 * takes a kernel with netem.) Goals over QUIC: a single send in less than 1 ms at the median,
 * 100,000 messages a second in batches. Needs a server of yours.
 *
 *     node bench/iggy/transports.ts --iggy-server /path/to/iggy-server [--rounds 5] [--datagram-bytes 1232]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../../scripts/services/free-port.ts';
import { IggyServer } from '../../scripts/services/iggy.ts';
import { IggyClient } from '../../src/platforms/iggy/client/index.ts';
import { UdpRelay } from '../../test/platforms/udp-relay.ts';
import { machine, median } from '../measure.ts';

export interface TransportsOptions {
  readonly iggyServer: string | undefined;
  readonly rounds: number;
  /** Largest datagram that the server may send. */
  readonly datagramBytes: number;
}

const PAYLOAD_BYTES = 300;
const BATCH = 1000;
const BATCHES = 20;
const SINGLE_SENDS = 200;
const IN_FLIGHT = 4;
const GOAL_MS = 1;
const GOAL_PER_SECOND = 100_000;
const TOPIC = { stream: 'bench', topic: 'messages' } as const;

interface Contender {
  readonly name: string;
  readonly partition: number;
  readonly client: IggyClient;
  readonly singleMs: number[];
  readonly sentPerSecond: number[];
  readonly polledPerSecond: number[];
}

const payloads = Array.from({ length: BATCH }, (_, index) => ({ payload: Buffer.alloc(PAYLOAD_BYTES, index) }));

async function sendSingles({ client, partition, singleMs }: Contender): Promise<void> {
  const partitioning = { kind: 'partition', partition } as const;
  for (let count = 0; count < SINGLE_SENDS; count++) {
    const begunMs = performance.now();
    await client.send({ ...TOPIC, partitioning, messages: payloads.slice(0, 1) });
    singleMs.push(performance.now() - begunMs);
  }
}

async function sendBatches({ client, partition, sentPerSecond }: Contender): Promise<void> {
  const partitioning = { kind: 'partition', partition } as const;
  const begunMs = performance.now();
  let left = BATCHES;
  const sender = async () => {
    while (left-- > 0) await client.send({ ...TOPIC, partitioning, messages: payloads });
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sender));
  sentPerSecond.push((BATCHES * BATCH * 1000) / (performance.now() - begunMs));
}

async function poll({ client, partition, polledPerSecond }: Contender): Promise<void> {
  const consumer = { kind: 'consumer', id: 'bench' } as const;
  const begunMs = performance.now();
  let read = 0;
  for (let offset = 0n; read < BATCHES * BATCH; offset = BigInt(read)) {
    const strategy = { kind: 'offset', offset } as const;
    const { messages } = await client.poll({ ...TOPIC, partition, consumer, strategy, count: BATCH });
    if (messages.length === 0) throw new Error(`only ${read} messages are there`);
    read += messages.length;
  }
  polledPerSecond.push((read * 1000) / (performance.now() - begunMs));
}

export async function benchTransports({ iggyServer, rounds, datagramBytes }: TransportsOptions): Promise<void> {
  if (iggyServer === undefined) return console.log('transports: not measured; --iggy-server names a server of yours');
  console.log(`transports, ${rounds} rounds, datagrams up to ${datagramBytes} bytes, ${machine()}`);
  await using opened = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-transports-'));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const [quicPort, httpPort] = [await freePort(), await freePort()];
  const server = opened.use(
    await IggyServer.start(iggyServer, folder, {
      IGGY_QUIC_ENABLED: 'true',
      IGGY_QUIC_ADDRESS: `127.0.0.1:${quicPort}`,
      IGGY_HTTP_ENABLED: 'true',
      IGGY_HTTP_ADDRESS: `127.0.0.1:${httpPort}`,
      IGGY_HTTP_MAX_REQUEST_SIZE: '64 MB',
    }),
  );
  const relay = await UdpRelay.open(quicPort, 1, { lossRate: 0.01 });
  opened.defer(() => relay.close());
  const contenders = [
    ['tcp', 'tcp', server.port],
    ['quic', 'quic', quicPort],
    ['http', 'http', httpPort],
    ['quic, 1 % loss', 'quic', relay.port],
  ] as const;
  const all = contenders.map(([name, transport, port], partition): Contender => {
    const client = new IggyClient({
      transport,
      host: '127.0.0.1',
      port,
      credentials: { kind: 'password', username: 'iggy', password: 'iggy' },
      connections: 1,
      ...(transport === 'quic'
        ? { quic: { serverName: 'localhost', certificate: { kind: 'off' }, maxDatagramBytes: datagramBytes } }
        : {}),
    });
    opened.use(client);
    return { name, partition, client, singleMs: [], sentPerSecond: [], polledPerSecond: [] };
  });
  const [first] = all as [Contender];
  await first.client.createStream(TOPIC.stream);
  await first.client.createTopic(TOPIC.stream, TOPIC.topic, { partitions: all.length, durability: 'server' });
  for (let round = -1; round < rounds; round++) {
    for (const work of [sendSingles, sendBatches, poll]) for (const contender of all) await work(contender);
    // The first round is for the compilers.
    if (round === -1)
      for (const { singleMs, sentPerSecond, polledPerSecond } of all) {
        for (const figures of [singleMs, sentPerSecond, polledPerSecond]) figures.length = 0;
      }
  }
  for (const contender of all) print(contender);
}

function print({ name, singleMs, sentPerSecond, polledPerSecond }: Contender): void {
  const sorted = singleMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]!;
  const thousands = (figures: readonly number[]) => `${Math.round(median(figures) / 1000)} k`;
  console.log(
    `  ${name.padEnd(16)} send p50 ${at(0.5).toFixed(2)} ms, p99 ${at(0.99).toFixed(2)} ms; ` +
      `batches of ${BATCH}: ${thousands(sentPerSecond)} messages/s; polls: ${thousands(polledPerSecond)} messages/s`,
  );
  if (name !== 'quic') return;
  if (at(0.5) >= GOAL_MS) console.log(`  goal missed: a single send in less than ${GOAL_MS} ms`);
  if (median(sentPerSecond) < GOAL_PER_SECOND) console.log(`  goal missed: ${GOAL_PER_SECOND} messages a second`);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      'iggy-server': { type: 'string' },
      rounds: { type: 'string', default: '5' },
      'datagram-bytes': { type: 'string', default: '1232' },
    },
  });
  await benchTransports({
    iggyServer: values['iggy-server'],
    rounds: Number(values.rounds),
    datagramBytes: Number(values['datagram-bytes']),
  });
}
