/**
 * Records a transcript of a real server on this machine, whose root user is `iggy` with password `iggy` and which has no
 * stream named `transcript`:
 *
 *     node test/platforms/iggy/transcripts/record.ts legacy|vsr|http PORT
 *
 * The file lands in `data/`, named after the protocol and the version that the server tells of itself.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portOf, recordingProxy } from './http-proxy.ts';
import { binarySession, httpSession, protocolNamed, tcpTo } from './sessions.ts';
import { type Exchange, play, recording, type Transcript } from './transcript.ts';

const [name = '', port = ''] = process.argv.slice(2);
if (name !== 'legacy' && name !== 'vsr' && name !== 'http') throw new Error('which protocol? legacy, vsr or http');

let exchanges: Exchange[] = [];
const take = () => {
  const taken = exchanges;
  exchanges = [];
  return taken;
};
const kept = { push: (exchange: Exchange) => exchanges.push(exchange) } as unknown as Exchange[];

async function record(protocol: 'legacy' | 'vsr' | 'http'): Promise<Transcript['steps']> {
  if (protocol !== 'http') {
    const spoken = await protocolNamed(protocol);
    return play(() => binarySession(recording(tcpTo(Number(port)), kept), spoken), take);
  }
  const proxy = await recordingProxy({ host: '127.0.0.1', port: Number(port) }, kept);
  const steps = await play(() => httpSession(portOf(proxy)), take);
  proxy.close();
  return steps;
}

/** Tokens of a server that is long gone, and still: none goes into a file. */
function withoutTokens(text: string): string {
  return text.replaceAll(/(\\"token\\":\\")[^"\\]*/g, '$1jwt');
}

const steps = await record(name);
const stats = steps.find((step) => step.name === 'stats')?.outcome as { serverVersion: string };
const transcript: Transcript = { server: stats.serverVersion, protocol: name, steps };
const path = join(import.meta.dirname, 'data', `${name}-${stats.serverVersion}.json`);
writeFileSync(path, withoutTokens(`${JSON.stringify(transcript, null, 1)}\n`));
