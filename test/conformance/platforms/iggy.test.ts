import { createServer } from 'node:net';
import Value from 'typebox/value';
import { systemClock } from '../../../src/app/clock.ts';
import { IggyOptions } from '../../../src/platforms/iggy/options.ts';
import { IggyPlatform } from '../../../src/platforms/iggy/platform.ts';
import { type RealServer, realServers } from '../../platforms/iggy/real-servers.ts';
import { type PlatformHarness, unique } from './harness.ts';
import { describePlatform } from './suite.ts';

const REBALANCE_WITHIN_MS = 15_000;

function harnessOf(server: RealServer, close: () => Promise<void>): PlatformHarness {
  const stream = unique('conformance');
  const open = (changes: Partial<IggyOptions>) => {
    const { transport, host, port, username, password, caFile } = server;
    const options = Value.Default(IggyOptions, {
      transport,
      host,
      port,
      username,
      password,
      stream,
      // The suite shares its machine: what it measures is not how soon a server counts as hung.
      silenceTimeoutMs: 10_000,
      connectTimeoutMs: 2000,
      ...(caFile === undefined || transport !== 'tls' ? {} : { tlsCaFile: caFile, tlsServerName: 'localhost' }),
      ...changes,
    }) as IggyOptions;
    return new IggyPlatform(options, { clock: systemClock, random: Math.random });
  };
  return {
    open: async () => open({}),
    openWithWrongCredentials: async () => open({ password: 'not this one' }),
    openUnreachable: async () => open({ port: await unusedPort() }),
    close,
  };
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

for (const server of realServers()) {
  const traits = { sharesPartitions: server.transport !== 'http', rebalanceWithinMs: REBALANCE_WITHIN_MS };
  describePlatform(`iggy, real server ${server.name}`, traits, {}, async () => harnessOf(server, async () => {}));
}
