import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PLANTED = fileURLToPath(new URL('./planted.ts', import.meta.url));

/** The test of the suite that has to see each bug. */
const CAUGHT_BY = {
  'order turned round': 'in the order of its key',
  'offset committed when polled': 'exactly what was not committed',
  'commit forgotten': 'continue after the last commit',
  'acknowledged before it is durable': 'acknowledged before when a poll does not wait',
  'limits ignored': 'keep to the limits of a poll',
  'every member has every partition': 'share the partitions when a second member joins',
  'lag of what was polled': 'count what is not committed as lag',
  'growth that nobody sees': 'use the new partitions',
};

function suite(bug: string, pattern: string): { readonly passed: boolean; readonly output: string } {
  const args = [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-reporter=tap',
    '--test-name-pattern',
    pattern,
  ];
  // Not the runner that this test runs in: the child reports for itself.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [...args, PLANTED], {
    env: { ...env, PLANTED: bug, CONFORMANCE_WITHIN_MS: bug === '' ? '20000' : '3000' },
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { passed: status === 0, output: stdout };
}

test('should pass when no bug is planted', () => {
  const pattern = Object.values(CAUGHT_BY).join('|');
  const { passed, output } = suite('', pattern);
  assert.ok(passed, output);
  assert.match(output, new RegExp(`^# pass ${Object.keys(CAUGHT_BY).length}$`, 'm'));
});

for (const [bug, pattern] of Object.entries(CAUGHT_BY)) {
  test(`should fail when this bug is planted: ${bug}`, () => {
    const { passed, output } = suite(bug, pattern);
    assert.ok(!passed, output);
    // A test ran and said no: the child did not merely break.
    assert.match(output, /^# fail [1-9]/m);
    assert.match(output, /AssertionError|ERR_ASSERTION/);
  });
}
