import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { createRandom } from '../fuzz/random.ts';
import { judgedVcf } from '../support/judged-vcf.ts';
import { ModelServer } from '../support/model-server.ts';
import { eventually } from './eventually.ts';
import { jsonLines, runCli } from './run-cli.ts';

/** Not the launcher: a signal is to reach the program itself. */
const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const FILE = 'family.vcf';
const VARIANTS = 24;
const AT_ONCE = 2;

let folder: string;
let server: ModelServer;
let home: Record<string, string>;
let configured: Record<string, string>;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'va-analyze-'));
  server = await ModelServer.start('ok', { slowMs: 40 });
  home = { VCF_AGENT_HOME: join(folder, 'home') };
  configured = {
    ...home,
    VCF_AGENT_ANALYSIS_PROVIDERS: 'openai',
    VCF_AGENT_ANALYSIS_OPENAI_MODEL: 'm',
    VCF_AGENT_ANALYSIS_OPENAI_BASE_URL: server.url('openai'),
    VCF_AGENT_ANALYSIS_OPENAI_CONCURRENCY: String(AT_ONCE),
    VCF_AGENT_ANALYSIS_OPENAI_REQUESTS_PER_MINUTE: '100000',
    OPENAI_API_KEY: 'sk-secret',
  };
  await writeFile(join(folder, FILE), judgedVcf(FILE, VARIANTS));
  const { code, stderr } = await runCli(['ingest', join(folder, FILE), '--quiet'], { env: home });
  assert.equal(code, 0, stderr);
});

after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

beforeEach(() => {
  server.behaviour = 'ok';
  server.received.length = 0;
});

const run = async (env: Record<string, string>, ...args: readonly string[]) => {
  const { code, stdout, stderr } = await runCli(['analyze', ...args], { env });
  assert.equal(code, 0, stderr);
  return { stdout, stderr };
};

test('should tell what the rules say, with what it rests on, when nothing is configured', async () => {
  const { stdout } = await run(home, FILE, '--budget', '2');
  assert.match(stdout, /^17:1000:TACG:T {2}BRCA1 {2}Uncertain significance {2}\+1 points\n {2}rules\n/);
  assert.match(stdout, /PM2 is met, supporting: .* \[PM2\]/);
  assert.match(stdout, /2 variants: 0 narratives by models, 2 by the rules/);
  assert.match(stdout, /Research use only/);
  assert.equal(server.received.length, 0);
});

test('should show who says what, and what was thrown away and why', async () => {
  server.behaviour = 'inventive';
  const { stdout } = await run(configured, FILE, '--budget', '1', '--provider', 'openai');
  assert.match(stdout, /rules \(no provider was heard\)/);
  assert.match(stdout, /openai: its answer was rejected: "TP53" is not in the evidence that it cites/);
  assert.match(stdout, /1 answer rejected/);
  server.behaviour = 'ok';
  const again = await run(configured, FILE, '--budget', '1', '--provider', 'openai', '--retry', '--json');
  const [narratives, summary] = jsonLines(again.stdout);
  const [first] = narratives!.narratives as readonly Record<string, unknown>[];
  assert.deepEqual([first!.provider, summary!.byRules, summary!.rejected], ['openai', 0, 0]);
  assert.match(String(summary!.notice), /Research use only/);
});

test('should narrate what a filter finds, and say so when nothing is to be narrated', async () => {
  const { stdout } = await run(home, 'pos=1020 or pos=1030', '--json');
  assert.deepEqual(
    jsonLines(stdout)
      .slice(0, -1)
      .map(({ key }) => key),
    ['17:1020:TACG:T', '17:1030:TACG:T'],
  );
  const filtered = await run(home, FILE, '--filter', 'pos=1020', '--json');
  assert.deepEqual(
    jsonLines(filtered.stdout)
      .slice(0, -1)
      .map(({ key }) => key),
    ['17:1020:TACG:T'],
  );
  const none = await run(home, FILE, '--min-points', '6');
  assert.match(none.stderr, /No variant has 6 points or more/);
});

test('should log each request with its hash, and neither key nor name, when it is to log', async () => {
  const { stderr } = await run(
    { ...configured, VCF_AGENT_LOG_LEVEL: 'info' },
    FILE,
    '--budget',
    '1',
    '--provider',
    'openai',
  );
  const calls = stderr.split('\n').filter((line) => line.includes('"event":"egress"'));
  assert.equal(calls.length, server.received.length);
  for (const secret of ['sk-secret', 'PATIENT-ZERO-17']) assert.ok(!stderr.includes(secret));
});

test('should say what is missing or wrong when it cannot begin', async () => {
  const wrong: readonly (readonly [
    args: readonly string[],
    env: Record<string, string>,
    code: number,
    text: RegExp,
  ])[] = [
    [[], home, 2, /USAGE/],
    [['nosuch.vcf'], home, 1, /NOT_FOUND/],
    [['pos=='], home, 2, /FILTER_SYNTAX/],
    [[FILE, '--provider', 'openai'], home, 2, /openai is not configured/],
    [[FILE], { ...home, VCF_AGENT_ANALYSIS_PROVIDERS: 'openai' }, 2, /VCF_AGENT_ANALYSIS_OPENAI_MODEL/],
    [[FILE], { ...home, VCF_AGENT_ANALYSIS_PROVIDERS: 'nobody' }, 2, /CONFIG_INVALID/],
    [[FILE], { ...configured, VCF_AGENT_ANALYSIS_EGRESS_ALLOW: 'everything' }, 2, /egressAllow/],
  ];
  for (const [args, env, code, text] of wrong) {
    const result = await runCli(['analyze', ...args], { env });
    assert.deepEqual([result.code, text.test(result.stderr)], [code, true], `${args.join(' ')}: ${result.stderr}`);
  }
});

/** A process of the program, to be killed. */
function start(...args: readonly string[]): ChildProcess {
  const env = { ...process.env, ...configured };
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, 'analyze', ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** Resolves when a worker has joined the others. */
async function atWork({ stderr }: ChildProcess): Promise<void> {
  for await (const chunk of stderr!) if (String(chunk).includes('At work')) return;
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

/** Every request has one answer, of the model. */
function assertComplete(stdout: string): void {
  const variants = jsonLines(stdout).filter(({ type }) => type === 'narratives');
  assert.equal(variants.length, VARIANTS);
  const narratives = variants.flatMap((variant) => variant.narratives as readonly Record<string, unknown>[]);
  assert.deepEqual(new Set(narratives.map(({ provider }) => provider)), new Set(['openai']));
  assert.equal(new Set(narratives.map(({ requestId }) => requestId)).size, VARIANTS);
  assert.equal(narratives.length, VARIANTS);
}

const ROUNDS = 3;
/** Other words than those of the tests before: every round asks anew. */
const anew = (round: number) => ({ ...configured, VCF_AGENT_ANALYSIS_OPENAI_MODEL: `m${round}` });

test(`should lose nothing and double nothing when it is killed in the middle, ${ROUNDS} times`, async (t) => {
  const { below } = createRandom(Number(process.env.SEED ?? 20261123));
  server.behaviour = 'slow';
  configured = anew(1);
  let asked = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const goal = server.received.length + 1 + below(6);
    const child = start(FILE, '--budget', String(VARIANTS));
    await eventually(async () => assert.ok(server.received.length >= goal));
    await kill(child);
  }
  asked = server.received.length;
  const { stdout } = await run(configured, FILE, '--budget', String(VARIANTS), '--json');
  assertComplete(stdout);
  t.diagnostic(`${VARIANTS} requests, ${asked} asked by those that were killed, ${server.received.length} in all`);
});

test('should have another answer what a worker had taken when that worker is killed', async (t) => {
  server.behaviour = 'slow';
  configured = anew(2);
  const workers = [start('--worker'), start('--worker')];
  await Promise.all(workers.map(atWork));
  // Long enough that those who are killed have something in hand.
  server.slowMs = 500;
  const asking = run(configured, FILE, '--budget', String(VARIANTS), '--json');
  await eventually(async () => assert.ok(server.received.length >= 6));
  await Promise.all(workers.map(kill));
  const { stdout } = await asking;
  assertComplete(stdout);
  t.diagnostic(`${VARIANTS} requests, ${server.received.length} asked`);
});

test('should end in order and say what it has done when a worker is told to stop', async () => {
  configured = anew(3);
  const args = ['--disable-warning=ExperimentalWarning', CLI, 'analyze', '--worker', '--json'];
  const worker = spawn(process.execPath, args, {
    env: { ...process.env, ...configured },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, notes] = ['', ''];
  worker.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  worker.stderr.on('data', (chunk) => {
    notes += String(chunk);
  });
  await eventually(async () => assert.match(notes, /At work/));
  const closed = once(worker, 'close');
  worker.kill('SIGTERM');
  assert.deepEqual((await closed)[0], 0);
  assert.deepEqual(JSON.parse(stdout), { answered: 0, stored: 0 });
});
