import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../scripts/services/free-port.ts';
import { IggyServer } from '../../../scripts/services/iggy.ts';
import type { Victim } from '../../../scripts/services/victim.ts';
import { selfSigned } from '../../platforms/iggy/self-signed.ts';
import { InTestServer } from '../../platforms/iggy/server/server.ts';
import { TcpProxy } from '../../platforms/tcp-proxy.ts';
import { UdpRelay } from '../../platforms/udp-relay.ts';
import { ServerTarget } from './target.ts';

export interface IggyTargetOptions {
  /** Path of an Iggy server of yours; without it the in-test server, which keeps what it acknowledged in this process. */
  readonly program: string | undefined;
  readonly transport: 'tcp' | 'quic';
  readonly folder: string;
}

/** A server, the network before it, and how it is reached. */
export interface IggyTarget {
  readonly target: ServerTarget;
  /** The program's settings, and the same as variables of its environment. */
  readonly settings: Readonly<Record<string, string | number>>;
  readonly env: Readonly<Record<string, string>>;
}

const VARIABLES: Readonly<Record<string, string>> = {
  port: 'IGGY_PORT',
  password: 'IGGY_PASSWORD',
  transport: 'IGGY_TRANSPORT',
  quicPort: 'IGGY_QUIC_PORT',
  quicVerify: 'IGGY_QUIC_VERIFY',
  tlsCaFile: 'IGGY_TLS_CA_FILE',
  tlsServerName: 'IGGY_TLS_SERVER_NAME',
};

function reachedBy(target: ServerTarget, own: IggyTarget['settings']): IggyTarget {
  const settings = { ...own, password: 'iggy' };
  const env = Object.entries(settings).map(([name, value]) => [VARIABLES[name]!, String(value)] as const);
  return { target, settings, env: Object.fromEntries(env) };
}

/** What it opens is closed with `opened`. */
export function openIggy(options: IggyTargetOptions, opened: AsyncDisposableStack): Promise<IggyTarget> {
  return options.transport === 'quic' ? openOverQuic(options, opened) : openOverTcp(options, opened);
}

async function openOverTcp({ program, folder }: IggyTargetOptions, opened: AsyncDisposableStack): Promise<IggyTarget> {
  const server =
    program === undefined ? await inTest({ transport: 'tcp' }, opened) : await real(program, folder, {}, opened);
  const proxy = await TcpProxy.listen(() => server.port);
  opened.defer(() => proxy.close());
  // The in-test server lives in this process, which cannot be stopped: its network can, which to a client is the same.
  const victim =
    server instanceof IggyServer
      ? server
      : victimOf(
          server,
          () => proxy.freeze(),
          () => proxy.thaw(),
        );
  return reachedBy(new ServerTarget(victim, proxy), { port: proxy.port });
}

async function openOverQuic({ program, folder }: IggyTargetOptions, opened: AsyncDisposableStack): Promise<IggyTarget> {
  const certificate = selfSigned();
  const caFile = join(folder, 'iggy-ca.pem');
  writeFileSync(caFile, certificate.cert);
  const udpPort = await freePort();
  // A client that is killed says no goodbye over UDP: 0.8 has to be told to listen for heartbeats.
  const quic = { IGGY_QUIC_ENABLED: 'true', IGGY_QUIC_ADDRESS: `127.0.0.1:${udpPort}`, IGGY_HEARTBEAT_ENABLED: 'true' };
  const server =
    program === undefined
      ? await inTest({ transport: 'quic', certificate }, opened)
      : await real(program, folder, quic, opened);
  const relay = await UdpRelay.open(program === undefined ? server.port : udpPort, 1);
  opened.defer(() => relay.close());
  const victim =
    server instanceof IggyServer
      ? server
      : victimOf(
          server,
          () => relay.blackHole(),
          () => relay.heal(),
        );
  // A real server signs its own certificate, in its memory.
  const check = program === undefined ? { tlsCaFile: caFile, tlsServerName: 'localhost' } : { quicVerify: 'off' };
  return reachedBy(new ServerTarget(victim, relay), { transport: 'quic', quicPort: relay.port, ...check });
}

async function inTest(
  how: Pick<ConstructorParameters<typeof InTestServer>[0], 'transport' | 'certificate'>,
  opened: AsyncDisposableStack,
): Promise<InTestServer> {
  const server = await new InTestServer({ ...how, protocol: 'vsr' }).start();
  opened.defer(() => server.stop());
  return server;
}

async function real(
  program: string,
  folder: string,
  env: Readonly<Record<string, string>>,
  opened: AsyncDisposableStack,
): Promise<IggyServer> {
  return opened.use(await IggyServer.start(program, folder, env));
}

function victimOf(server: InTestServer, hang: () => void, wake: () => void): Victim {
  return {
    hang,
    wake,
    kill: () => server.stop(),
    end: () => server.stop(),
    restart: async () => void (await server.start()),
  };
}
