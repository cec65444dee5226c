import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { platformSections, platformSettings } from '../../src/app/platform-settings.ts';
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts';
import { VcfAgentError } from '../../src/core/errors.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'vcf-agent-settings-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const load = (env: Readonly<Record<string, string>> = {}): LoadedConfig =>
  loadConfig({ cwd, env: { HOME: cwd, ...env } });
const writeFile = (values: unknown): void => writeFileSync(join(cwd, 'vcf-agent.json'), JSON.stringify(values));
const settingsOf = (env: Readonly<Record<string, string>> = {}) =>
  Object.values(platformSections(load(env))).flatMap(({ settings }) => settings);
const settingOf = (name: string, env: Readonly<Record<string, string>> = {}) =>
  settingsOf(env).find((setting) => setting.name === name);

function invalid(env: Readonly<Record<string, string>>, pattern: RegExp): void {
  assert.throws(
    () => platformSettings(load(env)),
    (error) => error instanceof VcfAgentError && error.code === 'CONFIG_INVALID' && pattern.test(error.message),
  );
}

test('should carry over the embedded log alone, with nothing set, when nothing is configured', () => {
  const { primary, fallback, kafka, iggy, coordinator, health, system } = platformSettings(load());
  assert.deepEqual([primary, fallback], ['embedded', undefined]);
  assert.deepEqual([kafka, iggy, coordinator, health, system], [{}, {}, {}, {}, {}]);
});

test('should take options of platforms from variables, each as the type that it has', () => {
  const settings = platformSettings(
    load({
      VCF_AGENT_PRIMARY: 'iggy',
      VCF_AGENT_FALLBACK: 'kafka',
      VCF_AGENT_STRATEGY: 'ROUND_ROBIN',
      VCF_AGENT_COORDINATOR_DIRECT_FALLBACK: 'yes',
      VCF_AGENT_HEALTH_WEIGHTS_LATENCY: '0.5',
      VCF_AGENT_SYSTEM_LIMITS_DISK_FREE_BYTES: '1 GiB',
      KAFKA_BROKERS: 'a:9092, b:9093',
      KAFKA_TLS: 'true',
      KAFKA_TOPIC_CONFIG: 'retention.ms=-1,flush.messages=1',
      IGGY_PORT: '18090',
    }),
  );
  assert.deepEqual([settings.primary, settings.fallback], ['iggy', 'kafka']);
  assert.deepEqual(settings.coordinator, { strategy: 'ROUND_ROBIN', directFallback: true });
  assert.deepEqual(settings.health, { weights: { latency: 0.5 } });
  assert.deepEqual(settings.system, { limits: { diskFreeBytes: 2 ** 30 } });
  const topicConfig = { 'retention.ms': '-1', 'flush.messages': '1' };
  assert.deepEqual(settings.kafka, { brokers: ['a:9092', 'b:9093'], tls: {}, topicConfig });
  assert.deepEqual(settings.iggy, { port: 18_090 });
});

test('should take the same from the file, and let a variable win over it', () => {
  writeFile({
    platforms: { primary: 'kafka' },
    kafka: { brokers: ['file:1'], tls: {}, topicConfig: { 'retention.ms': '5' }, fetchBytes: '2 MiB' },
    health: { breaker: { openMs: 700 } },
  });
  const { primary, kafka, health } = platformSettings(load({ KAFKA_BROKERS: 'variable:1' }));
  assert.equal(primary, 'kafka');
  const topicConfig = { 'retention.ms': '5' };
  assert.deepEqual(kafka, { brokers: ['variable:1'], tls: {}, topicConfig, fetchBytes: 2 ** 21 });
  assert.deepEqual(health, { breaker: { openMs: 700 } });
});

test('should leave a group out when it is switched off', () => {
  assert.deepEqual(platformSettings(load({ KAFKA_TLS: 'false' })).kafka, {});
});

test('should say which setting is wrong, from where, and never show a secret', () => {
  invalid({ IGGY_PORT: '0' }, /iggy\.port from IGGY_PORT is 0: it must be 1 or more/);
  invalid({ KAFKA_BROKERS: 'nowhere' }, /kafka\.brokers from KAFKA_BROKERS/);
  invalid({ KAFKA_TLS: 'perhaps' }, /must be true or false/);
  invalid({ KAFKA_TOPIC_CONFIG: 'retention.ms' }, /name=value/);
  invalid({ VCF_AGENT_HEALTH_WEIGHTS_LATENCY: '-1' }, /must be 0 or more/);
  invalid({ VCF_AGENT_STRATEGY: 'FASTEST' }, /must be one of INTELLIGENT/);
  writeFile({ kafka: { broker: ['a:1'] } });
  invalid({}, /"kafka\.broker" is not a setting/);
  writeFile({ iggy: { password: 5 } });
  invalid({}, /iggy\.password from .* is \*\*\*/);
  writeFile({});
  const shown = JSON.stringify(settingsOf({ KAFKA_SASL_PASSWORD: 'one-s3cret', IGGY_TOKEN: 'two-s3cret' }));
  assert.doesNotMatch(shown, /s3cret/);
});

test('should show the defaults of the environment, and of a platform that is alone', () => {
  const production = { VCF_AGENT_ENV: 'production', VCF_AGENT_PRIMARY: 'kafka', VCF_AGENT_FALLBACK: 'embedded' };
  assert.equal(settingOf('health.thresholds.failoverScore', production)?.value, 0.8);
  assert.equal(settingOf('health.thresholds.failoverScore')?.value, 0.6);
  assert.equal(settingOf('coordinator.sendTimeoutMs', production)?.value, 5000);
  assert.equal(settingOf('coordinator.sendTimeoutMs', { VCF_AGENT_PRIMARY: 'kafka' })?.value, 30_000);
});

test('should name every variable once', () => {
  const variables = [...load().settings, ...settingsOf()].map(({ variable }) => variable);
  assert.deepEqual(variables.length, new Set(variables).size);
});
