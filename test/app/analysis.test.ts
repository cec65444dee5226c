import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, test } from 'node:test';
import { aggregate } from '../../src/analysis/aggregator.ts';
import { App } from '../../src/app/app.ts';
import { systemClock } from '../../src/app/clock.ts';
import type { PlatformSettings } from '../../src/app/platforms.ts';
import { type Narrative, RULES_PROVIDER } from '../../src/core/narratives.ts';
import { EmbeddedPlatform } from '../../src/platforms/embedded/platform.ts';
import { AnalysisRig, APIS, VARIANTS } from '../support/analysis.ts';
import { INGEST } from '../support/app.ts';
import { judgedVcf } from '../support/judged-vcf.ts';

let own: AnalysisRig;
const by = (narratives: readonly Narrative[], name: string) => narratives.filter(({ provider }) => provider === name);
before(async () => {
  own = await AnalysisRig.open();
});
beforeEach(() => own.reset());
after(() => own[Symbol.asyncDispose]());

test('should answer by the rules alone and touch no network when nothing is configured', async () => {
  const narratives = await own.narrate(own.settings([]));
  assert.equal(narratives.length, VARIANTS);
  assert.equal(by(narratives, RULES_PROVIDER).length, VARIANTS);
  assert.equal(own.received.length, 0);
  assert.equal(await own.count('egress'), 0);
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Messages that were ever put on a topic of the embedded log. */
function messagesOn(topic: string): number {
  const [path] = globSync(join(own.rig.options.home, 'stores', '*', 'log', 'log.sqlite'));
  using log = new DatabaseSync(path!, { readOnly: true });
  return Number(log.prepare('select sum(next_offset) as n from partitions where topic = ?').get(topic)!.n);
}

test('should carry questions and answers over the platform when they are asked', async () => {
  const topics = ['ai-analysis-requests', 'ai-analysis-results'];
  const before = topics.map(messagesOn);
  await own.narrate(own.settings(['openai']), { variants: 4 });
  assert.deepEqual(
    topics.map(messagesOn),
    before.map((n) => n + 4),
  );
});

test('should put aside what is no question and no answer, and go on', async () => {
  const [directory] = globSync(join(own.rig.options.home, 'stores', '*', 'log'));
  const log = new EmbeddedPlatform({ directory: directory!, partitions: 4, maxBytes: 2 ** 26 }, { clock: systemClock });
  for (const topic of ['ai-analysis-requests', 'ai-analysis-results']) {
    const producer = await log.producer(topic);
    const bodies = ['no JSON', '{"version":1}', '{"version":1,"tenant":"nobody","requestId":"x"}'];
    await producer.send(
      bodies.map((text) => ({ key: text, id: sha256(topic + text), body: new TextEncoder().encode(text) })),
    );
  }
  await log.close();
  const narratives = await own.narrate(own.settings([]), { variants: 3 });
  assert.equal(narratives.length, 3);
  // A question of a tenant that there is not is one all the same, and asks nothing.
  const letters = globSync(join(own.rig.options.home, 'stores', '*', 'dead-letters', '*.envelope'));
  assert.equal(letters.length, 5);
});

/** A broker that nobody can reach, and little patience with it. */
const AWAY: PlatformSettings = {
  environment: 'development',
  primary: 'kafka',
  kafka: { brokers: ['127.0.0.1:9'], connectTimeoutMs: 200, requestTimeoutMs: 200, sendTimeoutMs: 200 },
  coordinator: { maxRetries: 0, sendTimeoutMs: 300 },
};

test('should carry them over the other platform when the first is away', async () => {
  const platforms: PlatformSettings = { ...AWAY, fallback: 'embedded', coordinator: { maxRetries: 3 } };
  await using app = await App.open({ ...own.rig.options, platforms });
  const settings = own.settings(['openai']);
  const before = messagesOn('ai-analysis-results');
  const requests = await own.requests(settings, { variants: 3 }, { app });
  const troubles: string[] = [];
  const narratives = await app.analysing(settings, (analysis) => analysis.ask(requests), {
    onTrouble: ({ code }) => troubles.push(code),
  });
  assert.deepEqual(
    narratives.map(({ provider }) => provider),
    ['openai', 'openai', 'openai'],
  );
  assert.equal(messagesOn('ai-analysis-results'), before + 3);
  assert.deepEqual(troubles, []);
});

test('should answer all the same, and say so, when no platform can be reached', async () => {
  await using app = await App.open({ ...own.rig.options, platforms: AWAY });
  const settings = own.settings(['openai']);
  const requests = await own.requests(settings, { variants: 2 }, { app });
  const troubles: string[] = [];
  const narratives = await app.analysing(settings, (analysis) => analysis.ask(requests), {
    onTrouble: ({ code }) => troubles.push(code),
  });
  assert.deepEqual(
    narratives.map(({ provider }) => provider),
    ['openai', 'openai'],
  );
  assert.deepEqual(troubles, ['DELIVERY_FAILED']);
});

test('should show what a model says, with what it cites, and keep how much it took', async () => {
  const narratives = await own.narrate(own.settings(['openai']), { variants: 3 });
  assert.deepEqual(
    narratives.map(({ provider, model, cached }) => [provider, model, cached]),
    Array(3).fill(['openai', 'm', false]),
  );
  assert.equal(narratives[0]!.statements[0]!.text, 'The class is Uncertain significance with 1 points.');
  assert.deepEqual(narratives[0]!.usage, { inputTokens: 120, outputTokens: 40, costMicroUsd: 0 });
  assert.deepEqual(await own.rig.app.store.narratives.spentToday('openai'), {
    requests: 3,
    tokens: 480,
    costMicroUsd: 0,
  });
});

test('should ask nobody again about what was answered, nor a model about what it has said of another file', async () => {
  await own.narrate(own.settings(['openai']), { variants: 2 });
  assert.equal(own.servers.openai.received.length, 2);
  await own.narrate(own.settings(['openai']), { variants: 2 });
  assert.equal(own.servers.openai.received.length, 2);
  const path = join(own.rig.folder, 'other.vcf');
  // The same variants, and another file: of two, neither names the file.
  writeFileSync(path, judgedVcf('x.vcf', 2));
  const { receipt } = await own.rig.app.ingest(path, INGEST);
  const settings = own.settings(['openai']);
  const requests = await own.requests(settings, {}, { fileId: receipt.fileId });
  const narratives = await own.rig.app.analysing(settings, (analysis) => analysis.ask(requests));
  assert.deepEqual(
    narratives.map(({ provider, cached }) => [provider, cached]),
    [
      ['openai', true],
      ['openai', true],
    ],
  );
  assert.equal(own.servers.openai.received.length, 2);
  await own.rig.app.deleteFile(receipt.fileId);
  assert.equal(await own.count(`narratives where request_id = '${requests[0]!.requestId}'`), 0);
});

test('should put together what several providers say of a variant, with where they agree and differ', async () => {
  own.servers.anthropic.behaviour = 'inventive';
  const narratives = await own.narrate(own.settings(APIS), { providers: APIS, variants: 1 });
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
  const settings = own.settings(['openai', 'anthropic'], { VCF_AGENT_ANALYSIS_OPENAI_MAX_REQUESTS_PER_DAY: '2' });
  const narratives = await own.narrate(settings, { variants: 5 });
  assert.deepEqual([by(narratives, 'openai').length, by(narratives, 'anthropic').length], [2, 3]);
  assert.equal(own.servers.openai.received.length, 2);
});
