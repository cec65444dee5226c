/**
 * What the coordinator costs a send: one envelope at a time, through the bare producer and through the coordinator over the
 * same platform, A B A B in one process. The embedded log is the platform (durable: every send is fsynced), once as it is
 * and once behind a producer that answers in the next turn, which leaves nothing but the coordinator.
 *
 *     node bench/coordinator/overhead.ts [--sends 2000] [--bytes 1000] [--rounds 5]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/app/clock.ts';
import { StreamingCoordinator } from '../../src/coordinator/coordinator.ts';
import { UndeliveredFolder } from '../../src/coordinator/dead-letters.ts';
import { FileFlightRecorder } from '../../src/coordinator/flight-recorder.ts';
import { CoordinatorOptions } from '../../src/coordinator/options.ts';
import type { Platform, PlatformProducer } from '../../src/core/ports.ts';
import { parseOptions } from '../../src/health/options.ts';
import { healthOptions } from '../../src/health/thresholds.ts';
import { EmbeddedPlatform } from '../../src/platforms/embedded/platform.ts';
import { machine, median } from '../measure.ts';

interface OverheadOptions {
  readonly sends: number;
  readonly bytes: number;
  readonly rounds: number;
}

const TOPIC = 'vcf-variants';

/** Sends one after another and gives the time of each, µs. */
async function time(producer: PlatformProducer, { sends, bytes }: OverheadOptions, round: number): Promise<number[]> {
  const tookUs: number[] = [];
  for (let count = 0; count < sends; count++) {
    const message = { key: 'chr1', id: `${round}-${count}`.padStart(64, '0'), body: new Uint8Array(bytes) };
    const begunMs = performance.now();
    await producer.send([message]);
    tookUs.push((performance.now() - begunMs) * 1000);
  }
  return tookUs;
}

/** The platform with a producer that answers in the next turn of the event loop. */
function instant(platform: EmbeddedPlatform): Platform {
  const send = () => new Promise<void>((resolve) => setImmediate(resolve));
  const producer = async () => ({ send, close: async () => undefined });
  return Object.assign(Object.create(platform) as Platform, { name: platform.name, producer });
}

async function compare(name: string, platform: Platform, folder: string, options: OverheadOptions): Promise<void> {
  const deadLetters = await UndeliveredFolder.open(join(folder, 'letters'), systemClock);
  await using recorder = new FileFlightRecorder({
    folder: join(folder, `${name}-flights`),
    maxBytes: 1 << 25,
    now: Date.now,
  });
  await using other = new EmbeddedPlatform(
    { directory: join(folder, `${name}-other`), partitions: 1, maxBytes: 1 << 28 },
    { clock: systemClock },
  );
  const fallback = Object.assign(Object.create(other) as Platform, { name: 'kafka' });
  await using coordinator = new StreamingCoordinator(
    { primary: platform, fallback },
    parseOptions('coordinator', CoordinatorOptions),
    healthOptions('production'),
    { clock: systemClock, random: Math.random, recorder, deadLetters },
  );
  const bare = await platform.producer(TOPIC);
  const carried = await coordinator.producer(TOPIC, { tenant: 'default' });
  await time(bare, options, -1);
  await time(carried, options, -2);
  const [without, withIt]: [number[], number[]] = [[], []];
  for (let round = 0; round < options.rounds; round++) {
    without.push(...(await time(bare, options, 2 * round)));
    withIt.push(...(await time(carried, options, 2 * round + 1)));
  }
  const show = (values: number[]) =>
    [0.5, 0.95, 0.99].map((share) => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!.toFixed(0));
  console.log(`${name}: p50, p95, p99 of a send in µs`);
  console.log(`  bare producer    ${show(without).join('  ')}`);
  console.log(`  coordinator      ${show(withIt).join('  ')}`);
  console.log(`  overhead (p50)   ${(median(withIt) - median(without)).toFixed(0)} µs; goal: under 200`);
}

/** Prints what the coordinator adds to a send at the median. */
export async function benchOverhead(options: OverheadOptions): Promise<void> {
  console.log(`coordinator overhead, ${options.sends} sends of ${options.bytes} bytes, ${machine()}`);
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-overhead-'));
  try {
    await using log = new EmbeddedPlatform(
      { directory: join(folder, 'log'), partitions: 1, maxBytes: 1 << 30 },
      { clock: systemClock },
    );
    await compare('instant', instant(log), folder, options);
    await compare('embedded', log, folder, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      sends: { type: 'string', default: '2000' },
      bytes: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '5' },
    },
  });
  await benchOverhead({ sends: Number(values.sends), bytes: Number(values.bytes), rounds: Number(values.rounds) });
}
