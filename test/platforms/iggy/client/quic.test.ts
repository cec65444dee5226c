import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { IggyClient, type IggyClientOptions } from '../../../../src/platforms/iggy/client/index.ts';
import { identity } from '../quic/echo.ts';
import { InTestServer, type InTestServerOptions } from '../server/server.ts';
import { batch, withTopic } from './topic.ts';

const SEND = 101;
const PING = 1;
const toClose: (() => Promise<unknown>)[] = [];

async function serve(options: Partial<InTestServerOptions> = {}): Promise<InTestServer> {
  const server = await new InTestServer({
    transport: 'quic',
    protocol: 'legacy',
    certificate: identity(),
    ...options,
  }).start();
  toClose.push(() => server.stop());
  return server;
}

function client(server: InTestServer, options: Partial<IggyClientOptions> = {}): IggyClient {
  const iggy = new IggyClient({
    transport: 'quic',
    host: '127.0.0.1',
    port: server.port,
    credentials: { kind: 'password', username: 'iggy', password: 'iggy' },
    quic: { serverName: 'localhost', certificate: { kind: 'ca', ca: identity().cert } },
    heartbeatMs: 0,
    ...options,
  });
  toClose.unshift(() => iggy.close());
  return iggy;
}

describe('iggy client, quic', () => {
  afterEach(async () => {
    for (const close of toClose.splice(0)) await close();
  });

  for (const protocol of ['legacy', 'vsr'] as const) {
    test(`should find out that a server speaks ${protocol}, on the connection that it then uses`, async () => {
      const server = await serve({ protocol });
      const iggy = client(server);
      assert.equal((await iggy.session()).protocol, protocol);
      await iggy.ping();
      assert.equal(server.openConnections, 1);
    });

    test(`should keep the order of a partition when sends are not awaited, ${protocol}`, async () => {
      const server = await serve({ protocol });
      const iggy = client(server, { protocol, connections: 2 });
      await withTopic(iggy);
      const texts = Array.from({ length: 200 }, (_, index) => `m${index}`);
      await Promise.all(texts.flatMap((text) => [iggy.send(batch(text, 0)), iggy.send(batch(text, 1))]));
      for (const partition of [0, 1]) {
        const stored = server.store.stream('s').topic('t').partition(partition).messages;
        assert.deepEqual(
          stored.map(({ payload }) => payload.toString()),
          texts,
        );
      }
    });

    test(`should give up a server that is hung although its QUIC is not, ${protocol}`, async () => {
      const server = await serve({ protocol });
      const iggy = client(server, { protocol, silenceTimeoutMs: 200 });
      await withTopic(iggy);
      server.isHung = true;
      await assert.rejects(iggy.send(batch('a')), { code: 'TIMEOUT', retryable: true, outcomeUnknown: true });
    });

    test(`should find the server again when it was away, ${protocol}`, async () => {
      const server = await serve({ protocol });
      const iggy = client(server, { protocol, reconnect: { attempts: 2, initialDelayMs: 10 } });
      await withTopic(iggy);
      await server.stop();
      await assert.rejects(iggy.send(batch('a')), { code: 'CONNECTION', retryable: true, outcomeUnknown: false });
      await server.start();
      await iggy.send(batch('b'));
      assert.equal(server.store.stream('s').topic('t').partition(0).messages.length, 1);
    });

    test(`should say that nobody knows what became of a send when its connection broke, ${protocol}`, async () => {
      const server = await serve({ protocol });
      const iggy = client(server, { protocol, connections: 1 });
      await withTopic(iggy);
      server.isHung = true;
      const sending = iggy.send(batch('a'));
      setTimeout(() => server.breakConnections(), 50);
      // A VSR server allows one stream at a time: the request may have waited for its turn, which is known not to have come.
      const expected = protocol === 'legacy' ? { outcomeUnknown: true, retryable: true } : { retryable: true };
      await assert.rejects(sending, expected);
      assert.ok(server.commands.filter((code) => code === SEND).length <= 1);
    });

    test(`should ping while nothing else is said, ${protocol}`, async () => {
      const server = await serve({ protocol });
      await client(server, { protocol, heartbeatMs: 20 }).session();
      await sleep(300);
      assert.ok(server.commands.filter((code) => code === PING).length >= 3);
    });

    test(`should leave its group with its connection when it is closed, ${protocol}`, async () => {
      const server = await serve({ protocol });
      const iggy = client(server, { protocol });
      await withTopic(iggy);
      await client(server, { protocol }).join({ stream: 's', topic: 't', name: 'g' });
      const members = async () => (await iggy.group('s', 't', 'g'))?.members;
      assert.equal(await members(), 1);
      await toClose.shift()!();
      assert.equal(await members(), 0);
    });
  }

  test('should not call a server silent that is slow to take a large batch', async () => {
    const server = await serve();
    const iggy = client(server, { protocol: 'legacy', silenceTimeoutMs: 1000 });
    await withTopic(iggy);
    const messages = [{ payload: new Uint8Array(8 * 1024 * 1024) }];
    await iggy.send({ ...batch(''), messages });
    assert.equal(server.store.stream('s').topic('t').partition(0).messages.length, 1);
  });

  test('should stop waiting when aborted, and go on', async () => {
    const server = await serve();
    const iggy = client(server, { connections: 1 });
    await withTopic(iggy);
    const abort = new AbortController();
    const aborted = iggy.topics('s', { signal: abort.signal });
    const other = iggy.topic('s', 't');
    abort.abort(new Error('enough'));
    await assert.rejects(aborted, { code: 'ABORTED' });
    assert.equal((await other)?.name, 't');
  });

  test('should name the versions when the server speaks a protocol that is newer', async () => {
    const server = await serve({ protocol: 'vsr', protocolVersion: 12 << 10 });
    await assert.rejects(client(server).ping(), { code: 'VERSION', retryable: false });
  });

  test('should reject what waits and what comes when it is closed', async () => {
    const server = await serve();
    const iggy = client(server, { connections: 1 });
    await withTopic(iggy);
    server.isHung = true;
    const waiting = iggy.send(batch('a'));
    await sleep(50);
    await iggy.close();
    await assert.rejects(waiting, { code: 'CLOSED', outcomeUnknown: true });
    await assert.rejects(iggy.ping(), { code: 'CLOSED' });
  });
});
