import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { IggyClient, type IggyClientOptions, IggyError } from '../../../../src/platforms/iggy/client/index.ts';
import { InTestServer, type InTestServerOptions } from '../server/server.ts';
import { batch, withTopic } from './topic.ts';

const CREDENTIALS = { kind: 'password', username: 'iggy', password: 'iggy' } as const;
const SEND = 101;
const PING = 1;
const toClose: (() => Promise<unknown>)[] = [];

async function serve(options: Partial<InTestServerOptions> = {}): Promise<InTestServer> {
  const server = await new InTestServer({ transport: 'tcp', protocol: 'legacy', ...options }).start();
  toClose.push(() => server.stop());
  return server;
}

function client(port: number, options: Partial<IggyClientOptions> = {}): IggyClient {
  const iggy = new IggyClient({
    transport: 'tcp',
    host: '127.0.0.1',
    port,
    credentials: CREDENTIALS,
    heartbeatMs: 0,
    ...options,
  });
  toClose.unshift(() => iggy.close());
  return iggy;
}

/** A listener that is no Iggy server at all. */
async function listener(onConnection: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  toClose.push(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

describe('iggy client, connections', () => {
  afterEach(async () => {
    for (const close of toClose.splice(0)) await close();
  });

  for (const protocol of ['legacy', 'vsr'] as const) {
    test(`should find out that a server speaks ${protocol}`, async () => {
      const server = await serve({ protocol });
      assert.equal((await client(server.port).session()).protocol, protocol);
    });

    test(`should keep the order of a partition when sends are not awaited, ${protocol}`, async () => {
      const server = await serve({ protocol });
      const iggy = client(server.port, { protocol });
      await withTopic(iggy);
      const texts = Array.from({ length: 300 }, (_, index) => `m${index}`);
      await Promise.all(texts.map((text) => iggy.send(batch(text))));
      const stored = server.store.stream('s').topic('t').partition(0).messages;
      assert.deepEqual(
        stored.map(({ payload }) => payload.toString()),
        texts,
      );
    });

    test(`should say that the outcome is unknown when the server dies before it answers, ${protocol}`, async () => {
      const server = await serve({ protocol });
      const iggy = client(server.port, { protocol });
      await withTopic(iggy);
      await iggy.send(batch('first'));
      server.isHung = true;
      const sending = iggy.send(batch('second'));
      setTimeout(() => server.breakConnections(), 50);
      await assert.rejects(sending, { code: 'CONNECTION', retryable: true, outcomeUnknown: true });
    });

    test(`should give up a server that is silent, ${protocol}`, async () => {
      const server = await serve({ protocol });
      const iggy = client(server.port, { protocol, silenceTimeoutMs: 150 });
      await withTopic(iggy);
      server.isHung = true;
      const begunMs = performance.now();
      await assert.rejects(iggy.send(batch('a')), { code: 'TIMEOUT', retryable: true });
      assert.ok(performance.now() - begunMs < 5000);
    });

    test(`should log in with a token, ${protocol}`, async () => {
      const server = await serve({ protocol });
      const token = await client(server.port, { protocol }).createToken('for-a-test');
      await client(server.port, { protocol, credentials: { kind: 'token', token } }).ping();
      const wrong = client(server.port, { protocol, credentials: { kind: 'token', token: 'wrong' } });
      await assert.rejects(wrong.ping(), { code: 'AUTHENTICATION', retryable: false });
    });
  }

  test('should name the versions and offer HTTP when the server speaks a protocol that is newer', async () => {
    const server = await serve({ protocol: 'vsr', protocolVersion: 12 << 10 });
    await assert.rejects(client(server.port).ping(), (error: IggyError) => {
      assert.equal(error.code, 'VERSION');
      assert.match(error.message, /protocol 0\.12\.0.*0\.8.*0\.11\.0.*http/s);
      return !error.retryable;
    });
  });

  test('should reject when what listens is no Iggy server', async () => {
    const { port } = await listener((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n'.padEnd(400)));
    await assert.rejects(client(port).ping(), { code: 'VERSION' });
  });

  test('should reject with TIMEOUT when what listens says nothing', async () => {
    const { port } = await listener(() => {});
    await assert.rejects(client(port, { connectTimeoutMs: 100, reconnect: { attempts: 1 } }).ping(), {
      code: 'TIMEOUT',
    });
  });

  test('should not call a server silent that is slow to take a large batch', async () => {
    const bytes = 40 * 1024 * 1024;
    const { port } = await listener((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]));
        let taken = 0;
        socket.on('data', (chunk) => {
          taken += chunk.length;
          if (taken > bytes) socket.write(Buffer.alloc(8));
          else if (taken % (1024 * 1024) < chunk.length) {
            socket.pause();
            setTimeout(() => socket.resume(), 25);
          }
        });
      });
    });
    const iggy = client(port, { protocol: 'legacy', silenceTimeoutMs: 400 });
    const begunMs = performance.now();
    const request = { ...batch(''), messages: [{ payload: new Uint8Array(bytes) }] };
    assert.deepEqual(await iggy.send(request), []);
    assert.ok(performance.now() - begunMs > 600, 'it was not slow at all');
  });

  test('should close the connection when a send was refused, and go on with a new one', async () => {
    const server = await serve();
    const iggy = client(server.port);
    await withTopic(iggy, 1);
    await iggy.send(batch('a'));
    let closed = 0;
    const open = await iggy.session();
    await assert.rejects(iggy.send({ ...batch('b'), topic: 'nowhere' }), { code: 'NOT_FOUND', serverCode: 2010 });
    await assert.rejects(iggy.send(batch('c', 9)), { code: 'NOT_FOUND', serverCode: 3007 });
    closed += open.failure === undefined ? 0 : 1;
    await iggy.send(batch('d'));
    assert.equal(server.store.stream('s').topic('t').partition(0).messages.length, 2);
    assert.ok(closed <= 1);
  });

  test('should never take the answer to leftover bytes for its own when a send was refused', async () => {
    // A server that refuses a send unread answers every eight bytes of its payload, and some of it looks like success.
    let sends = 0;
    const { port } = await listener((socket) => {
      let isLoggedIn = false;
      socket.on('data', (chunk) => {
        if (!isLoggedIn) socket.write(Buffer.from([0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]));
        else if (chunk.readUInt32LE(4) === SEND) {
          sends++;
          socket.write(Buffer.from([40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
        }
        isLoggedIn = true;
      });
    });
    const iggy = client(port, { protocol: 'legacy', connections: 1 });
    await iggy.session();
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((text) => iggy.send(batch(text))));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    assert.ok(sends >= 1);
  });

  test('should take a goodbye of the server for the end of what is under way', async () => {
    const { port } = await listener((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]));
        socket.once('data', () => socket.write(Buffer.from([8, 0, 0, 0, 0, 0, 0, 0])));
      });
    });
    const iggy = client(port, { protocol: 'legacy', connections: 1, reconnect: { attempts: 1 } });
    await assert.rejects(iggy.send(batch('a')), { outcomeUnknown: true, retryable: true });
  });

  test('should ask harmless questions again when a connection broke, and nothing else', async () => {
    const server = await serve();
    const iggy = client(server.port, { connections: 1 });
    await withTopic(iggy);
    server.breakConnections();
    await Promise.all([iggy.topics('s'), iggy.stats()]);
    server.isHung = true;
    const sending = iggy.send(batch('a'));
    setTimeout(() => {
      server.isHung = false;
      server.breakConnections();
    }, 50);
    await assert.rejects(sending, { outcomeUnknown: true });
    assert.equal(server.commands.filter((code) => code === SEND).length, 1);
  });

  test('should find the server again when it was away', async () => {
    const server = await serve();
    const iggy = client(server.port, { reconnect: { attempts: 2, initialDelayMs: 10 } });
    await withTopic(iggy);
    await server.stop();
    await assert.rejects(iggy.send(batch('a')), { code: 'CONNECTION', retryable: true, outcomeUnknown: false });
    await server.start();
    await iggy.send(batch('b'));
    assert.equal(server.store.stream('s').topic('t').partition(0).messages.length, 1);
  });

  test('should open no more connections than allowed, and only as they are needed', async () => {
    const server = await serve();
    const iggy = client(server.port, { connections: 3 });
    await withTopic(iggy, 1);
    const before = server.openConnections;
    assert.ok(before <= 3);
    await Promise.all(Array.from({ length: 50 }, () => iggy.topics('s')));
    assert.equal(server.openConnections, 3);
  });

  test('should ping while nothing else is said', async () => {
    const server = await serve();
    await client(server.port, { heartbeatMs: 20 }).session();
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.ok(server.commands.filter((code) => code === PING).length >= 3);
  });

  test('should stop waiting when aborted, and stay in step', async () => {
    const server = await serve();
    const iggy = client(server.port, { connections: 1 });
    await withTopic(iggy);
    const abort = new AbortController();
    const aborted = iggy.topics('s', { signal: abort.signal });
    const other = iggy.topic('s', 't');
    abort.abort(new Error('enough'));
    await assert.rejects(aborted, { code: 'ABORTED' });
    assert.equal((await other)?.name, 't');
    await assert.rejects(iggy.ping({ signal: AbortSignal.abort() }), { code: 'ABORTED' });
  });

  test('should reject what waits and what comes when it is closed', async () => {
    const server = await serve();
    const iggy = client(server.port, { connections: 1 });
    await withTopic(iggy);
    server.isHung = true;
    const waiting = iggy.send(batch('a'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await iggy.close();
    await assert.rejects(waiting, { code: 'CLOSED', outcomeUnknown: true });
    await assert.rejects(iggy.ping(), { code: 'CLOSED' });
  });

  test('should log in again over HTTP when the server was away', async () => {
    const server = await serve({ transport: 'http' });
    const iggy = client(server.port, { transport: 'http' });
    await withTopic(iggy);
    await server.stop();
    await server.start();
    await assert.doesNotReject(iggy.topics('s'));
    await assert.rejects(iggy.join({ stream: 's', topic: 't', name: 'g' }), { code: 'UNSUPPORTED' });
    const group = { kind: 'group', id: 'g' } as const;
    const poll = { stream: 's', topic: 't', consumer: group, strategy: { kind: 'next' }, count: 1 } as const;
    await assert.rejects(iggy.poll(poll), { code: 'UNSUPPORTED' });
  });

  test('should refuse options that contradict each other', () => {
    assert.throws(() => client(1, { tls: {} }), IggyError);
    assert.throws(() => client(1, { connections: 0 }), { code: 'INVALID_ARGUMENT' });
  });
});
