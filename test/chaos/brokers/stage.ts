import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../scripts/services/free-port.ts';
import { startKafka } from '../../../scripts/services/kafka.ts';
import { type PostgresServer, startPostgres } from '../../../scripts/services/postgres.ts';
import { kafkaVictim, type Victim } from '../../../scripts/services/victim.ts';
import type { PlatformSettings } from '../../../src/app/platforms.ts';
import type { PlatformName } from '../../../src/core/ports.ts';
import { TcpProxy } from '../../platforms/tcp-proxy.ts';
import { type IggyTarget, openIggy } from './iggy-target.ts';
import type { RouteChoice } from './plan.ts';
import { ServerTarget } from './target.ts';

export interface StageOptions {
  /** Path of an Iggy server of yours, in place of the in-test server. */
  readonly iggyServer?: string | undefined;
  /** Default `tcp`. */
  readonly iggyTransport?: 'tcp' | 'quic' | undefined;
  /** Of Kafka. Three have no proxy before them: they can be killed and hung. Default 1. */
  readonly brokers?: 1 | 3;
}

/** Reading waits at so few, so that a fault hits sends as well as transactions. */
const IN_FLIGHT_VARIANTS = 1_000;

/** A database, a Kafka broker and an Iggy server, each behind a proxy, and a folder for homes. */
export class Stage implements AsyncDisposable {
  readonly folder: string;
  readonly database: PostgresServer;
  readonly targets: Readonly<Record<'database' | 'kafka' | 'iggy', ServerTarget>>;
  readonly #addresses: readonly string[];
  readonly #iggy: IggyTarget;
  readonly #close: AsyncDisposableStack;

  private constructor(
    stage: Pick<Stage, 'folder' | 'database' | 'targets'>,
    addresses: readonly string[],
    iggy: IggyTarget,
    close: AsyncDisposableStack,
  ) {
    this.folder = stage.folder;
    this.database = stage.database;
    this.targets = stage.targets;
    this.#addresses = addresses;
    this.#iggy = iggy;
    this.#close = close;
  }

  static async open({ iggyServer, iggyTransport = 'tcp', brokers = 1 }: StageOptions): Promise<Stage> {
    await using opened = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-storm-'));
    opened.defer(() => rmSync(folder, { recursive: true, force: true }));
    const database = await startPostgres();
    if (database === undefined) throw new Error('there is no PostgreSQL server on this machine');
    opened.defer(() => database.stop());
    const advertised = await freePort();
    const cluster = await startKafka(brokers === 1 ? { advertised } : { nodes: brokers });
    opened.defer(() => cluster.stop());
    const node = cluster.nodes[0]!;
    const iggy = await openIggy({ program: iggyServer, transport: iggyTransport, folder }, opened);
    const targets = {
      database: await target(opened, database, database.port),
      kafka: await target(opened, kafkaVictim(node), node.plaintextPort, advertised),
      iggy: iggy.target,
    };
    return new Stage({ folder, database, targets }, cluster.brokers, iggy, opened.move());
  }

  /** Of Kafka. */
  get brokers(): number {
    return this.#addresses.length;
  }

  /** The program's configuration: everything through the proxies. */
  env({ primary, fallback }: RouteChoice, own: { readonly home: string; readonly tenant: string }): NodeJS.ProcessEnv {
    const { database } = this.targets;
    const url = new URL(this.database.url);
    url.port = String(database.port);
    return {
      VCF_AGENT_HOME: own.home,
      VCF_AGENT_TENANT: own.tenant,
      VCF_AGENT_PRIMARY: primary,
      VCF_AGENT_FALLBACK: fallback ?? 'none',
      VCF_AGENT_MAX_IN_FLIGHT: String(IN_FLIGHT_VARIANTS),
      DATABASE_URL: url.href,
      KAFKA_BROKERS: this.#addresses.join(),
      ...this.#iggy.env,
    };
  }

  /** The same, of the platforms. */
  platforms({ primary, fallback }: RouteChoice): PlatformSettings {
    return {
      environment: 'development',
      primary,
      fallback,
      kafka: { brokers: [...this.#addresses] },
      iggy: this.#iggy.settings,
    };
  }

  /** The server of a platform; the embedded log has none. */
  server(platform: PlatformName | undefined): ServerTarget | undefined {
    return platform === undefined || platform === 'embedded' ? undefined : this.targets[platform];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close.disposeAsync();
  }
}

async function target(
  opened: AsyncDisposableStack,
  victim: Victim,
  port: number,
  listenOn?: number,
): Promise<ServerTarget> {
  const proxy = await TcpProxy.listen(() => port, listenOn);
  opened.defer(() => proxy.close());
  return new ServerTarget(victim, proxy);
}
