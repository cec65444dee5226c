import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../scripts/services/free-port.ts';
import { eventually } from './eventually.ts';
import { startCli } from './run-cli.ts';

test('should answer that it is not ready, and when to come back, when the machine is short of disk', async () => {
  const home = await mkdtemp(join(tmpdir(), 'va-shed-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/health`;
  // More than any disk has free, looked at ten times a second.
  const limits = {
    VCF_AGENT_SYSTEM_LIMITS_DISK_FREE_BYTES: String(1e15),
    VCF_AGENT_SYSTEM_LIMITS_SAMPLE_EVERY_MS: '100',
  };
  const worker = startCli(['consume', '--metrics-port', String(port)], { env: { VCF_AGENT_HOME: home, ...limits } });
  const ended = once(worker, 'close');
  try {
    await eventually(async () => {
      const { status, headers } = await fetch(`${url}/ready`);
      assert.equal(status, 503);
      assert.ok(Number(headers.get('retry-after')) > 1);
    });
    const system = await fetch(`${url}/system`);
    assert.equal(system.status, 503);
    const { shortages, status } = (await system.json()) as Record<string, unknown>;
    assert.deepEqual([status, shortages], ['shedding', ['disk']]);
    assert.equal((await fetch(`${url}/live`)).status, 200);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    assert.match(metrics, /^circuit_breaker_state\{breaker="system",state="OPEN"\} 1$/m);
    assert.match(metrics, /^circuit_breaker_state_changes_total\{breaker="system",from="CLOSED",to="OPEN"\} 1$/m);
  } finally {
    worker.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    await rm(home, { recursive: true, force: true });
  }
});
