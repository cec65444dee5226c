import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { hideSecret, type LoadOptions, loadConfig } from '../../src/config/load.ts';
import { VcfAgentError } from '../../src/core/errors.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'vcf-agent-config-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const load = (options: LoadOptions = {}) => loadConfig({ cwd, env: { HOME: cwd }, ...options });
const writeFile = (values: unknown): void => writeFileSync(join(cwd, 'vcf-agent.json'), JSON.stringify(values));

function origin(options: LoadOptions, name: string): string | undefined {
  return load(options).settings.find((setting) => setting.name === name)?.origin;
}

function invalid(options: LoadOptions, pattern: RegExp): void {
  assert.throws(
    () => load(options),
    (error) => error instanceof VcfAgentError && error.code === 'CONFIG_INVALID' && pattern.test(error.message),
  );
}

test('should use the documented defaults when nothing is set', () => {
  const { config, environment, file } = load();
  assert.equal(environment, 'development');
  assert.equal(file, undefined);
  assert.equal(config.batchSize, 1000);
  assert.equal(config.maxInFlightVariants, 10_000);
  assert.equal(config.logMaxBytes, 1024 ** 3);
  assert.equal(config.databaseUrl, undefined);
});

test('should put the home in the XDG data folder when it is given, and ignore a relative one', () => {
  const home = (env: Record<string, string>): string => load({ env: { HOME: '/home/x', ...env } }).config.home;
  if (process.platform === 'win32') return;
  assert.equal(home({}), '/home/x/.local/share/vcf-agent');
  assert.equal(home({ XDG_DATA_HOME: '/data' }), '/data/vcf-agent');
  assert.equal(home({ XDG_DATA_HOME: 'data' }), '/home/x/.local/share/vcf-agent');
  assert.equal(home({ VCF_AGENT_HOME: '/srv/v' }), '/srv/v');
});

test('should let flags win over variables over the file over the preset over defaults', () => {
  const env: Record<string, string> = { HOME: cwd, VCF_AGENT_ENV: 'production' };
  assert.equal(origin({ env }, 'logMaxBytes'), 'production preset');
  writeFile({ logMaxBytes: '2 GiB', limits: { lineBytes: 5000 } });
  assert.equal(load({ env }).config.logMaxBytes, 2 * 1024 ** 3);
  assert.equal(load({ env }).config.limits.lineBytes, 5000);
  assert.equal(origin({ env }, 'logMaxBytes'), join(cwd, 'vcf-agent.json'));
  env.VCF_AGENT_LOG_MAX_BYTES = '3000000';
  assert.equal(load({ env }).config.logMaxBytes, 3_000_000);
  assert.equal(load({ env, flags: { logMaxBytes: 4_000_000 } }).config.logMaxBytes, 4_000_000);
  assert.equal(origin({ env, flags: { logMaxBytes: 4_000_000 } }, 'logMaxBytes'), 'flag');
});

test('should read the file that VCF_AGENT_CONFIG names', () => {
  writeFileSync(join(cwd, 'other.json'), '{"batchSize": 7}');
  assert.equal(load({ env: { HOME: cwd, VCF_AGENT_CONFIG: 'other.json' } }).config.batchSize, 7);
  invalid({ env: { HOME: cwd, VCF_AGENT_CONFIG: 'absent.json' } }, /absent\.json/);
});

test('should name the setting and its origin when a value is wrong', () => {
  invalid({ env: { VCF_AGENT_BATCH_SIZE: 'many' } }, /batchSize from VCF_AGENT_BATCH_SIZE is "many"/);
  invalid({ env: { VCF_AGENT_BATCH_SIZE: '0' } }, /batchSize .*must be 1 or more/);
  invalid({ env: { VCF_AGENT_BATCH_SIZE: '100001' } }, /must be 100000 or less/);
  invalid({ env: { VCF_AGENT_TENANT: '-x' } }, /tenant .*must match/);
  invalid({ env: { VCF_AGENT_LOG_LEVEL: 'loud' } }, /silent, error, warn/);
  invalid({ env: { VCF_AGENT_ENV: 'prod' } }, /development, staging, production/);
  writeFile({ batchsize: 3 });
  invalid({}, /"batchsize" is not a setting/);
  writeFileSync(join(cwd, 'vcf-agent.json'), '{');
  invalid({}, /vcf-agent\.json/);
});

test('should never print a password', () => {
  const loaded = load({ env: { HOME: cwd, DATABASE_URL: 'postgres://me:s3cret@host/db' } });
  assert.equal(loaded.config.databaseUrl, 'postgres://me:s3cret@host/db');
  assert.doesNotMatch(JSON.stringify(loaded.settings), /s3cret/);
  invalid({ env: { DATABASE_URL: 'mysql://me:s3cret@host/db' } }, /^(?!.*s3cret)/);
  assert.equal(hideSecret('postgres://me:p@ss:word@host/db'), 'postgres://me:***@host/db');
  assert.equal(
    hideSecret('postgres://host/db?user=me&password=s3cret&x=1'),
    'postgres://host/db?user=me&password=***&x=1',
  );
  assert.equal(hideSecret('postgres://host/db'), 'postgres://host/db');
});
