import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Context } from '../../src/cli/context.ts';
import { reportError } from '../../src/cli/report-error.ts';
import { VcfAgentError } from '../../src/core/errors.ts';

test('should report what went wrong first when closing fails as well', (t) => {
  const written = t.mock.method(process.stderr, 'write', () => true);
  const first = new VcfAgentError('DISK_FULL', 'no space left');
  const closing = new SuppressedError(new Error('the log'), first);
  const exit = reportError(
    new SuppressedError(new Error('the route'), closing),
    new Context(new AbortController().signal, () => ({ json: true })),
  );
  assert.equal(exit, 4);
  const [line] = written.mock.calls[0]!.arguments;
  assert.equal(JSON.parse(String(line)).error.code, 'DISK_FULL');
});
