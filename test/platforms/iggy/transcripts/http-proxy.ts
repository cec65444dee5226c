import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange } from './transcript.ts';

/** Passes requests on to a real server, and keeps a copy of everything. */
export async function recordingProxy(target: { host: string; port: number }, exchanges: Exchange[]): Promise<Server> {
  return listening(async (incoming, body) => {
    const { method = '', url = '' } = incoming;
    const headers = { ...incoming.headers, host: `${target.host}:${target.port}` };
    const outgoing = request({ ...target, method, path: url, headers });
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const text = (await bytesOf(response)).toString();
    const status = response.statusCode ?? 0;
    exchanges.push({ request: `${method} ${url}`, requestBody: body.toString(), status, reply: text });
    return { status, text };
  });
}

/** Gives back recorded answers in their order, and the requests that came for them. */
export async function replayServer(recorded: readonly Exchange[], requests: Exchange[]): Promise<Server> {
  let next = 0;
  return listening(async ({ method, url }, body) => {
    const { status = 500, reply } = recorded[next++] ?? { reply: 'nothing was recorded for this request' };
    requests.push({ request: `${method} ${url}`, requestBody: body.toString(), status, reply });
    return { status, text: reply };
  });
}

async function listening(
  answer: (request: IncomingMessage, body: Buffer) => Promise<{ status: number; text: string }>,
): Promise<Server> {
  const server = createServer(async (incoming, response) => {
    const { status, text } = await answer(incoming, await bytesOf(incoming));
    response.writeHead(status).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
