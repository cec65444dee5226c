import { createReadStream, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Job } from '../../src/core/jobs.ts';
import { beginUpload, type ServedProcess, sendPiece, serveProcess, standsAt } from '../../test/support/served.ts';

const QUERY = '/api/v2/variants?limit=50';

/** A file over HTTP: killed half way, resumed, ingested; memory and the latency of queries meanwhile. */
export async function benchUpload(file: string): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'va-bench-upload-'));
  const { size } = statSync(file);
  const bytes = (start: number, end: number) =>
    Readable.toWeb(createReadStream(file, { start, end: end - 1 })) as ReadableStream<Uint8Array>;
  const first = await serveProcess(home);
  const begun = await beginUpload(first.url, basename(file), size);
  const half = size >> 1;
  console.log(`${basename(file)}, ${(size / 2 ** 20).toFixed(0)} MiB`);
  await sendPiece(begun, 0, bytes(0, half));
  console.log(`half is sent: peak ${first.peakMib().toFixed(0)} MiB; now it is killed`);
  await first.kill('SIGKILL');
  const served = await serveProcess(home);
  const idleMib = served.peakMib();
  const place = new URL(begun.pathname, served.url);
  const offset = await standsAt(place);
  const answer = await sendPiece(place, offset, bytes(offset, size));
  const { times, job } = await queriesMeanwhile(served, answer?.headers.get('x-job-id') ?? '');
  times.sort((a, b) => a - b);
  const at = (share: number) => `${times[Math.floor(share * (times.length - 1))]?.toFixed(1)} ms`;
  const seconds = (Date.parse(String(job.finishedAt)) - Date.parse(String(job.startedAt))) / 1000;
  console.log(`went on at ${offset} of ${size}; ${job.status}: ${JSON.stringify(job.result?.receipt)}`);
  console.log(
    `ingested in ${seconds.toFixed(1)} s; peak ${served.peakMib().toFixed(0)} MiB, idle ${idleMib.toFixed(0)} MiB`,
  );
  console.log(`${times.length} queries meanwhile: p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`);
  await served.kill('SIGTERM');
  await rm(home, { recursive: true, force: true });
}

async function queriesMeanwhile({ url }: ServedProcess, id: string): Promise<{ times: number[]; job: Job }> {
  const times: number[] = [];
  for (;;) {
    const begunMs = performance.now();
    const response = await fetch(`${url}${QUERY}`);
    await response.arrayBuffer();
    if (response.ok) times.push(performance.now() - begunMs);
    else await new Promise((resolve) => setTimeout(resolve, 1_000));
    const job = (await (await fetch(`${url}/api/v2/jobs/${id}`)).json()) as Job;
    if (job.finishedAt != null) return { times, job };
  }
}
