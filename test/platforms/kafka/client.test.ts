import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { Admin, type Connection } from '@platformatic/kafka';
import { systemClock } from '../../../src/app/clock.ts';
import { sayGoodbye, watched } from '../../../src/platforms/kafka/client.ts';

test('should close a connection that the library has forgotten when it says goodbye', async (t) => {
  const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const broker = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const client = watched(new Admin({ clientId: 'test', bootstrapBrokers: [`${broker.host}:${broker.port}`] }));
  const first: Connection = await client.connections.get(broker);
  // Another takes its place between its error and its end, which then strikes the other from the list.
  const second = new Promise<Connection>((resolve) => {
    first.once('error', () => resolve(client.connections.get(broker)));
  });
  first.socket!.destroy(new Error('broken'));
  const { socket } = await second;
  t.after(() => socket!.destroy());
  assert.equal([...client.connections].length, 0, 'the library keeps its list: `watched` is not needed any more');
  await sayGoodbye(client, systemClock);
  assert.equal(socket!.destroyed, true);
});
