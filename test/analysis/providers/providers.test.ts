import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { promptOf } from '../../../src/analysis/narration/prompt.ts';
import { anthropicProvider } from '../../../src/analysis/providers/anthropic.ts';
import { ollamaProvider } from '../../../src/analysis/providers/ollama.ts';
import { openaiProvider } from '../../../src/analysis/providers/openai.ts';
import { VcfAgentError } from '../../../src/core/errors.ts';
import { type Api, type Behaviour, ModelServer } from '../../support/model-server.ts';
import { STOP } from '../narration/subjects.ts';

const PROVIDERS = { openai: openaiProvider, anthropic: anthropicProvider, ollama: ollamaProvider };
const KEY = 'sk-a-key-that-is-secret';
const SETTINGS = {
  model: 'm',
  apiKey: KEY,
  priority: 1,
  weight: 1,
  concurrency: 1,
  requestsPerMinute: 60,
  timeoutMs: 1000,
  usdPerMillionInput: 0,
  usdPerMillionOutput: 0,
};

let server: ModelServer;
before(async () => {
  server = await ModelServer.start();
});
after(() => server[Symbol.asyncDispose]());

const ask = (api: Api, options: { readonly signal?: AbortSignal; readonly fetch?: typeof fetch } = {}) =>
  PROVIDERS[api]({ ...SETTINGS, baseUrl: server.url(api) }).narrate(promptOf(STOP), {
    maxOutputTokens: 500,
    fetch,
    ...options,
  });

const KINDS: Readonly<Partial<Record<Behaviour, string>>> = {
  '429': 'rate limited',
  '500': 'server error',
  '401': 'refused',
  cut: 'cut off',
  malformed: 'malformed',
};

for (const api of ['openai', 'anthropic', 'ollama'] as const) {
  describe(`the provider ${api}`, () => {
    test('should give the text and the tokens when it is answered, and ask once', async () => {
      server.behaviour = 'ok';
      server.received.length = 0;
      const answer = await ask(api);
      assert.equal(answer.ok, true);
      if (!answer.ok) return;
      assert.match(answer.text, /The class is Likely pathogenic/);
      assert.deepEqual([answer.inputTokens, answer.outputTokens], [120, 40]);
      assert.equal(server.received.length, 1);
      const [{ body, api: spoken } = { body: '', api: '' }] = server.received;
      assert.equal(spoken, api);
      assert.match(body, /500/);
      assert.ok(!body.includes(KEY));
    });

    for (const [behaviour, kind] of Object.entries(KINDS)) {
      test(`should say "${kind}" at once and try no second time when it is answered by ${behaviour}`, async () => {
        server.behaviour = behaviour as Behaviour;
        server.received.length = 0;
        const answer = await ask(api);
        assert.deepEqual([answer.ok, !answer.ok && answer.kind], [false, kind], JSON.stringify(answer));
        assert.equal(server.received.length, 1);
        assert.ok(!JSON.stringify(answer).includes(KEY));
        if (!answer.ok && behaviour === '429') assert.equal(answer.retryAfterMs, 1000);
      });
    }

    test('should say "unavailable" when nobody listens', async () => {
      const gone = await ModelServer.start();
      const baseUrl = gone.url(api);
      await gone[Symbol.asyncDispose]();
      const provider = PROVIDERS[api]({ ...SETTINGS, baseUrl });
      const answer = await provider.narrate(promptOf(STOP), { maxOutputTokens: 500, fetch });
      assert.deepEqual([answer.ok, !answer.ok && answer.kind], [false, 'unavailable'], JSON.stringify(answer));
    });

    test('should reject as its signal when it is given up', async () => {
      server.behaviour = 'silent';
      const stop = new AbortController();
      const answer = ask(api, { signal: stop.signal });
      const reason = new VcfAgentError('ABORTED', 'given up');
      setTimeout(() => stop.abort(reason), 50);
      await assert.rejects(answer, (error) => error === reason);
    });

    test('should reject with what the way out of here refuses', async () => {
      const refusal = new VcfAgentError('EGRESS_DENIED', 'no');
      await assert.rejects(ask(api, { fetch: () => Promise.reject(refusal) }), (error) => error === refusal);
    });
  });
}
