import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';
import { type CliResult, jsonLines, runCli } from './run-cli.ts';

let rig: TestApp;

// The app stays open: it holds the embedded server up between the commands.
before(async () => {
  rig = await openTestApp();
  await rig.app.ingest(join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz'), INGEST);
});

after(() => rig[Symbol.asyncDispose]());

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
  runCli(args, { env: { VCF_AGENT_HOME: join(rig.folder, 'home'), VCF_AGENT_EMBEDDINGS: 'none', ...env } });

test('should print what is similar as a table, and what each feature adds when asked', async () => {
  const { code, stdout } = await run(['similar', 'rs80357906', '-n', '2', '--explain']);
  assert.equal(code, 0);
  assert.match(stdout, /like chr17:43057062:T:TG {2}BRCA1 frameshift variant/);
  assert.match(stdout, /similarity +variant/);
  assert.match(stdout, /consequence +0\.220 +0\.22 +frameshift_variant +frameshift_variant/);
});

test('should print one JSON object a hit, for similar and for search', async () => {
  const similar = jsonLines(
    (await run(['similar', '17-43057062-T-TG', '-n', '3', '--filter', 'gene=BRCA1', '--json'])).stdout,
  );
  assert.equal(similar.length, 3);
  for (const hit of similar) assert.deepEqual([hit.subject, hit.gene], ['chr17:43057062:T:TG', 'BRCA1']);
  const found = jsonLines((await run(['search', 'CFTR', 'inframe', '-n', '2', '--json'])).stdout);
  assert.equal(found.length, 2);
  assert.deepEqual(found[0]?.by, ['words']);
});

test('should end with 1 when there is nothing, and with 2 when it is asked what cannot be', async () => {
  assert.equal((await run(['similar', 'rs0'])).code, 1);
  assert.equal((await run(['search', 'nosuchwordanywhere'])).code, 1);
  const carrier = await run(['similar', 'rs80357906', '--filter', 'carrier=child']);
  assert.equal(carrier.code, 2);
  assert.match(carrier.stderr, /OPTION_CONFLICT.*vectors cannot be filtered by carrier/s);
  assert.equal((await run(['rebuild', 'oracle'])).code, 2);
  assert.equal((await run(['rebuild', 'graph', '--texts'])).code, 2);
});

test('should look for words by their meaning on this machine when they name no variant', async () => {
  const { code, stdout, stderr } = await run(['similar', 'inherited heart disease', '-n', '2', '--json'], {
    VCF_AGENT_EMBEDDINGS: 'local',
  });
  assert.equal(code, 0, stderr);
  assert.ok(jsonLines(stdout).every(({ by }) => (by as string[]).join() === 'meaning'));
});

test('should make vectors anew, prove them, and drop them with their file', async () => {
  const [rebuilt] = jsonLines((await run(['rebuild', 'lancedb', '--json'])).stdout);
  assert.deepEqual([rebuilt?.projection, rebuilt?.variants], ['lancedb', 5303]);
  assert.match((await run(['prove'])).stdout, /proved.*lancedb holds the same/);
  assert.equal((await run(['delete', 'trio.vcf.gz', '--yes'])).code, 0);
  assert.equal((await run(['search', 'CFTR'])).code, 1);
});
