import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { IggyClient } from '../../../../src/platforms/iggy/client/index.ts';
import { listen } from '../../../../src/platforms/iggy/client/transport/quic/index.ts';
import { openQuic } from '../../../../src/platforms/iggy/client/transport/quic-transport.ts';
import { type Impairments, UdpRelay } from '../../udp-relay.ts';
import { InTestServer } from '../server/server.ts';
import { ask, bytesOf, connectTo, Echo, identity } from './echo.ts';

/** The same seed loses the same datagrams, as far as the two sides send the same ones: QUIC_SEED=… to try another. */
const seed = Number(process.env.QUIC_SEED ?? 7);

interface Network {
  readonly name: string;
  readonly impairments: Impairments;
  readonly batches: number;
  /** What must have happened, so that the test is none of a good network. */
  readonly hit: (counts: UdpRelay['counts']) => boolean;
}

const NETWORKS: readonly Network[] = [
  { name: 'loss of 1 %', impairments: { lossRate: 0.01 }, batches: 120, hit: ({ lost }) => lost > 0 },
  { name: 'loss of 5 %', impairments: { lossRate: 0.05 }, batches: 80, hit: ({ lost }) => lost > 5 },
  { name: 'loss of 20 %', impairments: { lossRate: 0.2 }, batches: 40, hit: ({ lost }) => lost > 20 },
  { name: 'reordering', impairments: { reorderRate: 0.2 }, batches: 80, hit: ({ reordered }) => reordered > 20 },
  { name: 'duplication', impairments: { duplicateRate: 0.3 }, batches: 80, hit: ({ duplicated }) => duplicated > 20 },
  { name: 'a delay of 200 ms', impairments: { delayMs: 100 }, batches: 5, hit: ({ passed }) => passed > 20 },
  { name: 'an MTU of 1280', impairments: { mtuBytes: 1280 }, batches: 60, hit: ({ tooLarge }) => tooLarge > 0 },
  {
    name: 'everything at once',
    impairments: { lossRate: 0.05, reorderRate: 0.1, duplicateRate: 0.1, delayMs: 3, mtuBytes: 1280 },
    batches: 30,
    hit: ({ lost, reordered, duplicated }) => lost > 0 && reordered > 0 && duplicated > 0,
  },
];

/** Linux has all of 127.0.0.0/8, other systems one address. */
const MOVES = [
  ['a NAT gives its client another port', '127.0.0.1'],
  ['its client comes from another address', process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1'],
] as const;

const PARTITIONS = 3;
const BODY_BYTES = 3000;

const toClose: (() => Promise<unknown>)[] = [];

async function clientThrough(
  relay: UdpRelay,
  protocol: 'legacy' | 'vsr',
  silenceTimeoutMs: number,
  connections = 2,
): Promise<IggyClient> {
  const iggy = new IggyClient({
    transport: 'quic',
    host: '127.0.0.1',
    port: relay.port,
    protocol,
    credentials: { kind: 'password', username: 'iggy', password: 'iggy' },
    quic: { serverName: 'localhost', certificate: { kind: 'ca', ca: identity().cert } },
    connections,
    connectTimeoutMs: silenceTimeoutMs,
    silenceTimeoutMs,
  });
  toClose.unshift(() => iggy.close());
  return iggy;
}

async function serve(protocol: 'legacy' | 'vsr', impairments: Impairments) {
  const server = await new InTestServer({ transport: 'quic', protocol, certificate: identity() }).start();
  const relay = await UdpRelay.open(server.port, seed, impairments);
  toClose.push(
    () => server.stop(),
    () => relay.close(),
  );
  return { server, relay };
}

const bodyOf = (partition: number, index: number) => Buffer.from(`${partition}/${index}`.padEnd(BODY_BYTES, '.'));
const at = { stream: 's', topic: 't' } as const;

function send(iggy: IggyClient, partition: number, index: number): Promise<unknown> {
  const partitioning = { kind: 'partition', partition } as const;
  return iggy.send({ ...at, partitioning, messages: [{ payload: bodyOf(partition, index) }] });
}

async function readBack(iggy: IggyClient, partition: number): Promise<string[]> {
  const consumer = { kind: 'consumer', id: 'reader' } as const;
  const texts: string[] = [];
  for (;;) {
    const strategy = { kind: 'offset', offset: BigInt(texts.length) } as const;
    const { messages } = await iggy.poll({ ...at, partition, consumer, strategy, count: 10 });
    if (messages.length === 0) return texts;
    texts.push(...messages.map(({ payload }) => Buffer.from(payload).toString()));
  }
}

/** Sends to each partition, without waiting for one answer before the next question, and reads everything back. */
async function sendAndRead(
  iggy: IggyClient,
  batches: number,
  during: () => Promise<void> = async () => {},
): Promise<void> {
  await iggy.createStream('s');
  await iggy.createTopic('s', 't', { partitions: PARTITIONS });
  const sends = Array.from({ length: batches }, (_, index) =>
    send(iggy, index % PARTITIONS, Math.floor(index / PARTITIONS)),
  );
  await Promise.all([...sends, during()]);
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const count = Math.ceil((batches - partition) / PARTITIONS);
    const expected = Array.from({ length: count }, (_, index) => bodyOf(partition, index).toString());
    assert.deepEqual(await readBack(iggy, partition), expected, `partition ${partition}`);
  }
}

describe(`iggy over quic, bad networks (QUIC_SEED=${seed})`, () => {
  after(async () => {
    for (const close of toClose) await close();
  });

  for (const protocol of ['legacy', 'vsr'] as const) {
    for (const { name, impairments, batches, hit } of NETWORKS) {
      test(`should lose nothing and keep the order when the network has ${name}, ${protocol}`, async () => {
        const { relay } = await serve(protocol, impairments);
        const iggy = await clientThrough(relay, protocol, 60_000);
        await sendAndRead(iggy, batches);
        assert.ok(hit(relay.counts), JSON.stringify(relay.counts));
      });
    }

    for (const [name, address] of MOVES) {
      test(`should lose nothing when ${name} while it sends, ${protocol}`, async () => {
        const { server, relay } = await serve(protocol, { lossRate: 0.01 });
        // One connection, made before: QUIC lets nobody move before the handshake is done.
        const iggy = await clientThrough(relay, protocol, 60_000, 1);
        await iggy.session();
        await sendAndRead(iggy, 90, async () => {
          for (let times = 0; times < 3; times++) {
            await sleep(30);
            relay.rebind(address);
          }
        });
        assert.equal(server.openConnections, 1);
        assert.equal((await iggy.session()).failure, undefined);
      });
    }

    test(`should lose nothing that was acknowledged when the network is cut for a while, ${protocol}`, async () => {
      const { relay } = await serve(protocol, {});
      const iggy = await clientThrough(relay, protocol, 60_000);
      await sendAndRead(iggy, 60, async () => {
        relay.isCut = true;
        await sleep(700);
        relay.isCut = false;
      });
      assert.ok(relay.counts.lost > 0);
    });

    test(`should give up in time when the network is gone, ${protocol}`, async () => {
      const { relay } = await serve(protocol, {});
      const iggy = await clientThrough(relay, protocol, 400);
      await iggy.createStream('s');
      await iggy.createTopic('s', 't', { partitions: PARTITIONS });
      await send(iggy, 0, 0);
      relay.isCut = true;
      // A VSR server allows one stream at a time: a request whose turn has not come has a known outcome.
      const unknown = protocol === 'legacy' ? { outcomeUnknown: true } : {};
      await assert.rejects(send(iggy, 0, 1), { code: 'TIMEOUT', retryable: true, ...unknown });
      relay.isCut = false;
      assert.equal((await readBack(iggy, 0))[0], bodyOf(0, 0).toString());
    });
  }

  test('should get the answer that it waits for, and only waits, when a NAT has given it another port', async () => {
    const listener = await listen({ identity: identity(), idleTimeoutMs: 10_000 });
    const relay = await UdpRelay.open(listener.port, seed);
    toClose.push(
      () => listener.close(),
      () => relay.close(),
    );
    const quic = { serverName: 'localhost', certificate: { kind: 'ca', ca: identity().cert } } as const;
    const address = { host: '127.0.0.1', port: relay.port, quic };
    await using connection = await openQuic(address, { connectTimeoutMs: 10_000 });
    const asking = ask(connection, Buffer.from('question'));
    for await (const { incomingStreams } of listener.connections) {
      const { value: stream } = await incomingStreams[Symbol.asyncIterator]().next();
      await stream!.readAll(100);
      // Until its client has nothing left to say of its own: no acknowledgement, no probe of the largest datagram.
      await sleep(1_500);
      relay.rebind();
      await stream!.write(Buffer.from('answer'));
      await stream!.end();
      break;
    }
    assert.equal((await asking).toString(), 'answer');
  });

  test('should bring every byte both ways when a bad network changes its keys and its address all the time', async () => {
    await using echo = await Echo.open();
    const relay = await UdpRelay.open(echo.port, seed, { lossRate: 0.03, reorderRate: 0.05, duplicateRate: 0.05 });
    await using connection = await connectTo(relay.port, { connectTimeoutMs: 30_000 });
    const sent = bytesOf(500_000);
    let isDone = false;
    const trouble = async () => {
      for (let round = 0; !isDone; round++) {
        await sleep(20);
        connection.updateKeys();
        if (round % 3 === 1) await connection.migrate();
        if (round % 3 === 2) relay.rebind();
      }
    };
    const asking = Promise.all(Array.from({ length: 4 }, () => ask(connection, sent))).finally(() => {
      isDone = true;
    });
    const [answers] = await Promise.all([asking, trouble()]);
    for (const answer of answers) assert.ok(answer.equals(sent));
    assert.ok(relay.counts.lost > 0);
    await relay.close();
  });
});
