/**
 * VCF.gz → platform → PostgreSQL, durable and exactly once, over each platform in turn: the same program, the same database,
 * A B A B. Brokers run on this machine, too. Then the same with more workers (processes of one group, the ingesting one
 * among them, and as many times 10,000 variants in flight), with envelopes that are not compressed, and with batches compressed once more on their way to Kafka. Iggy needs a server of yours.
 *
 * `npm run bench -- platforms [--rounds 3] [--iggy-server PATH]`, or
 * `node bench/platforms.ts --file some.vcf.gz [--only kafka] [--workers 1,2,4] [--rounds 3] [--iggy-server PATH]`
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { IggyServer } from '../scripts/services/iggy.ts';
import { startKafka } from '../scripts/services/kafka.ts';
import { EmbeddedServer } from '../src/stores/postgres/server.ts';
import { startProgram } from '../test/chaos/program.ts';
import { alternate, type Contender, machine, measure } from './measure.ts';

const OURS = `${process.execPath} ${join(import.meta.dirname, '..', 'bin', 'vcf-agent.js')}`;
const IN_FLIGHT_PER_PROCESS = 10_000;
const GOAL = 100_000;
const FLOOR = 50_000;

export interface PlatformsOptions {
  readonly files: readonly string[];
  readonly rounds: number;
  /** Processes that apply, of which the ingesting one is the first. */
  readonly workers: readonly number[];
  readonly iggyServer?: string | undefined;
  /** Part of the name of those to run; left out: all that can be. */
  readonly only?: string | undefined;
}

/** One way to carry a file. */
interface Way {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly workers: number;
}

/** Prints how many variants a second each platform carries into the database. */
export async function benchPlatforms(options: PlatformsOptions): Promise<void> {
  const { iggyServer, workers, only = '' } = options;
  console.log(`throughput over platforms, ${machine()}`);
  await using opened = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-platforms-'));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, 'home');
  const database = await EmbeddedServer.open(join(home, 'postgres'));
  await database.ensure();
  opened.defer(() => database.release());
  const platforms: Record<string, NodeJS.ProcessEnv> = {
    embedded: { VCF_AGENT_PRIMARY: 'embedded' },
    'embedded, uncompressed': { VCF_AGENT_PRIMARY: 'embedded', VCF_AGENT_COMPRESSION_LEVEL: '0' },
  };
  if ('kafka'.includes(only) || only.includes('kafka')) {
    const cluster = await startKafka();
    opened.defer(() => cluster.stop());
    const kafka = { VCF_AGENT_PRIMARY: 'kafka', KAFKA_BROKERS: cluster.brokers.join() };
    platforms.kafka = kafka;
    platforms['kafka, uncompressed'] = { ...kafka, VCF_AGENT_COMPRESSION_LEVEL: '0' };
    platforms['kafka, zstd once more'] = { ...kafka, KAFKA_COMPRESSION: 'zstd' };
  }
  if (iggyServer !== undefined) {
    const server = opened.use(await IggyServer.start(iggyServer, folder));
    const version = execFileSync(iggyServer, ['--version'], { encoding: 'utf8' }).trim().split(' ').at(-1);
    const iggy = { VCF_AGENT_PRIMARY: 'iggy', IGGY_PORT: String(server.port), IGGY_PASSWORD: 'iggy' };
    platforms[`iggy ${version}`] = iggy;
    platforms[`iggy ${version}, uncompressed`] = { ...iggy, VCF_AGENT_COMPRESSION_LEVEL: '0' };
  }
  const ways = Object.entries(platforms)
    .filter(([name]) => name.includes(only))
    .flatMap(([name, env]) =>
      (name.includes('compress') || name.includes('once more') ? workers.slice(0, 1) : workers).map((count): Way => {
        return { name: `${name}, ${count} ${count === 1 ? 'process' : 'processes'}`, env, workers: count };
      }),
    );
  for (const file of options.files) await compare(file, options.rounds, ways, home);
}

async function compare(file: string, rounds: number, ways: readonly Way[], home: string): Promise<void> {
  const records = Number(execFileSync('bash', ['-c', `bcftools view -H ${file} | wc -l`], { encoding: 'utf8' }));
  console.log(`${basename(file)}: ${records} records`);
  const standings = await alternate(
    ways.map((way) => contender(way, file, home)),
    rounds,
  );
  for (const { name, wallS } of standings) {
    const rate = records / wallS;
    const verdict = rate >= GOAL ? 'goal met' : rate >= FLOOR ? 'floor met, goal missed' : 'floor MISSED';
    const shown = Math.round(rate).toLocaleString('en').padStart(9);
    console.log(`${name.padEnd(36)} ${shown} records/s (median; ${verdict}: ${FLOOR}, ${GOAL})`);
  }
}

function contender({ name, env, workers }: Way, file: string, home: string): Contender {
  const inFlight = String(workers * IN_FLIGHT_PER_PROCESS);
  const own = { ...env, VCF_AGENT_HOME: home, DATABASE_URL: '', VCF_AGENT_MAX_IN_FLIGHT: inFlight };
  return {
    name,
    run: async () => {
      const others = Array.from({ length: workers - 1 }, () => startProgram(['consume', '--json'], { env: own }));
      await Promise.all(others.map((worker) => worker.says('At work')));
      const cost = await measure(`${OURS} ingest ${file} --json`, own);
      for (const { child } of others) child.kill('SIGTERM');
      await Promise.all(others.map(({ done }) => done));
      await forget(own);
      return cost;
    },
  };
}

/** The next run begins with an empty store. */
async function forget(env: NodeJS.ProcessEnv): Promise<void> {
  const listed = execFileSync('bash', ['-c', `${OURS} files --json`], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  for (const line of listed.split('\n').filter((text) => text !== '')) {
    await measure(`${OURS} delete ${JSON.parse(line).fileId} --yes`, env);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      file: { type: 'string', multiple: true },
      only: { type: 'string' },
      workers: { type: 'string', default: '1,2,4' },
      rounds: { type: 'string', default: '3' },
      'iggy-server': { type: 'string' },
    },
  });
  const { file = [], only, workers, rounds } = values;
  if (file.length === 0) throw new Error('which file? --file some.vcf.gz');
  const counts = workers.split(',').map(Number);
  const iggyServer = values['iggy-server'];
  await benchPlatforms({ files: file, only, workers: counts, rounds: Number(rounds), iggyServer });
}
