/** Real Kafka brokers for tests: one node, or a cluster of three, on free loopback ports. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-port.ts';
import { clusterId, KAFKA_FILES, prepareKafka, TEST_PASSWORD, TEST_USER } from './kafka-files.ts';
import { KafkaNode, type NodePorts } from './kafka-node.ts';

export interface KafkaCluster {
  readonly nodes: readonly KafkaNode[];
  /** `host:port` of each node's listeners: without TLS, with TLS and SASL, with certificates on both sides. */
  readonly brokers: readonly string[];
  readonly secureBrokers: readonly string[];
  readonly mutualBrokers: readonly string[];
  /** PEM of what to trust for TLS. */
  readonly caFile: string;
  /** PEM of a key whose certificate caFile is. */
  readonly keyFile: string;
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

/** How tests find a cluster: TEST_KAFKA_BROKERS, and more for TLS and SASL. */
export function kafkaEnv(cluster: KafkaCluster): Record<string, string> {
  return {
    TEST_KAFKA_BROKERS: cluster.brokers.join(','),
    TEST_KAFKA_SECURE_BROKERS: cluster.secureBrokers.join(','),
    TEST_KAFKA_MUTUAL_BROKERS: cluster.mutualBrokers.join(','),
    TEST_KAFKA_CA_FILE: cluster.caFile,
    TEST_KAFKA_KEY_FILE: cluster.keyFile,
    TEST_KAFKA_LOGIN: `${cluster.user}:${cluster.password}`,
  };
}

export interface KafkaClusterOptions {
  readonly nodes?: 1 | 3;
  /** Port of a proxy before the one node: clients are told to come there. */
  readonly advertised?: number;
}

/** Starts as many brokers, which are ready when it resolves. Throws where there is no Java or, the first time, no Maven. */
export async function startKafka(options: KafkaClusterOptions = {}): Promise<KafkaCluster> {
  await prepareKafka(archiveClasses);
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options);
    } catch (error) {
      // Ports found free may be somebody's by the time the broker has loaded its classes.
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

const START_ATTEMPTS = 3;

/** A broker's whole life with these JVM flags. */
async function archiveClasses(flags: readonly string[]): Promise<void> {
  await (await start({ nodes: 1 }, flags)).stop();
}

async function start(options: KafkaClusterOptions, flags?: readonly string[]): Promise<KafkaCluster> {
  const count = options.nodes ?? 1;
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-test-kafka-'));
  const ports: NodePorts[] = [];
  const free = await freePorts(4 * count);
  for (let at = 0; at < count; at++) {
    const [controller, plaintext, secure, mutual] = free.slice(4 * at);
    ports.push({ controller, plaintext, secure, mutual } as NodePorts);
  }
  const voters = ports.map(({ controller }, at) => `${at + 1}@127.0.0.1:${controller}`).join(',');
  const cluster = clusterId();
  const nodes = ports.map(
    (own, at) =>
      new KafkaNode({
        id: at + 1,
        folder: join(folder, String(at + 1)),
        clusterId: cluster,
        ports: own,
        voters,
        nodes: count,
        advertised: options.advertised,
      }),
  );
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const onExit = (): void => {
    for (const node of nodes) node.signal('SIGKILL');
    remove();
  };
  process.once('exit', onExit);
  const stop = async (): Promise<void> => {
    process.off('exit', onExit);
    // A node that hangs would not hear that it should end; one alone in its quorum would wait for the others.
    for (const node of nodes) node.signal('SIGCONT');
    for (const node of nodes) node.signal(count === 1 ? 'SIGTERM' : 'SIGKILL');
    await Promise.all(nodes.map(({ exited }) => exited));
    remove();
  };
  try {
    for (const node of nodes) node.start(flags);
    await Promise.all(nodes.map((node) => node.ready()));
  } catch (error) {
    process.off('exit', onExit);
    for (const node of nodes) node.signal('SIGKILL');
    throw error;
  }
  return {
    nodes,
    brokers: nodes.map(({ address }) => address),
    secureBrokers: nodes.map(({ secureAddress }) => secureAddress),
    mutualBrokers: nodes.map(({ mutualAddress }) => mutualAddress),
    caFile: KAFKA_FILES.certificate,
    keyFile: KAFKA_FILES.key,
    user: TEST_USER,
    password: TEST_PASSWORD,
    stop,
  };
}
