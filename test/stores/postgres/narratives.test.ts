import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AnalysisRequest, NarrativeStore, NewNarrative } from '../../../src/core/narratives.ts';
import { unitOf } from '../../support/envelope.ts';
import { describeStores, type TestStore } from '../../support/stores.ts';

const TENANT = 'default';
const SUBJECT = {
  variantKey: '1:100:A:T',
  gene: 'BRCA1',
  class: 'Likely pathogenic',
  points: 7,
  evidence: [{ id: 'class', text: 'the class', value: 'Likely pathogenic' }],
  digest: 'e'.repeat(64),
} as const;

function requestOf(number: number, fileId = 1): AnalysisRequest {
  const id = number.toString(16).padStart(64, '0');
  return {
    requestId: id,
    correlationId: id,
    fileId,
    variantId: BigInt(fileId) * 2n ** 32n + BigInt(number),
    asked: 'any',
    promptVersion: '1',
    subject: SUBJECT,
  };
}

function answerTo({ requestId }: AnalysisRequest, text = 'It is so.'): NewNarrative {
  return {
    requestId,
    provider: 'openai',
    model: 'm',
    statements: [{ text, cites: ['class'] }],
    decisive: 'class',
    failures: [],
    usage: { inputTokens: 10, outputTokens: 5, costMicroUsd: 2 ** 33 },
    cached: false,
    durationMs: 12,
  };
}

describeStores('narratives', (open) => {
  let t: TestStore;
  let narratives: NarrativeStore;

  before(async () => {
    t = await open();
    narratives = t.store.narratives;
    await t.store.apply([unitOf(['1 100 . A T 50 PASS .', '1 200 . A G 50 PASS .'])]);
  });
  after(() => t.close());

  test('should keep a request once and say that it is open when it is added twice', async () => {
    const request = requestOf(0);
    assert.deepEqual(await narratives.addRequests(TENANT, [request]), [request.requestId]);
    assert.deepEqual(await narratives.addRequests(TENANT, [request]), [request.requestId]);
    assert.deepEqual(await narratives.requests(TENANT, [request.requestId]), [{ ...request, answered: false }]);
  });

  test('should keep the first answer alone when several workers answer a request at once', async () => {
    const request = requestOf(0);
    const other = await t.open();
    const outbox = async () => Number((await t.sql(`select count(*) as n from outbox where kind = 'analysis'`))[0]!.n);
    const before = await outbox();
    const saved = await Promise.all([
      narratives.saveNarratives(TENANT, [answerTo(request, 'one')]),
      other.narratives.saveNarratives(TENANT, [answerTo(request, 'two')]),
      narratives.saveNarratives(TENANT, [answerTo(request, 'three')]),
    ]);
    await other.close();
    assert.equal(saved.flat().length, 1);
    const [kept, ...more] = await narratives.narratives(TENANT, { fileId: 1 });
    assert.equal(more.length, 0);
    assert.equal(kept!.statements[0]!.text, ['one', 'two', 'three'][saved.findIndex((ids) => ids.length === 1)]);
    assert.deepEqual(kept!.subject, SUBJECT);
    assert.deepEqual(kept!.usage, { inputTokens: 10, outputTokens: 5, costMicroUsd: 2 ** 33 });
    assert.equal(await outbox(), before + 1);
    assert.deepEqual(await narratives.addRequests(TENANT, [request]), []);
  });

  test('should find what a model said of the same evidence, and nothing for another model, prompt or tenant', async () => {
    const request = requestOf(1);
    const models = [
      { provider: 'anthropic', model: 'n' },
      { provider: 'openai', model: 'm' },
    ];
    const found = await narratives.cached(TENANT, request, models);
    assert.deepEqual([found?.provider, found?.model, found?.decisive], ['openai', 'm', 'class']);
    assert.equal(await narratives.cached(TENANT, request, models.slice(0, 1)), undefined);
    assert.equal(await narratives.cached(TENANT, { ...request, promptVersion: '2' }, models), undefined);
    assert.equal(await narratives.cached('nobody', request, models), undefined);
  });

  test('should book no more than the limits allow when many book at once', async () => {
    const limits = { requests: 5, tokens: 1000, costMicroUsd: null };
    const spending = { requests: 1, tokens: 100, costMicroUsd: 1 };
    const booked = await Promise.all(Array.from({ length: 12 }, () => narratives.reserve('p', spending, limits)));
    assert.equal(booked.filter(Boolean).length, 5);
    await narratives.settle('p', { requests: 0, tokens: -450, costMicroUsd: 10 });
    assert.deepEqual(await narratives.spentToday('p'), { requests: 5, tokens: 50, costMicroUsd: 15 });
    assert.equal(await narratives.reserve('q', spending, { ...limits, tokens: 99 }), false);
    assert.deepEqual(await narratives.spentToday('q'), { requests: 0, tokens: 0, costMicroUsd: 0 });
  });

  test('should keep nothing of a file that is gone, and what has left the machine all the same', async () => {
    const left = { tenant: TENANT, fileId: 1, requestId: 'r', provider: 'openai', host: 'api:443' };
    await narratives.logEgress({ ...left, bodyDigest: 'd', bodyBytes: 7, withheld: { sampleNames: 2 } });
    await t.store.deleteFile(TENANT, 1);
    for (const table of ['narratives', 'narrative_requests']) {
      assert.deepEqual(await t.sql(`select count(*) as n from ${table}`), [{ n: '0' }]);
    }
    assert.deepEqual(await narratives.addRequests(TENANT, [requestOf(0)]), []);
    assert.deepEqual(await narratives.saveNarratives(TENANT, [answerTo(requestOf(0))]), []);
    assert.deepEqual(await t.sql('select body_digest, withheld from egress'), [
      { body_digest: 'd', withheld: { sampleNames: 2 } },
    ]);
  });
});
