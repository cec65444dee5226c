import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { platformSections } from '../../src/app/platform-settings.ts';
import { loadConfig } from '../../src/config/load.ts';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'compose');
const compose = readFileSync(join(folder, 'compose.yaml'), 'utf8');
const entries = readFileSync(join(folder, 'vcf-agent.env'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
const env = Object.fromEntries(entries);

test('should name only settings that there are, with values that they may have', () => {
  const loaded = loadConfig({ env, cwd: folder });
  const sections = Object.values(platformSections(loaded)).flatMap(({ settings }) => settings);
  const variables = new Set([...loaded.settings, ...sections].map(({ variable }) => variable));
  for (const [name] of entries) assert.ok(variables.has(name), name);
  assert.deepEqual([loaded.config.platforms.primary, loaded.config.platforms.fallback], ['iggy', 'kafka']);
});

test('should point at ports that the servers are published on, and let nobody else reach them', () => {
  const published = [...compose.matchAll(/"([0-9.]+):(\d+):\d+"/g)];
  assert.ok(published.length >= 4);
  for (const [text, address] of published) assert.equal(address, '127.0.0.1', text);
  const ports = new Set(published.map((match) => match[2]));
  const { port: database } = new URL(env.DATABASE_URL ?? '');
  for (const port of [env.IGGY_PORT, env.KAFKA_BROKERS?.split(':')[1], database]) assert.ok(ports.has(port), port);
});

test('should log in as the servers are set up when nobody has chosen passwords', () => {
  const defaultOf = (name: string) => new RegExp(`\\$\\{${name}:-([^}]+)\\}`).exec(compose)?.[1];
  assert.equal(env.IGGY_PASSWORD, defaultOf('IGGY_PASSWORD'));
  assert.equal(new URL(env.DATABASE_URL ?? '').password, defaultOf('POSTGRES_PASSWORD'));
});

test('should say which version of each image it takes', () => {
  const images = [...compose.matchAll(/^ +image: (\S+)$/gm)].map((match) => match[1]);
  assert.equal(images.length, 3);
  for (const image of images)
    assert.match(image ?? '', /^(apache\/iggy|apache\/kafka|postgres):\$\{[A-Z]+_VERSION:-[0-9.]+\}$/);
});
