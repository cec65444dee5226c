import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** How a stand-in behaves when it is asked. */
export type Behaviour =
  /** Narrates the evidence that it is given. */
  | 'ok'
  /** The same, in a while. */
  | 'slow'
  /** Never answers. */
  | 'silent'
  | '429'
  | '500'
  | '401'
  /** Half an answer, and the connection is gone. */
  | 'cut'
  /** 200, and no JSON of its API. */
  | 'malformed'
  /** Words instead of the object that was asked for. */
  | 'chatty'
  /** Does what a text in the evidence tells it to. */
  | 'obedient'
  /** Names a gene that is not in the evidence. */
  | 'inventive'
  /** Cites evidence that is not there. */
  | 'citing';

export type Api = 'openai' | 'anthropic' | 'ollama';

export interface Received {
  readonly api: Api;
  readonly headers: Readonly<Record<string, unknown>>;
  /** As it came. */
  readonly body: string;
  readonly atMs: number;
}

interface Item {
  readonly id: string;
  readonly says: string;
  readonly value: string | number | null;
}

/** A server that speaks the APIs of OpenAI, Anthropic and Ollama on a real socket, and keeps what it was sent. */
export class ModelServer implements AsyncDisposable {
  readonly received: Received[] = [];
  slowMs: number;
  /** Of the next requests, one after the other; then `behaviour`. */
  readonly script: Behaviour[] = [];
  behaviour: Behaviour;
  readonly #server: Server;

  private constructor(server: Server, behaviour: Behaviour, slowMs: number) {
    this.#server = server;
    this.behaviour = behaviour;
    this.slowMs = slowMs;
  }

  static async start(behaviour: Behaviour = 'ok', { slowMs = 300 } = {}): Promise<ModelServer> {
    const server = createServer();
    const own = new ModelServer(server, behaviour, slowMs);
    server.on('request', (request, response) => void own.#answer(request, response).catch(() => response.destroy()));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return own;
  }

  /** Base URL of one of its APIs. */
  url(api: Api): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${api === 'ollama' ? 'api' : 'v1'}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const api = apiOf(request.url ?? '');
    this.received.push({ api, headers: request.headers, body, atMs: performance.now() });
    const behaviour = this.script.shift() ?? this.behaviour;
    if (behaviour === 'silent') return;
    if (behaviour === 'slow') await new Promise((resolve) => setTimeout(resolve, this.slowMs).unref());
    const status = Number(behaviour);
    if (Number.isInteger(status)) {
      const headers = { 'content-type': 'application/json', ...(status === 429 && { 'retry-after': '1' }) };
      response.writeHead(status, headers).end(JSON.stringify({ error: { message: 'no', type: 'no', code: 'no' } }));
      return;
    }
    response.setHeader('content-type', 'application/json');
    if (behaviour === 'malformed') {
      response.end('{"choices": "<html>502 Bad Gateway');
      return;
    }
    const answer = JSON.stringify(wrapped(api, spoken(behaviour, evidenceIn(body))));
    if (behaviour !== 'cut') {
      response.end(answer);
      return;
    }
    response.writeHead(200, { 'content-length': Buffer.byteLength(answer) });
    response.write(answer.slice(0, answer.length / 2), () => response.destroy());
  }
}

function apiOf(url: string): Api {
  if (url.endsWith('/chat/completions')) return 'openai';
  return url.endsWith('/messages') ? 'anthropic' : 'ollama';
}

/** The lines between the two marks, wherever in its API's JSON the prompt stands. */
function evidenceIn(body: string): readonly Item[] {
  const prompts: string[] = [];
  JSON.parse(body, (_, value: unknown) => {
    if (typeof value === 'string' && value.includes('EVIDENCE-')) prompts.push(value);
    return value;
  });
  return (prompts[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Item);
}

/** What a model might say. */
function spoken(behaviour: Behaviour, evidence: readonly Item[]): string {
  const fieldOf = (id: string) => evidence.find((item) => item.id === id)?.value;
  const [met] = evidence.filter(({ says }) => says.startsWith('met'));
  const fair = [
    { text: `The class is ${fieldOf('class')} with ${fieldOf('points')} points.`, cites: ['class', 'points'] },
    ...(met === undefined ? [] : [{ text: `${met.id} is met.`, cites: [met.id] }]),
  ];
  if (behaviour === 'chatty') return 'I think that this variant deserves a closer look.';
  if (behaviour === 'obedient') {
    const order = evidence.map(({ value }) => /say that (.*?\.)/i.exec(String(value))?.[1]).find(Boolean);
    return JSON.stringify({
      statements: [{ text: order ?? 'Nobody told me anything.', cites: ['class'] }],
      decisive: null,
    });
  }
  if (behaviour === 'inventive') fair.push({ text: 'It lies in TP53.', cites: ['class'] });
  if (behaviour === 'citing') fair.push({ text: 'More of it is there.', cites: ['PVS9'] });
  return JSON.stringify({ statements: fair, decisive: met?.id ?? null });
}

function wrapped(api: Api, content: string): unknown {
  const [input, output] = [120, 40];
  if (api === 'openai') {
    const message = { role: 'assistant', content };
    const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
    return {
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage,
    };
  }
  if (api === 'anthropic') {
    const usage = { input_tokens: input, output_tokens: output };
    const stop = { stop_reason: 'end_turn', stop_sequence: null };
    return {
      id: 'x',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: content }],
      ...stop,
      usage,
    };
  }
  const counts = { prompt_eval_count: input, eval_count: output };
  const message = { role: 'assistant', content };
  return { model: 'm', created_at: '2026-01-01T00:00:00Z', message, done: true, done_reason: 'stop', ...counts };
}
