/**
 * VCF.gz → embedded log → PostgreSQL, durable and exactly once, with every column, against what a user would type:
 * `bcftools query … | psql COPY` of as many columns into a table without an index. Same server, same settings, A B A B.
 * Wall time and total CPU (client and server).
 *
 * `npm run bench -- ingest [--rounds 3] [--file trio500k.vcf.gz]`
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedServer } from '../../src/stores/postgres/server.ts';
import { openVcf } from '../../src/vcf/open.ts';
import { alternate, type Contender, type Cost, machine, measure, serverCpuS } from '../measure.ts';

const REAPED_AFTER_MS = 500;

const OURS = `${process.execPath} ${join(import.meta.dirname, '..', '..', 'bin', 'vcf-agent.js')}`;

export interface EndToEndOptions {
  readonly files: readonly string[];
  readonly rounds: number;
}

export async function benchEndToEnd({ files, rounds }: EndToEndOptions): Promise<void> {
  console.log(`end to end, ${machine()}`);
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-bench-'));
  const home = join(folder, 'home');
  const server = await EmbeddedServer.open(join(home, 'postgres'));
  try {
    await server.ensure();
    for (const file of files) await compare(file, rounds, { home, server });
  } finally {
    await server.release();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Stage {
  readonly home: string;
  readonly server: EmbeddedServer;
}

async function compare(file: string, rounds: number, stage: Stage): Promise<void> {
  const records = Number(execFileSync('bash', ['-c', `bcftools view -H ${file} | wc -l`], { encoding: 'utf8' }));
  console.log(`${basename(file)}: ${records} records`);
  const contenders = [ours(file, stage), await bcftoolsToPsql(file, stage)];
  const [us, rival] = await alternate(contenders, rounds);
  for (const { name, wallS, cpuS } of [us!, rival!]) {
    const perSecond = [records / wallS, records / cpuS].map((rate) => Math.round(rate).toLocaleString('en'));
    console.log(`${name}: ${perSecond[0]} records/s, ${perSecond[1]} per CPU second (medians)`);
  }
  console.log(
    `ratio: ${(rival!.wallS / us!.wallS).toFixed(2)}× in wall time, ${(rival!.cpuS / us!.cpuS).toFixed(2)}× in CPU`,
  );
}

function ours(file: string, { home, server }: Stage): Contender {
  const env = { VCF_AGENT_HOME: home, DATABASE_URL: '' };
  return {
    name: 'vcf-agent ingest',
    run: async () => {
      const cost = await withServer(server, () => measure(`${OURS} ingest ${file} --json`, env));
      const stored = execFileSync('bash', ['-c', `${OURS} files --json`], {
        encoding: 'utf8',
        env: { ...process.env, ...env },
      });
      const files = stored.split('\n').filter((line) => line !== '');
      for (const { fileId } of files.map((line) => JSON.parse(line)))
        await measure(`${OURS} delete ${fileId} --yes`, env);
      return cost;
    },
  };
}

/** Every fixed column, every INFO key, every FORMAT key of every sample: one text column each, as bcftools prints them. */
async function bcftoolsToPsql(file: string, { server }: Stage): Promise<Contender> {
  await using reader = await openVcf(file);
  const { header } = reader;
  const fixed = ['CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER'];
  const formats = header.samples.length === 0 ? [] : [...header.format.keys()];
  const keys = [...fixed, ...[...header.info.keys()].map((key) => `INFO/${key}`)].map((key) => `%${key}`);
  const samples = formats.length === 0 ? '' : `[\\t${formats.map((key) => `%${key}`).join('\\t')}]`;
  const count = keys.length + formats.length * header.samples.length;
  const columns = Array.from({ length: count }, (_, index) => `c${index} ${index === 1 ? 'int' : 'text'}`).join(', ');
  const { host, port, user, database } = server.address;
  const psql = `psql -q -h ${host} -p ${port} -U ${user} -d ${database}`;
  const query = `bcftools query -f '${keys.join('\\t')}${samples}\\n' ${file}`;
  return {
    name: 'bcftools query | psql COPY',
    run: async () => {
      await sql(server, `DROP TABLE IF EXISTS rival; CREATE TABLE rival (${columns}); CHECKPOINT`);
      return withServer(server, () => measure(`${query} | ${psql} -c 'COPY rival FROM STDIN'`));
    },
  };
}

/** Adds the CPU that the database server spent meanwhile. */
async function withServer(server: EmbeddedServer, run: () => Promise<Cost>): Promise<Cost> {
  await sql(server, 'CHECKPOINT');
  const pid = Number.parseInt(
    await sqlText(server, 'SHOW data_directory').then((data) => readFile(join(data, 'postmaster.pid'), 'utf8')),
    10,
  );
  const before = serverCpuS(pid);
  const cost = await run();
  // A backend that has ended is nobody's until the postmaster has buried it.
  await sleep(REAPED_AFTER_MS);
  return { ...cost, cpuS: cost.cpuS + serverCpuS(pid) - before };
}

async function sql(server: EmbeddedServer, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ ...server.address });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

async function sqlText(server: EmbeddedServer, text: string): Promise<string> {
  return Object.values((await sql(server, text)).rows[0] as Record<string, string>)[0]!;
}
