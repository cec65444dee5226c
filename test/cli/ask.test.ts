import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';
import { ModelServer } from '../support/model-server.ts';
import { jsonLines, runCli } from './run-cli.ts';

const TRIO = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');

type Json = Record<string, unknown>;

describe('vcf-agent ask', { timeout: 300_000 }, () => {
  let home: TestApp;
  let server: ModelServer;
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runCli(['ask', ...args], { env: { VCF_AGENT_HOME: home.options.home, ...env } });
  const model = (more: Readonly<Record<string, string>> = {}) => ({
    VCF_AGENT_ANALYSIS_PROVIDERS: 'openai',
    VCF_AGENT_ANALYSIS_OPENAI_MODEL: 'm1',
    VCF_AGENT_ANALYSIS_OPENAI_BASE_URL: server.url('openai'),
    OPENAI_API_KEY: 'sk-hidden-key',
    ...more,
  });

  before(async () => {
    home = await openTestApp();
    await home.app.ingest(TRIO, INGEST);
    server = await ModelServer.start();
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  });

  test('should show the plan, how it was read, and what comes out', async () => {
    const { code, stdout, stderr } = await run(['which pathogenic variants in CFTR does the child carry?', '--yes']);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^Plan\n {2}1\. query \{"filter":"gene=CFTR and clinsig~pathogenic and carrier=child","limit":20\}/,
    );
    assert.match(stdout, /pathogenic → clinsig~pathogenic/);
    assert.match(stdout, /chr7:117559590:ATCT:A +1 +CFTR/);
  });

  test('should answer as the query does that its plan names', async () => {
    const { stdout } = await run(['which pathogenic variants does the child carry?', '--yes', '--json']);
    const [plan, answer] = jsonLines(stdout) as [Json, Json];
    const [step] = plan.steps as { input: { filter: string } }[];
    const query = await runCli(['query', step!.input.filter, '--json'], { env: { VCF_AGENT_HOME: home.options.home } });
    const keys = (rows: readonly Json[]): readonly unknown[] => rows.map(({ key }) => key);
    assert.deepEqual(keys((answer.answer as { variants: Json[] }).variants), keys(jsonLines(query.stdout)));
    assert.equal(jsonLines(query.stdout).length, 6);
  });

  test('should tell those apart who have a variant once and twice', async () => {
    const counted = async (what: string): Promise<unknown> => {
      const { stdout } = await run([`how many ${what} pathogenic variants does the child have?`, '--yes', '--json']);
      return ((jsonLines(stdout)[1] as Json).answer as Json).count;
    };
    assert.deepEqual([await counted('homozygous'), await counted('heterozygous')], [1, 5]);
  });

  test('should list nobody who carries nothing', async () => {
    const { stdout } = await run(['who has pathogenic variants in CFTR?', '--yes', '--json']);
    const { variants } = (jsonLines(stdout)[1] as { answer: { variants: Json[] } }).answer;
    assert.ok(variants.length >= 2);
    for (const { count } of variants) assert.ok(Number(count) > 0);
  });

  test('should run nothing when only the plan is wanted, or when nobody is there to agree', async () => {
    const plan = await run(['who carries rs113993960?', '--plan', '--json']);
    assert.deepEqual(
      jsonLines(plan.stdout).map(({ type }) => type),
      ['plan'],
    );
    const { code, stderr } = await run(['who carries rs113993960?']);
    assert.equal(code, 2);
    assert.match(stderr, /add --yes/);
  });

  test('should say what it does not understand, with examples, and exit 2', async () => {
    const { code, stderr } = await run(['which purple variants does the child carry?', '--yes']);
    assert.equal(code, 2);
    assert.match(stderr, /error\[USAGE\].+purple.*who carries rs113993960/s);
    assert.equal(server.received.length, 0);
  });

  test("should run a model's plan only when it passes every check, and give it the question and the tools alone", async () => {
    server.says = JSON.stringify({
      steps: [{ tool: 'query', input: { filter: 'gene=CFTR and impact=HIGH', limit: 3 } }],
    });
    const question = 'purple things in CFTR';
    const { code, stdout, stderr } = await run([question, '--yes'], model());
    assert.equal(code, 0, stderr);
    assert.match(stdout, /proposed by openai, m1, checked here/);
    assert.match(stdout, /1\. query \{"filter":"gene=CFTR and impact=HIGH","limit":3\}/);
    const { body } = server.received[0]!;
    assert.ok(body.includes(question));
    assert.doesNotMatch(body, /child|mother|father|trio|sk-hidden-key|117559590/);
  });

  test('should refuse proposals that are no plan, or one that no person could type', async () => {
    for (const [says, why] of [
      ['{"steps": [{"tool": "delete", "input": {"file": "1"}}]}', /no tool delete/],
      [
        '{"steps": [{"tool": "query", "input": {"filter": "gene=BRCA1; drop table variants"}}]}',
        /cannot stand here|Expected|column/,
      ],
      ['{"steps": [{"tool": "query", "input": {"limit": 1000000}}]}', /query: limit/],
      ['{"steps": [{"tool": "query", "input": {"tenant": "other"}}]}', /query: /],
      ['{"steps": []}', /1 to 4 steps/],
      ['I would look into BRCA1.', /no JSON/],
      ['{"cannot": "no"}', /cannot answer/],
    ] as const) {
      server.says = says;
      const { code, stdout, stderr } = await run(['purple things', '--yes'], model());
      assert.equal(code, 2, says);
      assert.equal(stdout, '');
      assert.match(stderr, why, says);
    }
  });

  test('should keep a question here that names a sample, unless its name may leave', async () => {
    server.says = '{"cannot": "no"}';
    const before = server.received.length;
    const remote = model({ VCF_AGENT_ANALYSIS_LOOPBACK_IS_LOCAL: 'false' });
    const { code, stderr } = await run(['purple things of the child', '--yes'], remote);
    assert.equal(code, 2);
    assert.match(stderr, /openai was not asked: the question names a sample/);
    assert.equal(server.received.length, before);
    const allowed = { ...remote, VCF_AGENT_ANALYSIS_EGRESS_ALLOW: 'openai:sampleNames' };
    await run(['purple things of the child', '--yes'], allowed);
    assert.equal(server.received.length, before + 1);
    assert.match(server.received.at(-1)?.body ?? '', /of the child/);
  });

  test('should say so when a model fails, and log what left with its hash', async () => {
    server.behaviour = '500';
    const { code, stderr } = await run(['purple things', '--yes'], model());
    assert.equal(code, 2);
    assert.match(stderr, /openai: server error: HTTP 500/);
    const rows = await home.sql('select file_id, provider, body_digest from egress');
    assert.equal(rows.length, server.received.length);
    for (const row of rows) assert.match(String(row.body_digest), /^[0-9a-f]{64}$/);
  });
});
