import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { VcfAgentError } from '../../src/core/errors.ts';
import type { EgressEntry } from '../../src/core/narratives.ts';
import { EgressGuard, isLoopback } from '../../src/security/egress.ts';
import { EGRESS_KINDS, Redaction, WITHHELD } from '../../src/security/redaction.ts';

const NAMES = {
  sampleNames: ['NA12878', 'T', 'O"Brien 7', 'Frühling', '42'],
  fileNames: ['family-x.vcf.gz'],
  secrets: ['sk-key'],
};
const redaction = (kinds: readonly (typeof EGRESS_KINDS)[number][] = EGRESS_KINDS) => new Redaction(kinds, NAMES);

describe('Redaction', () => {
  const cases: readonly (readonly [text: string, redacted: string])[] = [
    ['seen in na12878 and NA12878_R1', `seen in ${WITHHELD} and ${WITHHELD}_R1`],
    ['T is there, TP53 is not it', `${WITHHELD} is there, TP53 is not it`],
    ['from /data/family-x.vcf.gz, or family-x.bam', `from /data/${WITHHELD}, or ${WITHHELD}.bam`],
    ['GT 0/1 and 1|0:35:12,20 and ./. here', `GT ${WITHHELD} and ${WITHHELD} and ${WITHHELD} here`],
    ['exon 3 of 12, AF 0.42, p.Arg42Gln', 'exon 3 of 12, AF 0.42, p.Arg42Gln'],
    ['sample 42 has it', `sample ${WITHHELD} has it`],
    ['the key is sk-key', `the key is ${WITHHELD}`],
  ];
  for (const [text, redacted] of cases) {
    test(`should give "${redacted}" for "${text}"`, () => assert.equal(redaction().text(text), redacted));
  }

  test('should leave what is allowed, and a secret never', () => {
    const free = redaction([]);
    assert.equal(free.text('NA12878 0/1 family-x.vcf.gz'), 'NA12878 0/1 family-x.vcf.gz');
    assert.equal(free.text('sk-key'), WITHHELD);
    assert.deepEqual(free.counts, {});
  });

  test('should count what it has taken out, by kind', () => {
    const own = redaction();
    own.text('NA12878, NA12878 0/1 in family-x.vcf.gz');
    assert.deepEqual(own.counts, { sampleNames: 2, fileNames: 1, genotypes: 1 });
  });

  test('should find a name in a request however often it is escaped, and none that is taken out', () => {
    const drawn = fc.record({ name: fc.string({ unit: 'binary', minLength: 4, maxLength: 12 }), around: fc.string() });
    fc.assert(
      fc.property(drawn, fc.boolean(), ({ name, around }, twice) => {
        fc.pre(
          name.trim() === name && !/[\\\u0000-\u001f]/.test(name) && !around.toLowerCase().includes(name.toLowerCase()),
        );
        const own = new Redaction(['sampleNames'], { sampleNames: [name], fileNames: [], secrets: [] });
        const line = JSON.stringify({ value: `${around} ${name}` });
        const body = JSON.stringify({ content: twice ? line : `${around} ${name}` });
        assert.equal(own.remainsIn(body, ''), 'sampleNames');
        const clean = JSON.stringify({ content: JSON.stringify({ value: own.text(`${around} ${name}`) }) });
        fc.pre(!WITHHELD.includes(name) && !clean.replaceAll(WITHHELD, '').toLowerCase().includes(name.toLowerCase()));
        assert.equal(own.remainsIn(clean, ''), undefined);
      }),
      { numRuns: 500 },
    );
  });

  test('should not take a word of every request for a sample that is called so', () => {
    const own = new Redaction(['sampleNames'], { sampleNames: ['evidence'], fileNames: [], secrets: [] });
    assert.equal(own.remainsIn('the evidence stands here', 'the evidence stands here'), undefined);
    assert.equal(own.remainsIn('the evidence of evidence', 'the evidence stands here'), 'sampleNames');
  });
});

describe('EgressGuard', () => {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    received.push(body);
    if (request.url === '/away') response.writeHead(307, { location: 'http://127.0.0.1:9/elsewhere' });
    response.end('{}');
  });
  let baseUrl: string;
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const logged: EgressEntry[] = [];
  const guardOf = (allow: readonly string[] = [], loopbackIsLocal = false) =>
    new EgressGuard({ allow, loopbackIsLocal }, { fetch, log: async (entry) => void logged.push(entry) });
  const sending = (guard: EgressGuard) => {
    const destination = { provider: 'openai', baseUrl };
    const own = guard.redaction(destination, NAMES);
    const context = { tenant: 't', fileId: 1, requestId: 'r', publicText: '', redaction: own };
    return { own, send: guard.fetch(destination, context) };
  };
  const isDenied = (error: unknown): boolean => error instanceof VcfAgentError && error.code === 'EGRESS_DENIED';

  test('should keep each request with its hash and what was withheld before it leaves', async () => {
    logged.length = 0;
    const { own, send } = sending(guardOf());
    const body = own.text('about NA12878');
    await send(`${baseUrl}/v1`, { method: 'POST', body });
    const digest = createHash('sha256').update(body).digest('hex');
    assert.deepEqual(logged, [
      {
        tenant: 't',
        fileId: 1,
        requestId: 'r',
        provider: 'openai',
        host: new URL(baseUrl).host,
        bodyDigest: digest,
        bodyBytes: body.length,
        withheld: { sampleNames: 1 },
      },
    ]);
    assert.equal(received.at(-1), body);
  });

  test('should send nothing that holds what must not leave, nor anything that could not be kept', async () => {
    const before = received.length;
    const { send } = sending(guardOf());
    for (const body of ['x NA12878', 'x 0/1', 'x family-x.vcf.gz', 'x sk-key', 'x \\"O\\\\\\"Brien 7']) {
      await assert.rejects(send(`${baseUrl}/v1`, { method: 'POST', body }), isDenied);
    }
    await assert.rejects(send(`${baseUrl}/v1?of=NA12878`, { method: 'POST', body: 'x' }), isDenied);
    await assert.rejects(send('http://127.0.0.1:9/v1', { method: 'POST', body: 'x' }), isDenied);
    await assert.rejects(send(`${baseUrl}/v1`, { method: 'POST', body: new Uint8Array(1) }), isDenied);
    const failing = new EgressGuard(
      { allow: [], loopbackIsLocal: false },
      { fetch, log: () => Promise.reject(new Error('full')) },
    );
    await assert.rejects(sending(failing).send(`${baseUrl}/v1`, { method: 'POST', body: 'x' }), /full/);
    assert.equal(received.length, before);
  });

  test('should follow nobody who sends it elsewhere', async () => {
    await assert.rejects(sending(guardOf()).send(`${baseUrl}/away`, { method: 'POST', body: 'x' }));
  });

  test('should let out by name what is allowed by name, for that provider alone', async () => {
    const guard = guardOf(['openai:sampleNames']);
    await sending(guard).send(`${baseUrl}/v1`, { method: 'POST', body: 'x NA12878' });
    await assert.rejects(sending(guard).send(`${baseUrl}/v1`, { method: 'POST', body: 'x 0/1' }), isDenied);
    assert.deepEqual(guard.withheldFrom({ provider: 'anthropic', baseUrl }), EGRESS_KINDS);
  });

  test('should trust this machine only when it is told to, and never with a secret', async () => {
    assert.deepEqual(guardOf().withheldFrom({ provider: 'ollama', baseUrl }), EGRESS_KINDS);
    const local = guardOf([], true);
    assert.deepEqual(local.withheldFrom({ provider: 'ollama', baseUrl }), []);
    assert.deepEqual(local.withheldFrom({ provider: 'ollama', baseUrl: 'http://10.0.0.1/api' }), EGRESS_KINDS);
    await sending(local).send(`${baseUrl}/v1`, { method: 'POST', body: 'x NA12878' });
    await assert.rejects(sending(local).send(`${baseUrl}/v1`, { method: 'POST', body: 'x sk-key' }), isDenied);
  });

  test('should refuse a setting that allows what there is not', () => {
    for (const allow of ['openai', ':genotypes', 'openai:everything', 'genotypes']) {
      assert.throws(
        () => guardOf([allow]),
        (error) => error instanceof VcfAgentError && error.code === 'CONFIG_INVALID',
      );
    }
  });

  test('should know what is this machine by its name alone', () => {
    for (const host of ['localhost', '127.0.0.1', '127.9.8.7', '[::1]']) assert.equal(isLoopback(host), true);
    for (const host of ['localhost.example', '127.0.0.1.example', '10.0.0.1', 'example.org']) {
      assert.equal(isLoopback(host), false);
    }
  });
});
