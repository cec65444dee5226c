import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';
import { runCli } from './run-cli.ts';

const TRIO = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');

let rig: TestApp;
const run = (...args: string[]) => runCli(['graph', ...args], { env: { VCF_AGENT_HOME: rig.options.home } });

before(async () => {
  rig = await openTestApp();
  await rig.app.ingest(TRIO, INGEST);
});

after(() => rig[Symbol.asyncDispose]());

test('should bring the graph up to date and answer a named question as a table and as JSON', async () => {
  const table = await run('shared', 'child', 'mother', '--max-af', '0.001', '-n', '2');
  assert.equal(table.code, 0, table.stderr);
  const [head, , ...lines] = table.stdout.trimEnd().split('\n');
  assert.match(head!, /^variant +gene +consequence +impact/);
  assert.equal(lines.length, 2);
  assert.match(table.stderr, /there are more/);
  const json = await run('genes', '--samples', '3', '--impact', 'HIGH', '--json');
  const { columns, rows, truncated } = JSON.parse(json.stdout);
  assert.deepEqual(columns, ['gene', 'samples', 'variants', 'names']);
  assert.equal(truncated, false);
  assert.ok(rows.length > 0);
  for (const [, samples] of rows) assert.equal(samples, 3);
});

test('should name a variant in any way that get takes, and draw what is around it', async () => {
  const svg = await run('neighbours', 'chr17:43057062:T:TG', '-o', 'svg');
  assert.equal(svg.code, 0, svg.stderr);
  assert.match(svg.stdout, /^<svg .*BRCA1.*<\/svg>\n$/s);
  const table = await run('neighbours', 'BRCA1:p.Gln1756fs');
  assert.match(table.stdout, /^17:43057062:T:TG\n/);
  assert.match(table.stdout, /HasVariant +Sample +mother +0\/1/);
  const nobody = await run('neighbours', 'rs1');
  assert.deepEqual([nobody.code, nobody.stdout], [1, '']);
  assert.match(nobody.stderr, /error\[NOT_FOUND\]/);
});

test('should answer Cypher with values, and refuse what writes or is no statement', async () => {
  const statement = 'MATCH (:Gene {symbol: $gene})<-[:LocatedIn]-(v:Variant) RETURN count(*) AS n, $most AS most';
  const answer = await run(statement, '--set', 'gene=BRCA1', '--set', 'most=2.5', '--json');
  assert.equal(answer.code, 0, answer.stderr);
  const { columns, rows } = JSON.parse(answer.stdout);
  assert.deepEqual(columns, ['n', 'most']);
  assert.ok(rows[0][0] > 3 && rows[0][1] === 2.5);
  for (const refused of ["CREATE (:Gene {symbol: 'x'})", '', 'MATCH (x', "LOAD FROM '/etc/passwd' RETURN *"]) {
    const { code, stdout, stderr } = await run(refused);
    assert.deepEqual([code, stdout], [2, ''], refused);
    assert.match(stderr, /error\[USAGE\]/);
  }
});
