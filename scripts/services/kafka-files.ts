/**
 * Apache Kafka from its Maven artefacts, prepared once for this machine in a folder outside the checkout: the jars, a class
 * archive (a broker is ready in a third of the time), a formatted storage to copy, and a certificate for loopback.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exists, isOnPath } from './debian.ts';

const KAFKA_VERSION = '4.3.1';
const SLF4J_VERSION = '1.7.36';
/** Bumped when what is prepared changes. */
const LAYOUT = 2;

/** Who may log in to the brokers that the tests start, and only to those. */
export const TEST_USER = 'vcf-agent';
export const TEST_PASSWORD = 'loopback-only';

const FOLDER = join(homedir(), '.cache', 'vcf-agent', 'kafka', `${KAFKA_VERSION}-${LAYOUT}`);

/** Where each prepared thing lies. The class archive remembers the paths of the jars: they stay where they are. */
export const KAFKA_FILES = {
  libs: join(FOLDER, 'libs'),
  /** Classes of a running broker, loaded and checked. */
  archive: join(FOLDER, 'kafka.jsa'),
  /** Of a formatted log folder: feature levels, and the SCRAM credentials of the test user. */
  bootstrap: join(FOLDER, 'bootstrap.checkpoint'),
  /** A key for 127.0.0.1 and localhost with its certificate, which signs itself: brokers and clients show and trust it. PEM. */
  keystore: join(FOLDER, 'tls', 'keystore.pem'),
  key: join(FOLDER, 'tls', 'key.pem'),
  certificate: join(FOLDER, 'tls', 'certificate.pem'),
} as const;

/** True when Kafka was fetched before: then Maven is not needed. */
export const hasKafkaFiles = (): boolean => exists(KAFKA_FILES.libs);

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>vcf-agent.test</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>${SLF4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/**
 * Makes what is not there yet (half a minute the first time). Throws when Java or Maven is missing.
 * `archiveClasses`: runs a broker with the given JVM flags until it answers, then ends it.
 */
export async function prepareKafka(archiveClasses: (flags: readonly string[]) => Promise<void>): Promise<void> {
  if (!isOnPath('java')) throw new Error('Kafka for the tests needs Java 17 or newer');
  await prepare(KAFKA_FILES.libs, installLibs);
  await prepare(KAFKA_FILES.bootstrap, formatStorage);
  await prepare(dirname(KAFKA_FILES.keystore), makeCertificate);
  await prepare(KAFKA_FILES.archive, (path) => archiveClasses([`-XX:ArchiveClassesAtExit=${path}`]));
}

/** Appears whole or not at all, also when two processes prepare at once. */
async function prepare(path: string, make: (unfinished: string) => void | Promise<void>): Promise<void> {
  if (exists(path)) return;
  mkdirSync(FOLDER, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  try {
    await make(unfinished);
    if (!exists(path)) renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function installLibs(folder: string): void {
  if (!isOnPath('mvn')) throw new Error('Kafka for the tests needs Maven');
  console.log(`Fetching Kafka ${KAFKA_VERSION} (mvn)`);
  withTemporaryFolder((temporary) => {
    const pom = join(temporary, 'pom.xml');
    writeFileSync(pom, POM);
    execFileSync(
      'mvn',
      ['-q', '-B', '-f', pom, COPY_DEPENDENCIES, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  });
  if (globSync(join(folder, 'kafka_*.jar')).length === 0) throw new Error('Maven gave no Kafka');
}

/** Formatting starts a JVM of its own; its result is the same for every node but for the ids, which are in another file. */
function formatStorage(path: string): void {
  withTemporaryFolder((temporary) => {
    const properties = join(temporary, 'server.properties');
    const logs = join(temporary, 'logs');
    writeFileSync(
      properties,
      `process.roles=broker,controller\nnode.id=1\nlog.dirs=${logs}\ncontroller.listener.names=CONTROLLER\n` +
        'listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093\ncontroller.quorum.voters=1@127.0.0.1:9093\n',
    );
    const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${TEST_USER},password=${TEST_PASSWORD}]`,
    ]);
    const tool = ['-Xmx128m', '-cp', join(KAFKA_FILES.libs, '*'), 'kafka.tools.StorageTool'];
    execFileSync('java', [...tool, 'format', '-t', clusterId(), '-c', properties, ...users], { stdio: 'ignore' });
    copyFileSync(join(logs, 'bootstrap.checkpoint'), path);
  });
}

function makeCertificate(folder: string): void {
  mkdirSync(folder);
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  const names = ['-subj', '/CN=vcf-agent test broker', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-out', certificate, '-days', '3650', ...names], {
    stdio: 'ignore',
  });
  writeFileSync(join(folder, 'keystore.pem'), readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'));
}

function withTemporaryFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-kafka-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** 16 random bytes in 22 characters, as Kafka writes its ids. */
export function clusterId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
}
