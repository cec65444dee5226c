import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { DEFAULT_PROFILE } from '../../src/analysis/acmg/profile.ts';
import { TOOLS } from '../../src/app/tools/registry.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';
import { runCli } from './run-cli.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const BIN = join(ROOT, 'bin', 'vcf-agent.js');

type Json = Record<string, unknown>;

describe('vcf-agent mcp', { timeout: 300_000 }, () => {
  let home: TestApp;
  let client: Client;
  const ask = async (name: string, input: Json = {}): Promise<Json> => {
    const answer = await client.callTool({ name, arguments: input });
    const [content] = answer.content as readonly { readonly type: string; readonly text: string }[];
    assert.equal(answer.isError ?? false, false, content?.text);
    assert.deepEqual(JSON.parse(content!.text), answer.structuredContent);
    return answer.structuredContent as Json;
  };
  const refused = async (name: string, input: Json): Promise<Json> => {
    const answer = await client.callTool({ name, arguments: input });
    assert.equal(answer.isError, true);
    return (answer.structuredContent as { error: Json }).error;
  };

  before(async () => {
    home = await openTestApp();
    await home.app.ingest(join(ROOT, 'data', 'trio.vcf.gz'), INGEST);
    const rules = { profile: DEFAULT_PROFILE, lossOfFunctionGenes: new Set(['CFTR']), clinvar: undefined };
    await home.app.judge(1, rules);
    client = new Client({ name: 'test', version: '1' });
    const env = { ...(process.env as Record<string, string>), VCF_AGENT_HOME: home.options.home };
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [BIN, 'mcp'], env }));
  });
  after(async () => {
    await client.close();
    await home[Symbol.asyncDispose]();
  });

  test('should list every tool as one that only reads, with bounds on every value', async () => {
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      TOOLS.map(({ name }) => name),
    );
    for (const { name, annotations, inputSchema } of tools) {
      assert.equal(annotations?.readOnlyHint, true, name);
      assert.equal(inputSchema.additionalProperties, false, name);
      for (const [key, schema] of Object.entries(inputSchema.properties ?? {}) as [string, Json][]) {
        const bound =
          schema.maxLength ?? schema.maximum ?? schema.maxItems ?? schema.anyOf ?? schema.type === 'boolean';
        assert.ok(bound, `${name}.${key} has a bound`);
      }
    }
  });

  test('should answer a query as the command line does', async () => {
    const filter = 'carrier=child and clinsig~pathogenic';
    const { variants } = await ask('query', { filter, info: true });
    const { stdout } = await runCli(['query', filter, '-o', 'json'], { env: { VCF_AGENT_HOME: home.options.home } });
    const rows = (JSON.parse(stdout) as Json[]).map(({ verdict: _, ...row }) => row);
    assert.deepEqual(variants, rows);
    assert.deepEqual(await ask('query', { filter, count: true }), { count: 6 });
  });

  test('should go on at the cursor, and say that there is more', async () => {
    const first = await ask('query', { limit: 2 });
    assert.match(String(first.note), /more/);
    const second = await ask('query', { limit: 2, cursor: first.cursor });
    const both = await ask('query', { limit: 4 });
    assert.deepEqual([...(first.variants as Json[]), ...(second.variants as Json[])], both.variants);
  });

  test('should show files, one variant, its carriers, and what a file holds', async () => {
    const { files } = await ask('files');
    assert.deepEqual((files as Json[])[0]?.sampleNames, ['child', 'mother', 'father']);
    const { variants } = await ask('get', { variant: 'rs113993959' });
    const [variant] = variants as Json[];
    assert.equal(variant?.gene, 'CFTR');
    assert.deepEqual(Object.keys(variant?.genotypes as Json), ['child', 'mother']);
    const carriers = (await ask('carriers', { variant: 'rs113993959' })).variants as Json[];
    assert.deepEqual(carriers[0]?.carriers, [
      { sample: 'child', genotype: '0/1' },
      { sample: 'mother', genotype: '0/1' },
    ]);
    const summary = await ask('summary', { file: 'trio.vcf.gz' });
    assert.equal((summary.sites as Json).records, 5303);
  });

  test('should give verdicts with their criteria, and reports, and say what they are for', async () => {
    const { verdicts, notice } = await ask('verdicts', { variant: 'rs113993959', criteria: true });
    assert.match(String(notice), /Research use only/);
    const [verdict = {}] = verdicts as Json[];
    assert.equal((verdict.criteria as Json[]).length, 28);
    assert.equal(verdict.counts, verdict.class);
    const [best] = (await ask('verdicts', { file: '1', limit: 1 })).verdicts as Json[];
    const report = await ask('report', { file: '1', top: 1 });
    assert.equal((report.variants as Json[])[0]?.points, best?.points);
    assert.match(String(report.notice), /Research use only/);
  });

  test('should answer mistakes with our codes', async () => {
    for (const [name, input, code] of [
      ['query', { filter: 'gnee=BRCA1' }, 'FILTER_SYNTAX'],
      ['query', { limit: 100_000 }, 'USAGE'],
      ['query', { filer: 'gene=BRCA1' }, 'USAGE'],
      ['query', { filter: 'a'.repeat(3000) }, 'USAGE'],
      ['get', {}, 'USAGE'],
      ['get', { variant: 'rs1' }, 'NOT_FOUND'],
      ['summary', { file: 'none.vcf' }, 'NOT_FOUND'],
      ['verdicts', { classes: ['Bad'] }, 'USAGE'],
    ] as const) {
      assert.equal((await refused(name, input)).code, code, `${name} ${JSON.stringify(input)}`);
    }
    await assert.rejects(client.callTool({ name: 'delete', arguments: {} }), /there is no tool delete/);
  });

  test('should keep standard output to the protocol, whatever is asked, and end when its input does', async () => {
    const child = spawn(process.execPath, [BIN, 'mcp', '--verbose'], {
      env: { ...process.env, VCF_AGENT_HOME: home.options.home },
    });
    const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
    const lines = [
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: hello },
      { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'query', arguments: { filter: '(' } } },
      { jsonrpc: '2.0', id: 3, method: 'nonsense' },
    ];
    child.stdin.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.split('\n').length > lines.length) child.stdin.end();
    });
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    const told = output.trim().split('\n');
    assert.deepEqual(told.map((line) => (JSON.parse(line) as { id: number }).id).sort(), [1, 2, 3]);
  });
});

describe('docs/mcp.md', () => {
  test('should list every tool with what it takes', () => {
    const page = readFileSync(join(ROOT, 'docs', 'mcp.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` \| (.+?) \| .+ \|$/gm)].map(([, name, input]) => [name, input]);
    assert.deepEqual(
      rows,
      TOOLS.map(({ name, input }) => {
        const { properties = {}, required = [] } = input as { properties?: Json; required?: readonly string[] };
        const keys = Object.keys(properties).map((key) => (required.includes(key) ? `**${key}**` : key));
        return [name, keys.join(', ') || '–'];
      }),
    );
  });
});
