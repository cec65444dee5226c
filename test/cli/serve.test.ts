import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { SMALL_VCF } from '../support/api.ts';
import { firstOf, jsonLines, runCli, startCli } from './run-cli.ts';

let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'va-serve-'));
});
after(() => rm(home, { recursive: true, force: true }));

async function started(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = startCli(['--home', home, '--json', 'serve', '--port', '0', ...args], { env });
  const stderr = text(child.stderr);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, stderr, ...(JSON.parse(line) as { url: string; keyNeeded: boolean }) };
}

test('should finish what it was asked, let nobody in, and end with 0 when it is told to stop', async () => {
  const { child, stderr, url, keyNeeded } = await started([], { VCF_AGENT_LOG_LEVEL: 'info' });
  assert.equal(keyNeeded, false);
  const { port } = new URL(url);
  const sending = request({
    port,
    path: '/api/v2/files?name=late.vcf',
    method: 'POST',
    headers: { 'X-Request-Id': 'late' },
  });
  const answered = once(sending, 'response');
  sending.write(SMALL_VCF.slice(0, 200));
  while ((await fetch(`${url}/health/ready`)).status !== 200);
  child.kill('SIGTERM');
  // Whoever comes now is refused, or told to go elsewhere.
  for (let refused = false; !refused; ) {
    refused = await fetch(`${url}/health/live`).then(
      ({ status }) => status === 503,
      () => true,
    );
  }
  sending.end(SMALL_VCF.slice(200));
  const [response] = (await answered) as [{ statusCode?: number }];
  assert.ok([202, 503].includes(response.statusCode ?? 0), String(response.statusCode));
  assert.equal(response.statusCode, 202);
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0, await stderr);
  const lines = jsonLines(
    (await stderr)
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .join('\n'),
  );
  assert.ok(lines.some(({ event, requestId }) => event === 'api.request' && requestId === 'late'));
  assert.ok(lines.some(({ event, requestId }) => event === 'job.queued' && requestId === 'late'));
});

test('should go on with the job when it is started again', async () => {
  const { child, url } = await started([]);
  for (let status = ''; status !== 'succeeded'; ) {
    const { items } = (await (await fetch(`${url}/api/v2/jobs`)).json()) as {
      items: { status: string; requestId: string }[];
    };
    const [job] = items;
    assert.equal(job?.requestId, 'late');
    assert.notEqual(job.status, 'failed');
    status = job.status;
  }
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0);
});

test('should need a key outside of development, and take one that was made here', async () => {
  const made = await runCli(['--home', home, '--json', 'keys', 'create', 'reader']);
  const { key } = firstOf(jsonLines(made.stdout)) as { key: string };
  const { child, url, keyNeeded } = await started([], { VCF_AGENT_ENV: 'production' });
  assert.equal(keyNeeded, true);
  assert.equal((await fetch(`${url}/api/v2/files`)).status, 401);
  const files = await fetch(`${url}/api/v2/files`, { headers: { Authorization: `Bearer ${key}` } });
  assert.equal(((await files.json()) as { items: object[] }).items.length, 1);
  const taken = await runCli(['--home', home, 'serve', '--port', new URL(url).port]);
  assert.equal(taken.code, 4);
  assert.match(taken.stderr, /PORT_UNAVAILABLE/);
  child.kill('SIGTERM');
  await once(child, 'exit');
});
