import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { freePort } from '../../scripts/services/free-port.ts';
import { needs } from '../support/needs.ts';
import { eventually } from './eventually.ts';
import { type CliResult, firstOf, jsonLines, runCli, startCli } from './run-cli.ts';

const TRIO = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');

/** One home over a real broker and the embedded log, gone through as somebody does who looks after it. */
describe('looking after a route over Kafka', needs('kafka'), () => {
  let home: string;
  let env: Record<string, string>;
  const cli = (...args: string[]): Promise<CliResult> => runCli(args, { env });
  const json = async (...args: string[]) => jsonLines((await cli(...args, '--json')).stdout);

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'va-ops-'));
    env = {
      VCF_AGENT_HOME: home,
      VCF_AGENT_PRIMARY: 'kafka',
      VCF_AGENT_FALLBACK: 'embedded',
      VCF_AGENT_TENANT: `t${randomUUID()}`,
      VCF_AGENT_TOPIC_PER_TENANT: 'true',
      KAFKA_BROKERS: process.env.TEST_KAFKA_BROKERS ?? '',
    };
    assert.equal((await cli('ingest', TRIO, '-b', '1000')).code, 0);
  });
  after(() => rm(home, { recursive: true, force: true }));

  test('should explain which platform carried a variant and when it was applied', async () => {
    const explanation = firstOf(await json('explain', '17-43092919-G-A'));
    const flights = explanation.flights as { kind: string; outcome?: string; health?: unknown }[];
    assert.equal(flights[0]?.kind, 'decision');
    assert.ok(flights[0].health);
    assert.ok(flights.some(({ outcome }) => outcome === 'acknowledged'));
    const { position, fileName } = explanation.applied as { position: { platform: string }; fileName: string };
    assert.ok(['kafka', 'embedded'].includes(position.platform));
    assert.equal(fileName, 'trio.vcf.gz');
    const byId = firstOf(await json('explain', String(explanation.envelopeId).slice(0, 12)));
    assert.equal(byId.envelopeId, explanation.envelopeId);
    assert.match((await cli('explain', 'rs799917')).stdout, /decided kafka, then embedded: the primary is well/);
    const unknown = await cli('explain', 'f'.repeat(64));
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /NOT_FOUND/);
  });

  test('should show how everything is, and say so with its exit code when the database is down', async () => {
    const { code, stdout } = await cli('status', '--json');
    assert.equal(code, 0);
    const status = firstOf(jsonLines(stdout));
    const topic = `vcf-variants-${env.VCF_AGENT_TENANT}`;
    assert.deepEqual(status.route, { primary: 'kafka', fallback: 'embedded', strategy: 'INTELLIGENT', topic });
    const platforms = status.platforms as Record<string, unknown>[];
    assert.deepEqual(
      platforms.map(({ name, role, waiting }) => [name, role, waiting]),
      [
        ['kafka', 'primary', 0],
        ['embedded', 'fallback', 0],
      ],
    );
    assert.deepEqual(status.deadLetters, { undelivered: 0, refused: 0 });
    assert.equal((status.database as { files: number }).files, 1);
    assert.equal((status.recorded as { decisions: number }).decisions, 6);
    assert.match((await cli('status')).stdout, /^route +kafka, then embedded \(INTELLIGENT\)/);
    const down = await runCli(['status'], { env: { ...env, DATABASE_URL: 'postgresql://x@127.0.0.1:1/x' } });
    assert.equal(down.code, 4);
    assert.match(down.stdout, /database +✘ DATABASE_UNAVAILABLE/);
    assert.match(down.stdout, /^kafka +primary .* answers/m);
  });

  test('should take the recorded decisions again with another strategy', async () => {
    const report = firstOf(await json('route', 'replay', '--strategy', 'FALLBACK_ONLY'));
    assert.equal(report.decisions, 6);
    assert.deepEqual(report.replayed, { primary: 0, fallback: 6 });
    assert.equal(report.primary, 'kafka');
    assert.match((await cli('route', 'replay', '--strategy', 'PRIMARY_ONLY')).stdout, /first to kafka \(primary\)/);
    assert.equal((await cli('route', 'replay', '--strategy', 'DICE')).code, 2);
  });

  test('should list, show, send again and drop what no platform took', async () => {
    // Nobody listens there, and nothing is tried twice.
    const down = {
      ...env,
      VCF_AGENT_FALLBACK: 'none',
      KAFKA_BROKERS: '127.0.0.1:1',
      VCF_AGENT_COORDINATOR_MAX_RETRIES: '0',
    };
    const tenant = `t${randomUUID()}`;
    const child = startCli(['ingest', TRIO, '-b', '2000', '--tenant', tenant, '--quiet'], { env: down });
    const ended = once(child, 'close');
    await eventually(async () => assert.equal((await lettersIn(home)).length, 3));
    child.kill('SIGINT');
    await ended;
    const letters = await json('dlq');
    assert.equal(letters.length, 3);
    assert.ok(letters.every(({ kind, code }) => kind === 'undelivered' && code === 'PLATFORM_UNAVAILABLE'));
    const [first, ...others] = letters.map(({ id }) => String(id));
    assert.match(
      (await cli('dlq', 'show', first!.slice(0, 10))).stdout,
      new RegExp(`envelope ${first}[^]+tenant +${tenant}`),
    );
    assert.equal((await cli('dlq', 'drop', first!)).code, 2);
    assert.equal((await cli('dlq', 'drop', first!, '--yes')).code, 0);
    const mine = { ...env, VCF_AGENT_TENANT: tenant };
    const replayed = await runCli(['dlq', 'replay', '--all', '--json'], { env: mine });
    assert.equal(replayed.code, 0, replayed.stderr);
    assert.deepEqual(
      jsonLines(replayed.stdout).map(({ id, outcome }) => [id, outcome]),
      others.map((id) => [id, 'applied']),
    );
    assert.deepEqual(await json('dlq'), []);
    // What was dropped is read again from the file, what was replayed is there already.
    const again = await runCli(['ingest', TRIO, '-b', '2000', '--json'], { env: mine });
    assert.equal(again.code, 0, again.stderr);
  });

  test('should serve health and metrics while a worker is at work, and end in order', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const worker = startCli(['consume', '--metrics-port', String(port)], { env });
    const ended = once(worker, 'close');
    try {
      await eventually(async () => assert.equal((await fetch(`${url}/health/ready`)).status, 200));
      // Another file than before: the last record is gone.
      const lines = gunzipSync(readFileSync(TRIO)).toString().trimEnd().split('\n');
      const stdin = `${lines.slice(0, -1).join('\n')}\n`;
      assert.equal((await runCli(['ingest', '-', '-b', '100'], { env, stdin })).code, 0);
      const coordinator = (await (await fetch(`${url}/health/coordinator`)).json()) as Record<string, unknown>;
      assert.deepEqual([coordinator.status, coordinator.active], ['ok', 'kafka']);
      for (const name of ['kafka', 'embedded', 'system', 'live']) {
        assert.equal((await fetch(`${url}/health/${name}`)).status, 200, name);
      }
      assert.equal((await fetch(`${url}/health/iggy`)).status, 404);
      const asked = await runCli(['status', '--json'], { env: { ...env, VCF_AGENT_METRICS_PORT: String(port) } });
      const seen = firstOf(jsonLines(asked.stdout)).worker as Record<string, unknown>;
      assert.deepEqual([seen.url, seen.ready, seen.inCharge], [url, true, 'kafka']);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      assert.match(metrics, /^platform_health_status\{platform="kafka",role="primary"\} 1$/m);
      // The ingest is a member of the group as well: each has applied its share.
      const stored = /^vcf_variants_processed_total\{platform="(?:kafka|embedded)",status="stored"\} (\d+)$/gm;
      assert.ok([...metrics.matchAll(stored)].reduce((sum, [, count]) => sum + Number(count), 0) > 0);
      assert.match(metrics, /^host_memory_total_bytes \d+$/m);
      assert.match(metrics, /^process_resident_memory_bytes \d+$/m);
      assert.ok(!metrics.includes('trio.vcf.gz') && !metrics.includes(String(env.VCF_AGENT_TENANT)));
    } finally {
      worker.kill('SIGTERM');
    }
    assert.deepEqual(await ended, [0, null]);
  });
});

async function lettersIn(home: string): Promise<readonly string[]> {
  const stores = await readdir(join(home, 'stores'));
  const names = await Promise.all(
    stores.map((store) => readdir(join(home, 'stores', store, 'dead-letters')).catch(() => [])),
  );
  return names.flat().filter((name) => name.endsWith('.undelivered.json'));
}
