import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { jsonLines, runCli } from './run-cli.ts';

const folder = join(import.meta.dirname, '..', '..', 'src', 'cli', 'commands');
const VERBS = readdirSync(folder).map((file) => file.replace('.ts', ''));

/** Verbs that a help lists. */
const listed = (help: string) =>
  [...help.matchAll(/^ {2}([a-z]+)(?: [[<].*)?(?: {2,}.*)?$/gm)].map((match) => match[1]);

test('should list every verb when none is named, and when help is asked for before one', async () => {
  for (const args of [[], ['--help'], ['--help', 'files']]) {
    const { stdout, stderr } = await runCli(args);
    const verbs = listed((stdout + stderr).split('Commands:')[1]?.split('Examples:')[0] ?? '');
    assert.deepEqual(verbs.filter((verb) => verb !== 'help').sort(), [...VERBS].sort(), args.join(' '));
  }
});

test('should find a verb behind options, beside words that are verbs too, and tell a near miss', async () => {
  const behind = await runCli(['--tenant', 'files', '--json', 'config']);
  assert.equal(behind.code, 0, behind.stderr);
  assert.equal(jsonLines(behind.stdout).find(({ name }) => name === 'tenant')?.value, 'files');
  const beside = await runCli(['validate', 'files']);
  assert.match(beside.stderr, /INPUT_NOT_FOUND/);
  const near = await runCli(['fils']);
  assert.equal(near.code, 2);
  assert.match(near.stderr, /Did you mean files/);
});
