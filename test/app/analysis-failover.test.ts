import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { aggregate } from '../../src/analysis/aggregator.ts';
import { type AttemptFailureKind, type Narrative, RULES_PROVIDER } from '../../src/core/narratives.ts';
import { AnalysisRig, APIS, assertNothingInvented, VARIANTS } from '../support/analysis.ts';
import { ORDER } from '../support/judged-vcf.ts';
import type { Api, Behaviour } from '../support/model-server.ts';

let own: AnalysisRig;
before(async () => {
  own = await AnalysisRig.open();
});
beforeEach(() => own.reset());
after(() => own[Symbol.asyncDispose]());

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
        own.servers[api].behaviour = behaviour as Behaviour;
        const short = behaviour === 'silent' ? impatient(api) : {};
        const [narrative] = await own.narrate(own.settings([api, other], short), { variants: 1 });
        assert.equal(narrative!.provider, other);
        assert.deepEqual(
          narrative!.failures.map((failure) => [failure.provider, failure.kind]),
          [[api, kind]],
        );
        const [first] = own.servers[api].received;
        const [second] = own.servers[other].received;
        t.diagnostic(`${behaviour}: the next was asked ${(second!.atMs - first!.atMs).toFixed(1)} ms after the first`);
      });
    }
  }

  test('should ask another beside one that is slow when it is told to', async () => {
    own.servers.openai.behaviour = 'silent';
    const settings = own.settings(['openai', 'anthropic'], { VCF_AGENT_ANALYSIS_HEDGE_AFTER_MS: '100' });
    const [narrative] = await own.narrate(settings, { variants: 1 });
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
      own.servers.openai.behaviour = behaviour as Behaviour;
      // The first carries an order to its reader.
      const [narrative] = await own.narrate(own.settings(['openai', 'anthropic']), { variants: 1 });
      assert.ok(narrative!.subject.evidence.some(({ value }) => String(value).includes(ORDER)));
      assert.equal(narrative!.provider, RULES_PROVIDER);
      const [failure] = narrative!.failures;
      assert.deepEqual([failure!.provider, failure!.kind], ['openai', 'rejected']);
      assert.match(failure!.reason, reason);
      assert.equal(own.servers.anthropic.received.length, 0);
      assertNothingInvented([narrative!]);
    });
  }
});

const kindsIn = (narratives: readonly Narrative[]) =>
  new Set(narratives.flatMap(({ failures }) => failures.map(({ kind }) => kind)));

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
    own.servers[api].script.push(...Array.from({ length: 40 }, (_, i) => all[(i * 7 + shift) % all.length]!));
  }
  const settings = own.settings(APIS, {
    ...impatient(...APIS),
    VCF_AGENT_ANALYSIS_STRATEGY: 'round-robin',
    VCF_AGENT_ANALYSIS_BREAKER_FAILURE_THRESHOLD: '10',
  });
  const narratives = await own.narrate(settings);
  assert.equal(narratives.length, VARIANTS);
  assert.equal(new Set(narratives.map(({ requestId }) => requestId)).size, VARIANTS);
  assert.equal(await own.count('narratives'), VARIANTS);
  assertNothingInvented(narratives);
  assert.ok(kindsIn(narratives).has('rejected'));
  own.assertNothingConfidentialLeft();
});

test('should end by the rules, with every reason, when every provider fails', async () => {
  for (const server of Object.values(own.servers)) server.behaviour = '500';
  const narratives = await own.narrate(own.settings(APIS), { variants: 2 });
  assert.deepEqual(
    narratives.map(({ provider, failures }) => [provider, failures.length]),
    [
      [RULES_PROVIDER, 3],
      [RULES_PROVIDER, 3],
    ],
  );
  const again = await own.narrate(own.settings(APIS), { variants: 2 });
  assert.deepEqual(again, narratives);
  for (const server of Object.values(own.servers)) server.behaviour = 'ok';
  const retried = await own.narrate(own.settings(APIS), { variants: 2, retry: true });
  assert.deepEqual(
    retried.map(({ provider }) => provider),
    ['openai', 'openai'],
  );
  const shown = aggregate(await own.rig.app.store.narratives.narratives('default', { fileId: own.fileId }));
  assert.deepEqual(
    shown.map((one) => one.narratives.map(({ provider }) => provider)),
    [['openai'], ['openai']],
  );
});
