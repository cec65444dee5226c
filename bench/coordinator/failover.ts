/**
 * How long it takes to get away from a primary that hangs or dies, and back: four senders, SIGSTOP and SIGKILL in turn. Time
 * runs from the signal to the first envelope of one variant that the fallback has acknowledged; back, from the primary answering again to
 * the first that it has acknowledged. Real servers: Kafka and an embedded log, or an Iggy server of yours and Kafka.
 *
 *     node bench/coordinator/failover.ts [--flips 50] [--iggy-server /path/to/iggy-server]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Value } from 'typebox/value';
import { IggyServer } from '../../scripts/services/iggy.ts';
import { startKafka } from '../../scripts/services/kafka.ts';
import { systemClock } from '../../src/app/clock.ts';
import { IggyOptions } from '../../src/platforms/iggy/options.ts';
import { IggyPlatform } from '../../src/platforms/iggy/platform.ts';
import { kafkaOptions } from '../../src/platforms/kafka/options.ts';
import { KafkaPlatform } from '../../src/platforms/kafka/platform.ts';
import {
  type Blow,
  FLIP_TOPIC,
  type Flip,
  type FlipReport,
  type FlipSetting,
  flipKafka,
  runFlips,
} from '../../test/coordinator/flip-rig.ts';
import { machine } from '../measure.ts';

type Blows = Pick<FlipSetting, 'blows' | 'onFlip'>;

/** Flips from an Iggy server to a Kafka broker. */
async function flipIggy(program: string, blows: Blows): Promise<FlipReport> {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-flips-'));
  const cluster = await startKafka();
  try {
    using server = await IggyServer.start(program, folder);
    const ports = { clock: systemClock, random: Math.random };
    const options = Value.Default(IggyOptions, { port: server.port, password: 'iggy' }) as IggyOptions;
    await using primary = new IggyPlatform(options, ports);
    await using fallback = new KafkaPlatform(kafkaOptions({ brokers: [...cluster.brokers] }), ports);
    for (const { topics } of [primary, fallback]) await topics.create({ name: FLIP_TOPIC, partitions: 4 });
    return await runFlips({ primary, fallback, victim: server, ...blows });
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function show(name: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(0);
  console.log(`  ${name.padEnd(28)} p50 ${at(0.5)}  p99 ${at(0.99)}  max ${sorted.at(-1)!.toFixed(0)} ms`);
}

/** Prints the times of as many flips, half of them hung, half killed. Throws when an acknowledged variant is lost. */
export async function benchFailover(options: {
  readonly flips: number;
  readonly iggyServer?: string | undefined;
}): Promise<void> {
  const { flips, iggyServer } = options;
  console.log(
    `failover ${iggyServer ? 'from Iggy to Kafka' : 'from Kafka to the embedded log'}, ${flips} flips, ${machine()}`,
  );
  const blows = Array.from({ length: flips }, (_, index): Blow => (index % 2 === 0 ? 'hung' : 'killed'));
  const onFlip = ({ blow, failoverMs, failbackMs }: Flip) =>
    console.log(`    ${blow.padEnd(7)} away ${failoverMs.toFixed(0)} ms, back ${failbackMs.toFixed(0)} ms`);
  const report = await (iggyServer ? flipIggy(iggyServer, { blows, onFlip }) : flipKafka({ blows, onFlip }));
  const of = (blow: Blow, time: (flip: Flip) => number) => report.flips.filter((flip) => flip.blow === blow).map(time);
  for (const blow of ['hung', 'killed'] as const) {
    show(
      `${blow}: failover`,
      of(blow, ({ failoverMs }) => failoverMs),
    );
    show(
      `${blow}: failback`,
      of(blow, ({ failbackMs }) => failbackMs),
    );
    show(
      `${blow}: slowest send`,
      of(blow, ({ slowestSendMs }) => slowestSendMs),
    );
  }
  const { sent, acknowledged, failed, lost } = report;
  console.log(`  of ${sent} single variants ${acknowledged} acknowledged, ${failed} refused, ${lost.length} lost`);
  const awayMs = report.flips.map(({ failoverMs }) => failoverMs).toSorted((a, b) => a - b);
  const p99Ms = awayMs[Math.ceil(awayMs.length * 0.99) - 1]!;
  console.log(`  goal: away in less than 1,000 ms (p99), ${p99Ms < 1000 ? 'met' : 'MISSED'}: ${p99Ms.toFixed(0)}`);
  console.log(`  goal: every variant answered, ${acknowledged + failed === sent ? 'met' : 'MISSED'}`);
  if (lost.length > 0) throw new Error(`lost: ${lost.slice(0, 5).join(' ')}`);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { flips: { type: 'string', default: '50' }, 'iggy-server': { type: 'string' } },
  });
  await benchFailover({ flips: Number(values.flips), iggyServer: values['iggy-server'] });
}
