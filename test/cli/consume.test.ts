import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '../../scripts/services/free-port.ts';
import { writeChaosInput } from '../chaos/input.ts';
import { firstOf, jsonLines, runCli, startCli } from './run-cli.ts';

let folder: string;
let env: Record<string, string>;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vcf-agent-consume-'));
  env = { VCF_AGENT_HOME: join(folder, 'home') };
  await writeChaosInput(join(folder, 'trio.vcf.gz'), { records: 20_000, seed: 3 });
});
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

test('should end at once with what it did when there is nothing to do and it is to drain', async () => {
  const { code, stdout } = await runCli(['consume', '--until-drained', '--json'], { env });
  assert.equal(code, 0);
  const { applied, known, refused, variants } = firstOf(jsonLines(stdout));
  assert.deepEqual([applied, known, refused, variants], [0, 0, 0, 0]);
  const plain = await runCli(['consume', '--until-drained'], { env });
  assert.match(plain.stdout, /^✔ 0 variants stored/);
});

test('should apply what an ingest that was killed has left when it is to drain', async () => {
  const killed = startCli(['ingest', join(folder, 'trio.vcf.gz'), '--batch-size', '100'], {
    env: { ...env, VCF_AGENT_LOG_LEVEL: 'info' },
  });
  // As somebody would who is in a hurry: the second one ends it at once.
  await once(killed.stderr, 'data');
  setTimeout(() => killed.kill('SIGTERM'), 1500);
  await once(killed, 'close');
  assert.equal((await runCli(['consume', '--until-drained'], { env })).code, 0);
  const { code, stdout } = await runCli(['ingest', join(folder, 'trio.vcf.gz'), '--batch-size', '100', '--json'], {
    env,
  });
  assert.ok(code === 0 || code === 3);
  const { receipt } = firstOf(jsonLines(stdout)) as { receipt: Record<string, number> };
  assert.equal(receipt.input, receipt.stored! + receipt.duplicates! + receipt.rejected!);
  assert.equal((await runCli(['prove'], { env })).code, 0);
});

test('should serve health and metrics while it runs, and end in order with exit 0 when it gets SIGTERM', async () => {
  const serving = startCli(['consume', '--json', '--metrics-port', String(await freePort())], { env });
  let notes = '';
  let output = '';
  serving.stdout.on('data', (chunk) => {
    output += chunk;
  });
  while (!notes.includes('At work')) {
    const [chunk] = (await once(serving.stderr, 'data')) as [Buffer];
    notes += chunk.toString();
  }
  const [, url = ''] = /(http:\S+)\/metrics/.exec(notes) ?? [];
  const ready = await fetch(`${url}/health/ready`);
  assert.deepEqual([ready.status, ((await ready.json()) as { status: string }).status], [200, 'ready']);
  assert.match(await (await fetch(`${url}/metrics`)).text(), /platform_health_status\{platform="embedded"/);
  serving.kill('SIGTERM');
  const [code] = await once(serving, 'close');
  assert.equal(code, 0);
  assert.equal(firstOf(jsonLines(output)).applied, 0);
});

test('should say so, and how to go on, when a broker refuses the connection', async () => {
  const kafka = { ...env, VCF_AGENT_PRIMARY: 'kafka', KAFKA_BROKERS: '127.0.0.1:1' };
  const doctor = await runCli(['doctor', '--json'], { env: kafka });
  assert.equal(doctor.code, 4);
  const check = jsonLines(doctor.stdout).find(({ name }) => name === 'kafka');
  assert.equal(check?.status, 'failed');
  assert.match(String(check?.detail), /PLATFORM_UNAVAILABLE/);
  const worker = startCli(['consume'], { env: kafka });
  let notes = '';
  while (!/note: kafka: .*tried again/.test(notes)) {
    const [chunk] = (await once(worker.stderr, 'data')) as [Buffer];
    notes += chunk.toString();
  }
  worker.kill('SIGTERM');
  const [code] = await once(worker, 'close');
  assert.equal(code, 0);
});
