import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, describe, test } from 'node:test';
import { aggregate } from '../../src/analysis/aggregator.ts';
import { type AnalysisSettings, analysisSettings } from '../../src/app/analysis-settings.ts';
import { App } from '../../src/app/app.ts';
import { findCandidates, requestsFor } from '../../src/app/candidates.ts';
import { systemClock } from '../../src/app/clock.ts';
import type { PlatformSettings } from '../../src/app/platforms.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type AttemptFailureKind, type Narrative, RULES_PROVIDER } from '../../src/core/narratives.ts';
import { EmbeddedPlatform } from '../../src/platforms/embedded/platform.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';
import { GENOTYPES, judgedVcf, ORDER, SAMPLES } from '../support/judged-vcf.ts';
import { type Api, type Behaviour, ModelServer } from '../support/model-server.ts';

const FILE = 'secret-family.vcf';
const VARIANTS = 30;
const KEYS = { openai: 'sk-openai-secret', anthropic: 'sk-anthropic-secret' };
const APIS = ['openai', 'anthropic', 'ollama'] as const;

let rig: TestApp;
let fileId: number;
let servers: Readonly<Record<Api, ModelServer>>;

before(async () => {
  rig = await openTestApp();
  const path = join(rig.folder, FILE);
  writeFileSync(path, judgedVcf(FILE, VARIANTS));
  const { receipt } = await rig.app.ingest(path, INGEST);
  fileId = receipt.fileId;
  const [openai, anthropic, ollama] = await Promise.all(APIS.map(() => ModelServer.start('ok', { slowMs: 150 })));
  servers = { openai: openai!, anthropic: anthropic!, ollama: ollama! };
});

after(async () => {
  await Promise.all(Object.values(servers).map((server) => server[Symbol.asyncDispose]()));
  await rig[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await rig.sql('delete from narrative_requests');
  await rig.sql('delete from provider_spending');
  await rig.sql('delete from egress');
  for (const server of Object.values(servers)) {
    server.received.length = 0;
    server.script.length = 0;
    server.behaviour = 'ok';
  }
});

/** As a user would set it, by variables. */
function settings(providers: readonly Api[], more: Readonly<Record<string, string>> = {}): AnalysisSettings {
  const each = providers.flatMap((api) => {
    const prefix = `VCF_AGENT_ANALYSIS_${api.toUpperCase()}`;
    const fast = { CONCURRENCY: '8', REQUESTS_PER_MINUTE: '100000', TIMEOUT_MS: '60000' };
    return Object.entries({ MODEL: 'm', BASE_URL: servers[api].url(api), ...fast }).map(([name, value]) => [
      `${prefix}_${name}`,
      value,
    ]);
  });
  const env = {
    HOME: rig.folder,
    OPENAI_API_KEY: KEYS.openai,
    ANTHROPIC_API_KEY: KEYS.anthropic,
    VCF_AGENT_ANALYSIS_PROVIDERS: providers.join(','),
    ...Object.fromEntries(each),
    ...more,
  };
  return analysisSettings(loadConfig({ env, cwd: rig.folder }));
}

async function narrate(
  own: AnalysisSettings,
  {
    providers = [],
    retry = false,
    variants = VARIANTS,
  }: { readonly providers?: readonly string[]; readonly retry?: boolean; readonly variants?: number } = {},
): Promise<readonly Narrative[]> {
  const files = (await rig.app.store.files('default')).filter((file) => file.fileId === fileId);
  const verdicts = await findCandidates(rig.app, files, { minPoints: 1, budget: variants });
  const requests = await requestsFor(rig.app, verdicts, own, { providers, retry });
  return await rig.app.analysing(own, (analysis) => analysis.ask(requests));
}

const requestsReceived = () => Object.values(servers).flatMap(({ received }) => received);
const by = (narratives: readonly Narrative[], name: string) => narratives.filter(({ provider }) => provider === name);
const count = async (table: string) => Number((await rig.sql(`select count(*) as n from ${table}`))[0]!.n);
const kindsIn = (narratives: readonly Narrative[]) =>
  new Set(narratives.flatMap(({ failures }) => failures.map(({ kind }) => kind)));

/** Nothing that the evidence does not say is shown, by whomever it was said. */
function assertNothingInvented(narratives: readonly Narrative[]): void {
  for (const { statements, subject } of narratives) {
    const ids = new Set(subject.evidence.map(({ id }) => id));
    for (const { text, cites } of statements) {
      assert.ok(!text.includes(ORDER) && !text.includes('TP53') && !/\bbenign\b/i.test(text), text);
      assert.ok(cites.length > 0 && cites.every((id) => ids.has(id)), cites.join());
    }
  }
}

test('should answer by the rules alone and touch no network when nothing is configured', async () => {
  const narratives = await narrate(settings([]));
  assert.equal(narratives.length, VARIANTS);
  assert.equal(by(narratives, RULES_PROVIDER).length, VARIANTS);
  assert.equal(requestsReceived().length, 0);
  assert.equal(await count('egress'), 0);
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Messages that were ever put on a topic of the embedded log. */
function messagesOn(topic: string): number {
  const [path] = globSync(join(rig.options.home, 'stores', '*', 'log', 'log.sqlite'));
  using log = new DatabaseSync(path!, { readOnly: true });
  return Number(log.prepare('select sum(next_offset) as n from partitions where topic = ?').get(topic)!.n);
}

test('should carry questions and answers over the platform when they are asked', async () => {
  const topics = ['ai-analysis-requests', 'ai-analysis-results'];
  const before = topics.map(messagesOn);
  await narrate(settings(['openai']), { variants: 4 });
  assert.deepEqual(
    topics.map(messagesOn),
    before.map((n) => n + 4),
  );
});

test('should put aside what is no question and no answer, and go on', async () => {
  const [directory] = globSync(join(rig.options.home, 'stores', '*', 'log'));
  const log = new EmbeddedPlatform({ directory: directory!, partitions: 4, maxBytes: 2 ** 26 }, { clock: systemClock });
  for (const topic of ['ai-analysis-requests', 'ai-analysis-results']) {
    const producer = await log.producer(topic);
    const bodies = ['no JSON', '{"version":1}', '{"version":1,"tenant":"nobody","requestId":"x"}'];
    await producer.send(
      bodies.map((text) => ({ key: text, id: sha256(topic + text), body: new TextEncoder().encode(text) })),
    );
  }
  await log.close();
  const narratives = await narrate(settings([]), { variants: 3 });
  assert.equal(narratives.length, 3);
  // A question of a tenant that there is not is one all the same, and asks nothing.
  const letters = globSync(join(rig.options.home, 'stores', '*', 'dead-letters', '*.envelope'));
  assert.equal(letters.length, 5);
});

test('should answer all the same, and say so, when no platform can be reached', async () => {
  const platforms: PlatformSettings = {
    environment: 'development',
    primary: 'kafka',
    kafka: { brokers: ['127.0.0.1:9'], connectTimeoutMs: 200, requestTimeoutMs: 200, sendTimeoutMs: 200 },
    coordinator: { maxRetries: 0, sendTimeoutMs: 300 },
  };
  await using app = await App.open({ ...rig.options, platforms });
  const own = settings(['openai']);
  const files = (await app.store.files('default')).filter((file) => file.fileId === fileId);
  const verdicts = await findCandidates(app, files, { minPoints: 1, budget: 2 });
  const requests = await requestsFor(app, verdicts, own, { providers: [] });
  const troubles: string[] = [];
  const narratives = await app.analysing(own, (analysis) => analysis.ask(requests), {
    onTrouble: ({ code }) => troubles.push(code),
  });
  assert.deepEqual(
    narratives.map(({ provider }) => provider),
    ['openai', 'openai'],
  );
  assert.deepEqual(troubles, ['DELIVERY_FAILED']);
});

test('should show what a model says, with what it cites, and keep how much it took', async () => {
  const narratives = await narrate(settings(['openai']), { variants: 3 });
  assert.deepEqual(
    narratives.map(({ provider, model, cached }) => [provider, model, cached]),
    Array(3).fill(['openai', 'm', false]),
  );
  assert.equal(narratives[0]!.statements[0]!.text, 'The class is Uncertain significance with 1 points.');
  assert.deepEqual(narratives[0]!.usage, { inputTokens: 120, outputTokens: 40, costMicroUsd: 0 });
  assert.deepEqual(await rig.app.store.narratives.spentToday('openai'), { requests: 3, tokens: 480, costMicroUsd: 0 });
});

const FAILOVERS: Readonly<Partial<Record<Behaviour, AttemptFailureKind>>> = {
  '429': 'rate limited',
  '500': 'server error',
  '401': 'refused',
  cut: 'cut off',
  malformed: 'malformed',
  silent: 'timeout',
};

/** Gives a provider up soon. */
const impatient = (...apis: readonly Api[]) =>
  Object.fromEntries(apis.map((api) => [`VCF_AGENT_ANALYSIS_${api.toUpperCase()}_TIMEOUT_MS`, '500']));

describe('failover over real sockets', () => {
  for (const api of APIS) {
    for (const [behaviour, kind] of Object.entries(FAILOVERS)) {
      test(`should have the next provider answer when ${api} answers with ${behaviour}`, async (t) => {
        const other = api === 'openai' ? 'anthropic' : 'openai';
        servers[api].behaviour = behaviour as Behaviour;
        const short = behaviour === 'silent' ? impatient(api) : {};
        const [narrative] = await narrate(settings([api, other], short), { variants: 1 });
        assert.equal(narrative!.provider, other);
        assert.deepEqual(
          narrative!.failures.map((failure) => [failure.provider, failure.kind]),
          [[api, kind]],
        );
        const [first] = servers[api].received;
        const [second] = servers[other].received;
        t.diagnostic(`${behaviour}: the next was asked ${(second!.atMs - first!.atMs).toFixed(1)} ms after the first`);
      });
    }
  }

  test('should ask another beside one that is slow when it is told to', async () => {
    servers.openai.behaviour = 'silent';
    const own = settings(['openai', 'anthropic'], { VCF_AGENT_ANALYSIS_HEDGE_AFTER_MS: '100' });
    const [narrative] = await narrate(own, { variants: 1 });
    assert.deepEqual([narrative!.provider, narrative!.failures], ['anthropic', []]);
  });
});

describe('an answer that does not keep to the evidence', () => {
  const rejected: Readonly<Partial<Record<Behaviour, RegExp>>> = {
    obedient: /another class/,
    inventive: /"TP53"/,
    citing: /"PVS9"/,
    chatty: /no JSON/,
  };
  for (const [behaviour, reason] of Object.entries(rejected)) {
    test(`should be thrown away, and the rules answer, when a model is ${behaviour}`, async () => {
      servers.openai.behaviour = behaviour as Behaviour;
      // The first carries an order to its reader.
      const [narrative] = await narrate(settings(['openai', 'anthropic']), { variants: 1 });
      assert.ok(narrative!.subject.evidence.some(({ value }) => String(value).includes(ORDER)));
      assert.equal(narrative!.provider, RULES_PROVIDER);
      const [failure] = narrative!.failures;
      assert.deepEqual([failure!.provider, failure!.kind], ['openai', 'rejected']);
      assert.match(failure!.reason, reason);
      assert.equal(servers.anthropic.received.length, 0);
      assertNothingInvented([narrative!]);
    });
  }
});

test('should lose nothing, double nothing and show nothing invented when everything goes wrong at once', async () => {
  const all: readonly Behaviour[] = [
    'ok',
    'slow',
    '429',
    '500',
    'cut',
    'malformed',
    'chatty',
    'obedient',
    'inventive',
    'citing',
    'silent',
  ];
  for (const [shift, api] of APIS.entries()) {
    servers[api].script.push(...Array.from({ length: 40 }, (_, i) => all[(i * 7 + shift) % all.length]!));
  }
  const own = settings(APIS, {
    ...impatient(...APIS),
    VCF_AGENT_ANALYSIS_STRATEGY: 'round-robin',
    VCF_AGENT_ANALYSIS_BREAKER_FAILURE_THRESHOLD: '10',
  });
  const narratives = await narrate(own);
  assert.equal(narratives.length, VARIANTS);
  assert.equal(new Set(narratives.map(({ requestId }) => requestId)).size, VARIANTS);
  assert.equal(await count('narratives'), VARIANTS);
  assertNothingInvented(narratives);
  assert.ok(kindsIn(narratives).has('rejected'));
  assertNothingConfidentialLeft();
});

test('should end by the rules, with every reason, when every provider fails', async () => {
  for (const server of Object.values(servers)) server.behaviour = '500';
  const narratives = await narrate(settings(APIS), { variants: 2 });
  assert.deepEqual(
    narratives.map(({ provider, failures }) => [provider, failures.length]),
    [
      [RULES_PROVIDER, 3],
      [RULES_PROVIDER, 3],
    ],
  );
  const again = await narrate(settings(APIS), { variants: 2 });
  assert.deepEqual(again, narratives);
  for (const server of Object.values(servers)) server.behaviour = 'ok';
  const retried = await narrate(settings(APIS), { variants: 2, retry: true });
  assert.deepEqual(
    retried.map(({ provider }) => provider),
    ['openai', 'openai'],
  );
  const shown = aggregate(await rig.app.store.narratives.narratives('default', { fileId }));
  assert.deepEqual(
    shown.map((one) => one.narratives.map(({ provider }) => provider)),
    [['openai'], ['openai']],
  );
});

test('should ask nobody again about what was answered, nor a model about what it has said of another file', async () => {
  await narrate(settings(['openai']), { variants: 2 });
  assert.equal(servers.openai.received.length, 2);
  await narrate(settings(['openai']), { variants: 2 });
  assert.equal(servers.openai.received.length, 2);
  const path = join(rig.folder, 'other.vcf');
  // The same variants, and another file: of two, neither names the file.
  writeFileSync(path, judgedVcf('x.vcf', 2));
  const { receipt } = await rig.app.ingest(path, INGEST);
  const own = settings(['openai']);
  const file = (await rig.app.store.files('default')).filter((one) => one.fileId === receipt.fileId);
  const verdicts = await findCandidates(rig.app, file, { minPoints: 1, budget: 5 });
  const requests = await requestsFor(rig.app, verdicts, own, { providers: [] });
  const narratives = await rig.app.analysing(own, (analysis) => analysis.ask(requests));
  assert.deepEqual(
    narratives.map(({ provider, cached }) => [provider, cached]),
    [
      ['openai', true],
      ['openai', true],
    ],
  );
  assert.equal(servers.openai.received.length, 2);
  await rig.app.deleteFile(receipt.fileId);
  assert.equal(await count(`narratives where request_id = '${requests[0]!.requestId}'`), 0);
});

test('should put together what several providers say of a variant, with where they agree and differ', async () => {
  servers.anthropic.behaviour = 'inventive';
  const narratives = await narrate(settings(APIS), { providers: APIS, variants: 1 });
  const [opinions, ...others] = aggregate(narratives);
  assert.equal(others.length, 0);
  assert.deepEqual(
    opinions!.narratives.map(({ asked, provider }) => [asked, provider]),
    [
      ['ollama', 'ollama'],
      ['openai', 'openai'],
      ['anthropic', RULES_PROVIDER],
    ],
  );
  assert.deepEqual(opinions!.agreed, ['class', 'points', 'PM2']);
  assert.deepEqual(opinions!.decisive, [{ id: 'PM2', by: ['ollama', 'openai'] }]);
  assert.deepEqual(opinions!.disputed, []);
});

test('should stop asking a provider whose budget for the day is used up', async () => {
  const own = settings(['openai', 'anthropic'], { VCF_AGENT_ANALYSIS_OPENAI_MAX_REQUESTS_PER_DAY: '2' });
  const narratives = await narrate(own, { variants: 5 });
  assert.deepEqual([by(narratives, 'openai').length, by(narratives, 'anthropic').length], [2, 3]);
  assert.equal(servers.openai.received.length, 2);
});

/** In what came in over the sockets, in whatever request. */
function assertNothingConfidentialLeft(): void {
  const received = requestsReceived();
  assert.ok(received.length > 0);
  const confidential = [...SAMPLES, ...GENOTYPES, FILE, FILE.replace('.vcf', ''), ...Object.values(KEYS), rig.folder];
  for (const { body } of received) {
    for (const name of confidential)
      assert.ok(!body.toLowerCase().includes(name.toLowerCase()), `${name} is in ${body}`);
  }
}

test('should send no sample name, file name, genotype or key in any body, and keep what was withheld', async () => {
  const narratives = await narrate(settings(APIS, { VCF_AGENT_ANALYSIS_STRATEGY: 'round-robin' }));
  assert.equal(requestsReceived().length, VARIANTS);
  assertNothingConfidentialLeft();
  // There was something to withhold.
  const evidence = JSON.stringify(narratives.map(({ subject }) => subject.evidence));
  for (const name of [SAMPLES[0], SAMPLES[1], FILE, GENOTYPES[0]]) assert.ok(evidence.includes(name), name);
  const withheld =
    await rig.sql(`select sum((withheld ->> 'sampleNames')::int) as samples, sum((withheld ->> 'fileNames')::int) as files,
    sum((withheld ->> 'genotypes')::int) as genotypes, count(distinct body_digest) as n from egress e join narrative_requests r using (request_id)`);
  assert.ok(
    Number(withheld[0]!.samples) >= 8 && Number(withheld[0]!.files) >= 4 && Number(withheld[0]!.genotypes) >= 8,
  );
  assert.equal(Number(withheld[0]!.n), VARIANTS);
});

test('should send this machine everything when it is trusted, and another what is allowed for it by name', async () => {
  await narrate(settings(['ollama'], { VCF_AGENT_ANALYSIS_LOOPBACK_IS_LOCAL: 'true' }), { variants: 5 });
  assert.ok(servers.ollama.received.some(({ body }) => body.includes(SAMPLES[0])));
  await narrate(settings(['openai'], { VCF_AGENT_ANALYSIS_EGRESS_ALLOW: 'openai:sampleNames' }), { variants: 5 });
  const bodies = servers.openai.received.map(({ body }) => body);
  assert.ok(bodies.some((body) => body.includes(SAMPLES[0])));
  assert.ok(bodies.every((body) => !body.includes('0/1')));
});
