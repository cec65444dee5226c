/** One broker process of a test: its settings, its start, signals to it, its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterId, KAFKA_FILES, TEST_PASSWORD, TEST_USER } from './kafka-files.ts';

const START_TIMEOUT_MS = 60_000;

export interface NodePorts {
  readonly controller: number;
  readonly plaintext: number;
  /** SASL over TLS: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512. */
  readonly secure: number;
  /** TLS with a certificate on both sides. */
  readonly mutual: number;
}

export interface NodeOptions {
  readonly id: number;
  readonly folder: string;
  readonly clusterId: string;
  readonly ports: NodePorts;
  /** Of every node, this one too: `1@127.0.0.1:9093,…`. */
  readonly voters: string;
  readonly nodes: number;
  /** Port of a proxy before the listener without TLS: clients are told to come there. */
  readonly advertised?: number | undefined;
}

/** A broker that was killed is let in again only when its old session has ended. */
const QUICK_TO_RETURN = { 'broker.session.timeout.ms': 2000, 'broker.heartbeat.interval.ms': 300 };

/** Faster than the defaults at seeing that a node is gone: what a cluster that is tested for that needs. */
const QUICK_TO_NOTICE = {
  'replica.lag.time.max.ms': 2000,
  'replica.fetch.wait.max.ms': 200,
  'replica.socket.timeout.ms': 2000,
  'controller.quorum.fetch.timeout.ms': 1000,
  'controller.quorum.election.timeout.ms': 500,
};

function propertiesOf({ id, folder, ports, voters, nodes, advertised = ports.plaintext }: NodeOptions): string {
  const copies = nodes === 1 ? 1 : 3;
  const inStep = nodes === 1 ? 1 : 2;
  const login = `org.apache.kafka.common.security`;
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'log.dirs': join(folder, 'logs'),
    'controller.quorum.voters': voters,
    'controller.listener.names': 'CONTROLLER',
    listeners: Object.entries({
      PLAINTEXT: ports.plaintext,
      SECURE: ports.secure,
      MUTUAL: ports.mutual,
      CONTROLLER: ports.controller,
    })
      .map(([name, port]) => `${name}://127.0.0.1:${port}`)
      .join(),
    'advertised.listeners': Object.entries({ PLAINTEXT: advertised, SECURE: ports.secure, MUTUAL: ports.mutual })
      .map(([name, port]) => `${name}://127.0.0.1:${port}`)
      .join(),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,MUTUAL:SSL,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': KAFKA_FILES.keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': KAFKA_FILES.certificate,
    'listener.name.mutual.ssl.client.auth': 'required',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.secure.plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required user_${TEST_USER}="${TEST_PASSWORD}";`,
    'listener.name.secure.scram-sha-256.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'listener.name.secure.scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'auto.create.topics.enable': false,
    'default.replication.factor': copies,
    'min.insync.replicas': inStep,
    'group.initial.rebalance.delay.ms': 0,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.cleaner.dedupe.buffer.size': 8_388_608,
    'group.min.session.timeout.ms': 500,
    ...QUICK_TO_RETURN,
  };
  for (const topic of ['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic']) {
    settings[`${topic}.num.partitions`] = 4;
    settings[`${topic}.replication.factor`] = copies;
  }
  settings['transaction.state.log.min.isr'] = inStep;
  settings['share.coordinator.state.topic.min.isr'] = inStep;
  if (nodes > 1) Object.assign(settings, QUICK_TO_NOTICE);
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** A broker and controller in one process, with its data in a folder of its own. */
export class KafkaNode {
  readonly #options: NodeOptions;
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();

  constructor(options: NodeOptions) {
    this.#options = options;
    const logs = join(options.folder, 'logs');
    mkdirSync(logs, { recursive: true });
    writeFileSync(join(options.folder, 'server.properties'), propertiesOf(options));
    // What formatting would write: the ids of this node, and what is the same for all.
    copyFileSync(KAFKA_FILES.bootstrap, join(logs, 'bootstrap.checkpoint'));
    writeFileSync(
      join(logs, 'meta.properties'),
      `version=1\nnode.id=${options.id}\ncluster.id=${options.clusterId}\ndirectory.id=${clusterId()}\n`,
    );
  }

  get id(): number {
    return this.#options.id;
  }

  /** Where clients without TLS come to: the proxy, if there is one. */
  get address(): string {
    return `127.0.0.1:${this.#options.advertised ?? this.plaintextPort}`;
  }

  get plaintextPort(): number {
    return this.#options.ports.plaintext;
  }

  get secureAddress(): string {
    return `127.0.0.1:${this.#options.ports.secure}`;
  }

  get mutualAddress(): string {
    return `127.0.0.1:${this.#options.ports.mutual}`;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the process; `ready` says when it answers. `flags`: for the JVM, besides the usual ones. */
  start(flags: readonly string[] = [`-XX:SharedArchiveFile=${KAFKA_FILES.archive}`]): void {
    const { folder } = this.#options;
    const log = openSync(join(folder, 'broker.log'), 'a');
    const memory = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const classes = ['-cp', join(KAFKA_FILES.libs, '*'), 'kafka.Kafka', join(folder, 'server.properties')];
    const child = spawn('java', [...memory, ...flags, ...classes], { stdio: ['ignore', log, log] });
    this.#child = child;
    this.#exited = once(child, 'exit').then(() => {
      if (this.#child === child) this.#child = undefined;
    });
  }

  async ready(): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await isAnswering(this.#options.ports.plaintext))) {
      if (this.#child === undefined || performance.now() > deadline) {
        throw new Error(`Kafka node ${this.id} did not start: see ${join(this.#options.folder, 'broker.log')}`);
      }
      await sleep(50);
    }
  }

  /** SIGSTOP makes it hang, SIGCONT goes on, SIGKILL and SIGTERM end it: wait for `exited`. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL' | 'SIGTERM'): void {
    this.#child?.kill(signal);
  }

  get exited(): Promise<unknown> {
    return this.#exited;
  }
}

/** An ApiVersions request, version 0, and the start of its answer: the same correlation id and error code 0. */
const API_VERSIONS = Buffer.from('0000000a' + '0012' + '0000' + '0000002a' + 'ffff', 'hex');
const ANSWER_START = Buffer.from('0000002a' + '0000', 'hex');

/** True when a broker on this loopback port answers a request within half a second. */
async function isAnswering(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').setTimeout(500);
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    socket.on('connect', () => socket.write(API_VERSIONS));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= 10) resolve(answer.subarray(4, 10).equals(ANSWER_START));
    });
    for (const event of ['error', 'timeout', 'close'] as const) socket.on(event, () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
