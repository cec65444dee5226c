import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { analysisSection, analysisSettings } from '../../src/app/analysis-settings.ts';
import { loadConfig } from '../../src/config/load.ts';
import { VcfAgentError } from '../../src/core/errors.ts';

const load = (env: Readonly<Record<string, string>>) => loadConfig({ env: { HOME: '/nowhere', ...env }, cwd: '/' });

test('should be told of in docs/providers.md, and nothing else be, when a setting is there', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'providers.md'), 'utf8');
  const [, table = ''] = /\n## Settings\n([\s\S]*?)\n## /.exec(page) ?? [];
  const told = [...table.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
  const names = analysisSection(load({})).settings.map(({ name }) =>
    name
      .replace(/^analysis\./, '')
      .replace(/^(?:openai|anthropic|ollama)\./, 'NAME.')
      .replace(/^breaker\..*/, 'breaker.*'),
  );
  assert.deepEqual([...new Set(told)].sort(), [...new Set(names)].sort());
});

test('should use nobody whom it is not told to use, whatever keys lie in the environment', () => {
  const { providers } = analysisSettings(load({ OPENAI_API_KEY: 'sk-1', VCF_AGENT_ANALYSIS_OPENAI_MODEL: 'm' }));
  assert.deepEqual(providers, []);
});

test('should show no key, and give it to whoever needs it', () => {
  const env = { OPENAI_API_KEY: 'sk-1', VCF_AGENT_ANALYSIS_PROVIDERS: 'openai', VCF_AGENT_ANALYSIS_OPENAI_MODEL: 'm' };
  const loaded = load(env);
  assert.ok(!JSON.stringify(analysisSection(loaded).settings).includes('sk-1'));
  const [provider] = analysisSettings(loaded).providers;
  assert.deepEqual([provider!.name, provider!.model, provider!.apiKey], ['openai', 'm', 'sk-1']);
  assert.equal(provider!.timeoutMs, 30_000);
});

test('should refuse a provider that there is not, one without a model, and a limit that is none', () => {
  const openai = { VCF_AGENT_ANALYSIS_PROVIDERS: 'openai' };
  const wrong = [
    { VCF_AGENT_ANALYSIS_PROVIDERS: 'rules' },
    openai,
    { ...openai, VCF_AGENT_ANALYSIS_OPENAI_MODEL: 'm', VCF_AGENT_ANALYSIS_OPENAI_CONCURRENCY: '0' },
    { ...openai, VCF_AGENT_ANALYSIS_OPENAI_MODEL: 'm', VCF_AGENT_ANALYSIS_OPENAI_BASE_URL: 'file:///etc' },
    { VCF_AGENT_ANALYSIS_BREAKER_FAILURE_THRESHOLD: '1' },
  ];
  for (const env of wrong) {
    assert.throws(
      () => analysisSettings(load(env)),
      (error) => error instanceof VcfAgentError && error.code === 'CONFIG_INVALID',
      JSON.stringify(env),
    );
  }
});
