/**
 * One variant, from its sender and back acknowledged: one envelope at a time through the bare client, through the platform's
 * producer and through the coordinator, over the same server, A B C A B C in one process. What the coordinator adds is taken
 * from each of its sends: the whole less what the platform took of it. Goals: it adds less than 0.2 ms at the median; Iggy
 * answers in less than 1 ms, Kafka in less than 10 ms. Iggy needs a server of yours.
 *
 *     node bench/coordinator/latency.ts [--only kafka] [--iggy-server /path/to/iggy-server] [--sends 10] [--rounds 200]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/app/clock.ts';
import { blockColumns } from '../../src/codec/content.ts';
import { encodeEnvelope } from '../../src/codec/envelope-codec.ts';
import { StreamingCoordinator } from '../../src/coordinator/coordinator.ts';
import { UndeliveredFolder } from '../../src/coordinator/dead-letters.ts';
import { FileFlightRecorder } from '../../src/coordinator/flight-recorder.ts';
import { CoordinatorOptions } from '../../src/coordinator/options.ts';
import type { Platform, PlatformName } from '../../src/core/ports.ts';
import { parseOptions } from '../../src/health/options.ts';
import { healthOptions } from '../../src/health/thresholds.ts';
import { EmbeddedPlatform } from '../../src/platforms/embedded/platform.ts';
import { changed } from '../../test/support/changed-platform.ts';
import { unitOf } from '../../test/support/envelope.ts';
import { machine, median } from '../measure.ts';
import { type Contender, embeddedLog, iggy, instant, kafka, type Send, TOPIC } from './contenders.ts';

export interface LatencyOptions {
  readonly sends: number;
  readonly rounds: number;
  readonly iggyServer?: string | undefined;
  /** Part of the name of those to run; left out: all that can be. */
  readonly only?: string | undefined;
}

const VARIANT = 'chr7 140753336 rs113488022 A T 50 PASS DP=88;AC=1;AF=0.5';
const COORDINATOR_GOAL_US = 200;
const GOALS_US: Partial<Record<PlatformName, number>> = { iggy: 1_000, kafka: 10_000 };

/** Sends one after another and gives the time of each, µs. */
async function time(send: Send, body: Uint8Array, sends: number, run: string): Promise<number[]> {
  const tookUs: number[] = [];
  for (let count = 0; count < sends; count++) {
    const id = Buffer.from(`${run} ${count}`).toString('hex').padStart(64, '0');
    const message = { key: 'chr7', id, body: body.slice() };
    const begunMs = performance.now();
    await send(message);
    tookUs.push((performance.now() - begunMs) * 1000);
  }
  return tookUs;
}

/** The platform, adding to `spent` what its producers take to send, ms. */
function timed(platform: Platform, spent: { ms: number }): Platform {
  const producer: Platform['producer'] = async (topic) => {
    const inner = await platform.producer(topic);
    return {
      send: async (messages, options) => {
        const begunMs = performance.now();
        try {
          await inner.send(messages, options);
        } finally {
          spent.ms += performance.now() - begunMs;
        }
      },
      close: () => inner.close(),
    };
  };
  return changed(platform, { producer });
}

/** A coordinator as shipped, flight recorder and all, with an embedded log to fall back to. */
async function coordinated(platform: Platform, folder: string) {
  const recorder = new FileFlightRecorder({ folder: join(folder, 'flights'), maxBytes: 1 << 25, now: Date.now });
  const log = { directory: join(folder, 'other'), partitions: 1, maxBytes: 1 << 28 };
  const other = new EmbeddedPlatform(log, { clock: systemClock });
  const name: PlatformName = platform.name === 'embedded' ? 'kafka' : 'embedded';
  const spent = { ms: 0 };
  const ownUs: number[] = [];
  const coordinator = new StreamingCoordinator(
    { primary: timed(platform, spent), fallback: changed(other, { name }) },
    parseOptions('coordinator', CoordinatorOptions),
    healthOptions('production'),
    {
      clock: systemClock,
      random: Math.random,
      recorder,
      deadLetters: await UndeliveredFolder.open(join(folder, 'letters'), systemClock),
    },
  );
  const producer = await coordinator.producer(TOPIC, { tenant: 'default' });
  return {
    /** What the coordinator took of each send so far, µs. */
    ownUs,
    send: async (message: Parameters<Send>[0]) => {
      spent.ms = 0;
      const begunMs = performance.now();
      await producer.send([message]);
      ownUs.push((performance.now() - begunMs - spent.ms) * 1000);
    },
    [Symbol.asyncDispose]: async () => {
      await coordinator.close();
      await recorder[Symbol.asyncDispose]();
      await other.close();
    },
  };
}

async function compare(contender: Contender, folder: string, { sends, rounds }: LatencyOptions): Promise<void> {
  const { name, durability, bareName, platform, bare } = contender;
  const { envelope } = unitOf([VARIANT]);
  const { body } = await encodeEnvelope(envelope, blockColumns(envelope.block), { compressionLevel: 1 });
  const producer = await platform.producer(TOPIC);
  await using carried = await coordinated(platform, join(folder, `${name}-coordinator`));
  const ways: Record<string, Send> = {
    [bareName]: bare,
    "the platform's producer": (message) => producer.send([message]),
    coordinator: carried.send,
  };
  const took = new Map<string, number[]>(Object.keys(ways).map((way) => [way, []]));
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    if (round === 1) carried.ownUs.length = 0;
    for (const [index, [way, send]] of Object.entries(ways).entries()) {
      const tookUs = await time(send, body, sends, `${index} ${round}`);
      if (round > 0) took.get(way)!.push(...tookUs);
    }
  }
  console.log(`${name}: p50, p95, p99 of ${sends * rounds} envelopes of one variant, ${body.length} bytes, µs`);
  console.log(`  acknowledged means: ${durability}`);
  for (const [way, tookUs] of took) console.log(`  ${way.padEnd(28)} ${show(tookUs)}`);
  const [bareUs, , coordinatorUs] = [...took.values()].map(median) as [number, number, number];
  console.log(
    `  of that the coordinator's    ${show(carried.ownUs)}   ${verdict(median(carried.ownUs), COORDINATOR_GOAL_US)}`,
  );
  console.log(
    `  in all, p50                  ${coordinatorUs.toFixed(0).padStart(6)}   ${verdict(coordinatorUs, GOALS_US[platform.name])}`,
  );
  console.log(`  more than the bare client    ${(coordinatorUs - bareUs).toFixed(0).padStart(6)}`);
}

function show(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.5, 0.95, 0.99].map((share) => sorted[Math.floor(sorted.length * share)]!.toFixed(0).padStart(6)).join('');
}

function verdict(valueUs: number, limitUs: number | undefined): string {
  return limitUs === undefined ? '' : `goal: p50 under ${limitUs}, ${valueUs < limitUs ? 'met' : 'MISSED'}`;
}

/** Prints, for each platform, the latency of a bare client and of the coordinator. */
export async function benchLatency(options: LatencyOptions): Promise<void> {
  console.log(`latency of one variant, ${machine()}`);
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-latency-'));
  const { iggyServer, only = '' } = options;
  const contenders: Record<string, (own: string) => Promise<Contender>> = {
    instant: (own) => instant(own),
    embedded: (own) => embeddedLog(own),
    kafka: () => kafka(),
    ...(iggyServer === undefined
      ? {}
      : {
          'iggy saved': (own) => iggy(iggyServer, own, 'saved'),
          'iggy fsync': (own) => iggy(iggyServer, own, 'fsync'),
        }),
  };
  try {
    for (const [name, open] of Object.entries(contenders)) {
      if (!name.includes(only)) continue;
      const own = mkdtempSync(join(folder, 'contender-'));
      await using contender = await open(own);
      await compare(contender, own, options);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (iggyServer === undefined) console.log('iggy: not measured; --iggy-server names a server of yours');
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      sends: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '200' },
      'iggy-server': { type: 'string' },
      only: { type: 'string' },
    },
  });
  const { sends, rounds, only } = values;
  await benchLatency({ sends: Number(sends), rounds: Number(rounds), only, iggyServer: values['iggy-server'] });
}
