import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../../../../src/platforms/iggy/client/transport/quic/index.ts';
import { UdpRelay } from '../../udp-relay.ts';
import { ask, bytesOf, connectTo, Echo, identity } from './echo.ts';

describe('quic, connections and streams', () => {
  test('should bring back every byte when many streams are under way at once', async () => {
    await using echo = await Echo.open({ maxStreams: 10 });
    await using connection = await connectTo(echo.port);
    const asked = Array.from({ length: 60 }, (_, index) => bytesOf(index * 997, index));
    const answers = await Promise.all(asked.map((bytes) => ask(connection, bytes)));
    for (const [index, answer] of answers.entries()) assert.ok(answer.equals(asked[index]!), `stream ${index}`);
  });

  test('should open streams in the order of the calls when the peer allows one at a time', async () => {
    await using echo = await Echo.open({ maxStreams: 1 });
    await using connection = await connectTo(echo.port);
    const order: number[] = [];
    const work = Array.from({ length: 20 }, async (_, index) => {
      const stream = await connection.openStream();
      order.push(index);
      await stream.write(Buffer.from('x'));
      await stream.end();
      await stream.readAll(10);
    });
    await Promise.all(work);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  });

  test('should hold a writer back when nobody reads, and bring everything when somebody does', async () => {
    const windowBytes = 64 * 1024;
    const server = await listen({ identity: identity(), streamWindowBytes: windowBytes });
    const connection = await connectTo(server.port, { sendWindowBytes: windowBytes });
    const { value: accepted } = await server.connections.next();
    const sent = bytesOf(1024 * 1024);
    const stream = await connection.openStream();
    let isWritten = false;
    const writing = stream.write(sent).then(() => {
      isWritten = true;
      return stream.end();
    });
    await sleep(200);
    assert.equal(isWritten, false);
    const { value: incoming } = await accepted!.incomingStreams.next();
    assert.ok((await incoming!.readAll(sent.length)).equals(sent));
    await writing;
    connection.close();
    await server.close();
  });

  test('should stop waiting when a write or an opening is aborted', async () => {
    const server = await listen({ identity: identity(), maxStreams: 1, streamWindowBytes: 1024 });
    const connection = await connectTo(server.port, { sendWindowBytes: 1024 });
    const stream = await connection.openStream();
    const abort = new AbortController();
    const writing = stream.write(bytesOf(100_000), { signal: abort.signal });
    const opening = connection.openStream({ signal: abort.signal });
    abort.abort(new Error('enough'));
    await assert.rejects(writing, { code: 'ABORTED' });
    await assert.rejects(opening, { code: 'ABORTED' });
    await assert.rejects(connectTo(server.port, { signal: AbortSignal.abort() }), { code: 'ABORTED' });
    connection.close();
    await server.close();
  });

  test('should tell the code with which a peer ends a connection or one half of a stream', async () => {
    const server = await listen({ identity: identity() });
    const connection = await connectTo(server.port);
    const { value: accepted } = await server.connections.next();
    const [first, second] = [await connection.openStream(), await connection.openStream()];
    await first.write(Buffer.from('a'));
    await second.write(Buffer.from('b'));
    const { value: one } = await accepted!.incomingStreams.next();
    const { value: two } = await accepted!.incomingStreams.next();
    one!.reset(41);
    await assert.rejects(first.readAll(10), { code: 'STREAM_RESET', number: 41 });
    two!.stop(42);
    await sleep(50);
    await assert.rejects(second.write(Buffer.from('c')), { code: 'STREAM_STOPPED', number: 42 });
    accepted!.close(43, 'enough');
    const reason = await connection.lost;
    assert.deepEqual([reason.code, reason.number], ['CLOSED_BY_PEER', 43]);
    assert.match(reason.message, /enough/);
    await assert.rejects(connection.openStream(), { code: 'CLOSED_BY_PEER' });
    await server.close();
  });

  test('should reject what waits when it is closed here', async () => {
    const server = await listen({ identity: identity() });
    const connection = await connectTo(server.port);
    const stream = await connection.openStream();
    const reading = stream.readAll(10);
    connection.close(7);
    await assert.rejects(reading, { code: 'CLOSED' });
    const { value: accepted } = await server.connections.next();
    assert.equal((await accepted!.lost).number, 7);
    await connection.drained;
    await server.close();
  });

  test('should carry one-way streams', async () => {
    const server = await listen({ identity: identity() });
    const connection = await connectTo(server.port);
    const { value: accepted } = await server.connections.next();
    const out = await connection.openStream({ direction: 'out' });
    await out.write(Buffer.from('one way'));
    await out.end();
    const { value: incoming } = await accepted!.incomingStreams.next();
    assert.equal((await incoming!.readAll(100)).toString(), 'one way');
    await assert.rejects(incoming!.write(Buffer.from('back')), { code: 'STREAM_CLOSED' });
    connection.close();
    await server.close();
  });

  test('should say REFUSED, and soon, when nobody listens', async () => {
    const server = await listen({ identity: identity() });
    const { port } = server;
    await server.close();
    await assert.rejects(connectTo(port, { connectTimeoutMs: 20_000 }), { code: 'REFUSED' });
  });

  test('should find out that a server is gone when it went without a word', async () => {
    const echo = await Echo.open();
    await using connection = await connectTo(echo.port);
    await ask(connection, Buffer.from('hello'));
    await echo.listener.abandon();
    await assert.rejects(ask(connection, Buffer.from('hello')), { code: 'REFUSED' });
  });

  test('should say TIMEOUT when what listens says nothing', async () => {
    await using echo = await Echo.open();
    const relay = await UdpRelay.open(echo.port, 1, { lossRate: 1 });
    await assert.rejects(connectTo(relay.port, { connectTimeoutMs: 100 }), { code: 'TIMEOUT' });
    await relay.close();
  });

  test('should say IDLE when nothing has come for the agreed time, and not while there are keep-alives', async () => {
    await using echo = await Echo.open();
    const relay = await UdpRelay.open(echo.port, 1);
    await using kept = await connectTo(relay.port, { idleTimeoutMs: 300, keepAliveMs: 50 });
    await using idle = await connectTo(relay.port, { idleTimeoutMs: 300 });
    assert.equal((await idle.lost).code, 'IDLE');
    assert.equal(kept.failure, undefined);
    relay.isCut = true;
    assert.equal((await kept.lost).code, 'IDLE');
    await relay.close();
  });

  test('should go on when its keys are changed, again and again, by either side', async () => {
    await using echo = await Echo.open();
    await using connection = await connectTo(echo.port);
    for (let round = 0; round < 20; round++) {
      if (round % 2 === 0) connection.updateKeys();
      else echo.connections[0]!.updateKeys();
      const bytes = bytesOf(20_000, round);
      assert.ok((await ask(connection, bytes)).equals(bytes), `round ${round}`);
    }
  });

  test('should go on from another address, with what is under way, when it migrates', async () => {
    await using echo = await Echo.open();
    await using connection = await connectTo(echo.port);
    await ask(connection, Buffer.from('hello'));
    const before = echo.connections[0]!.remoteAddress;
    const bytes = bytesOf(2_000_000);
    const asking = ask(connection, bytes);
    await connection.migrate();
    assert.ok((await asking).equals(bytes));
    assert.notEqual(echo.connections[0]!.remoteAddress, before);
    assert.equal(echo.connections.length, 1);
  });

  test('should refuse options that cannot be', async () => {
    const wrong = { code: 'INVALID_ARGUMENT' };
    await assert.rejects(connectTo(0), wrong);
    await assert.rejects(connectTo(1, { maxDatagramBytes: 100 }), wrong);
    await assert.rejects(connectTo(1, { idleTimeoutMs: Number.NaN }), wrong);
    await assert.rejects(connectTo(1, { serverName: 'not a name' }), wrong);
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
  // Containers may have none.
  test(`should ${hasIpv6 ? 'speak' : 'say that there is no'} IPv6`, async () => {
    if (!hasIpv6) return void (await assert.rejects(connectTo(9, { host: '::1' })));
    await using echo = await Echo.open({ host: '::1' });
    await using connection = await connectTo(echo.port, { host: '::1' });
    assert.equal((await ask(connection, Buffer.from('hello'))).toString(), 'hello');
    assert.match(connection.remoteAddress ?? '', /^0:0:0:0:0:0:0:1:\d+$/);
  });
});
