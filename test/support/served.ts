import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { startCli } from '../cli/run-cli.ts';

/** `vcf-agent serve` as a process of its own, which can be killed. */
export interface ServedProcess {
  readonly url: string;
  /** Peak memory so far, MiB; Linux only. */
  peakMib(): number;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export async function serveProcess(home: string, env: Readonly<Record<string, string>> = {}): Promise<ServedProcess> {
  const child = startCli(['--home', home, '--json', 'serve', '--port', '0'], { env });
  child.stderr.resume();
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  return {
    url,
    peakMib: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
    },
    kill: async (signal) => {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

/** Sends what it is given, from where the upload stands; undefined when the line broke. */
export async function sendPiece(
  place: URL,
  offset: number,
  body: ReadableStream<Uint8Array> | Uint8Array,
): Promise<Response | undefined> {
  const headers = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) };
  const init = { method: 'PATCH', headers, body, duplex: 'half' } as RequestInit;
  return await fetch(place, init).catch(() => undefined);
}

export async function beginUpload(url: string, name: string, length: number): Promise<URL> {
  const metadata = `filename ${Buffer.from(name).toString('base64')}`;
  const headers = { 'Upload-Length': String(length), 'Upload-Metadata': metadata };
  const begun = await fetch(`${url}/api/v2/uploads`, { method: 'POST', headers });
  return new URL(begun.headers.get('location') ?? '', url);
}

export async function standsAt(place: URL): Promise<number> {
  return Number((await fetch(place, { method: 'HEAD' })).headers.get('upload-offset'));
}
