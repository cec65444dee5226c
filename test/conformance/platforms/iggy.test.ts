import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Value from 'typebox/value';
import { systemClock } from '../../../src/app/clock.ts';
import { IggyOptions } from '../../../src/platforms/iggy/options.ts';
import { IggyPlatform } from '../../../src/platforms/iggy/platform.ts';
import { type RealServer, realServers } from '../../platforms/iggy/real-servers.ts';
import { selfSigned } from '../../platforms/iggy/self-signed.ts';
import { InTestServer } from '../../platforms/iggy/server/server.ts';
import { type PlatformHarness, unique } from './harness.ts';
import { describePlatform } from './suite.ts';

const REBALANCE_WITHIN_MS = 15_000;
const CHECKS_CERTIFICATE: readonly string[] = ['tls', 'quic'];

function harnessOf(server: RealServer, close: () => Promise<void>): PlatformHarness {
  const stream = unique('conformance');
  const open = (changes: Partial<IggyOptions>) => {
    const { transport, host, port, username, password, caFile } = server;
    const options = Value.Default(IggyOptions, {
      transport,
      host,
      ...(transport === 'quic' ? { quicPort: port } : { port }),
      username,
      password,
      stream,
      // The suite shares its machine: what it measures is not how soon a server counts as hung.
      silenceTimeoutMs: 10_000,
      connectTimeoutMs: 2000,
      ...(caFile === undefined || !CHECKS_CERTIFICATE.includes(transport)
        ? {}
        : { tlsCaFile: caFile, tlsServerName: 'localhost' }),
      ...changes,
    }) as IggyOptions;
    return new IggyPlatform(options, { clock: systemClock, random: Math.random });
  };
  return {
    open: async () => open({}),
    openWithWrongCredentials: async () => open({ password: 'not this one' }),
    openUnreachable: async () => {
      const port = await unusedPort();
      return open({ port, quicPort: port });
    },
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

const IN_TEST = [
  { transport: 'tcp', protocol: 'legacy' },
  { transport: 'tcp', protocol: 'vsr' },
  { transport: 'tls', protocol: 'legacy' },
  { transport: 'tls', protocol: 'vsr' },
  { transport: 'quic', protocol: 'legacy' },
  { transport: 'quic', protocol: 'vsr' },
  { transport: 'http', protocol: 'legacy' },
] as const;

for (const { transport, protocol } of IN_TEST) {
  const name = `iggy, in-test server, ${transport}, ${protocol}`;
  describePlatform(
    name,
    { sharesPartitions: transport !== 'http', rebalanceWithinMs: REBALANCE_WITHIN_MS },
    {},
    async () => {
      const certificate = selfSigned();
      const folder = await mkdtemp(join(tmpdir(), 'vcf-agent-iggy-'));
      const caFile = join(folder, 'ca.pem');
      await writeFile(caFile, certificate.cert);
      const server = await new InTestServer({ transport, protocol, certificate }).start();
      const { port } = server;
      const address = { name, transport, host: '127.0.0.1', port, username: 'iggy', password: 'iggy', caFile };
      return harnessOf(address, async () => {
        await server.stop();
        await rm(folder, { recursive: true });
      });
    },
  );
}

for (const server of realServers()) {
  const traits = { sharesPartitions: server.transport !== 'http', rebalanceWithinMs: REBALANCE_WITHIN_MS };
  describePlatform(`iggy, real server ${server.name}`, traits, {}, async () => harnessOf(server, async () => {}));
}
