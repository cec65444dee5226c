import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { openEmbedder } from '../../../src/analysis/embeddings/text-embedder.ts';

let server: Server;
let url: string;
let requests: { path: string; authorization: string | undefined; body: { model: string; input: string[] } }[];
/** What the server answers to these texts: a status and a body. */
let answer: (texts: readonly string[], path: string) => { status: number; body: unknown };

before(async () => {
  server = createServer(async (request, response) => {
    const body = JSON.parse(await bodyOf(request));
    requests.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
    const { status, body: said } = answer([body.input].flat(), request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => server.close());

beforeEach(() => {
  requests = [];
  answer = (texts, path) => ({ status: 200, body: path.includes('/api/embed') ? ollama(texts) : openai(texts) });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const vectorOf = (text: string) => [text.length, 1, 2];
const ollama = (texts: readonly string[]) => ({
  model: 'm',
  embeddings: texts.map(vectorOf),
  total_duration: 1,
  load_duration: 1,
  prompt_eval_count: 1,
});
const openai = (texts: readonly string[]) => ({
  object: 'list',
  data: texts.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) })),
  model: 'm',
  usage: { prompt_tokens: 1, total_tokens: 1 },
});

const SETTINGS = {
  openai: () => ({ provider: 'openai', url: `${url}/v1`, apiKey: 'secret-key', model: 'm1' }) as const,
  ollama: () => ({ provider: 'ollama', url: `${url}/api`, model: 'm1' }) as const,
};

for (const name of ['openai', 'ollama'] as const) {
  test(`should ask ${name} for vectors of texts, and send nothing else`, async () => {
    const embedder = await openEmbedder(SETTINGS[name]());
    assert.deepEqual([embedder?.dimensions, embedder?.isRemote, embedder?.model], [3, true, `${name}:m1`]);
    const vectors = await embedder!.embed(['one', 'three']);
    assert.deepEqual(
      vectors.map((vector) => [...vector]),
      [vectorOf('one'), vectorOf('three')],
    );
    const { body, authorization } = requests.at(-1)!;
    assert.deepEqual([body.input, body.model], [['one', 'three'], 'm1']);
    assert.equal(authorization, name === 'openai' ? 'Bearer secret-key' : undefined);
    assert.ok(requests.every((request) => !JSON.stringify(request.body).includes('secret-key')));
  });

  for (const [what, status, body] of [
    ['refuses the key', 401, { error: { message: 'no' } }],
    ['answers with something else', 200, { hello: 'world' }],
    ['gives vectors without numbers', 200, undefined],
  ] as const) {
    test(`should reject with EMBEDDER_UNAVAILABLE when ${name} ${what}`, async () => {
      const empty = {
        embeddings: [[]],
        data: [{ object: 'embedding', index: 0, embedding: [] }],
        model: 'm',
        usage: { prompt_tokens: 1, total_tokens: 1 },
      };
      answer = () => ({ status, body: body ?? empty });
      await assert.rejects(openEmbedder(SETTINGS[name]()), { code: 'EMBEDDER_UNAVAILABLE' });
    });
  }

  test(`should reject when ${name} gives fewer vectors than texts`, async () => {
    const embedder = await openEmbedder(SETTINGS[name]());
    answer = (texts, path) => ({
      status: 200,
      body: path.includes('/api/embed') ? ollama(texts.slice(1)) : openai(texts.slice(1)),
    });
    await assert.rejects(embedder!.embed(['a', 'b']), { code: 'EMBEDDER_UNAVAILABLE' });
  });
}

test('should reject when nobody listens', async () => {
  const settings = { provider: 'ollama', url: 'http://127.0.0.1:9/api' } as const;
  await assert.rejects(openEmbedder(settings), { code: 'EMBEDDER_UNAVAILABLE' });
});

test('should embed on this machine, nearer what means the same', async () => {
  const embedder = await openEmbedder({ provider: 'local' });
  const [stop, loss, other] = await embedder!.embed([
    'BRCA1 stop gained, high impact, pathogenic, hereditary breast cancer',
    'breast cancer predisposition',
    'the weather in spring',
  ]);
  assert.equal(stop!.length, embedder!.dimensions);
  const cosine = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b));
  assert.ok(cosine(stop!, loss!) > cosine(stop!, other!) + 0.1);
});

test('should be nobody when there is to be none', async () => {
  assert.equal(await openEmbedder({ provider: 'none' }), undefined);
});
