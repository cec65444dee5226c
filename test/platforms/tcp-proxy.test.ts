import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TcpProxy } from './tcp-proxy.ts';

const SILENCE_MS = 100;

/** A server that says everything twice, and a proxy before it. */
async function open(t: TestContext): Promise<TcpProxy> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => socket.write(Buffer.concat([chunk, chunk])));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await TcpProxy.listen(() => (server.address() as AddressInfo).port);
  t.after(async () => {
    await proxy.close();
    server.close();
  });
  return proxy;
}

async function connected({ port }: TcpProxy): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = await once(socket, 'data');
  return String(answer);
}

/** Resolves when the connection is over: true if by a reset. */
function brokenOff(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => socket.on('close', resolve));
}

/** What comes within a while; empty: nothing. */
async function heard(socket: Socket): Promise<string> {
  const told = once(socket, 'data').then(([answer]) => String(answer));
  return Promise.race([told, sleep(SILENCE_MS).then(() => '')]);
}

describe('tcp proxy', () => {
  test('should carry bytes both ways', async (t) => {
    const socket = await connected(await open(t));
    assert.equal(await ask(socket, 'a'), 'aa');
  });

  test('should reset connections and take new ones', async (t) => {
    const proxy = await open(t);
    const socket = await connected(proxy);
    await ask(socket, 'a');
    const broken = brokenOff(socket);
    proxy.reset();
    assert.equal(await broken, true);
    assert.equal(await ask(await connected(proxy), 'b'), 'bb');
  });

  test('should swallow what comes while it is a black hole, old and new connections alike', async (t) => {
    const proxy = await open(t);
    const old = await connected(proxy);
    await ask(old, 'a');
    proxy.blackHole();
    const fresh = await connected(proxy);
    for (const socket of [old, fresh]) {
      socket.write('lost');
      assert.equal(await heard(socket), '');
    }
    const broken = Promise.all([old, fresh].map(brokenOff));
    proxy.heal();
    assert.deepEqual(await broken, [true, true]);
    assert.equal(await ask(await connected(proxy), 'b'), 'bb');
  });

  test('should lose nothing of what comes while it is frozen', async (t) => {
    const proxy = await open(t);
    const old = await connected(proxy);
    await ask(old, 'a');
    proxy.freeze();
    const fresh = await connected(proxy);
    for (const socket of [old, fresh]) {
      socket.write('kept');
      assert.equal(await heard(socket), '');
    }
    const answers = [old, fresh].map((socket) => once(socket, 'data'));
    proxy.thaw();
    for (const [answer] of await Promise.all(answers)) assert.equal(String(answer), 'keptkept');
  });
});
