/**
 * How long it takes to get away from a primary that hangs or dies, and back: a real Kafka broker as the primary, an embedded
 * log as the fallback, four senders, SIGSTOP and SIGKILL in turn. Time runs from the signal to the first envelope that the
 * fallback has acknowledged; back, from the broker answering again to the first that it has acknowledged.
 *
 *     node bench/coordinator/failover.ts [--flips 50]
 */
import { parseArgs } from 'node:util';
import { type Blow, type Flip, runFlips } from '../../test/coordinator/flip-rig.ts';
import { machine } from '../measure.ts';

function show(name: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(0);
  console.log(`  ${name.padEnd(28)} p50 ${at(0.5)}  p99 ${at(0.99)}  max ${sorted.at(-1)!.toFixed(0)} ms`);
}

/** Prints the times of as many flips, half of them hung, half killed. Throws when an acknowledged envelope is lost. */
export async function benchFailover(flips: number): Promise<void> {
  console.log(`failover from Kafka to the embedded log, ${flips} flips, ${machine()}`);
  const blows = Array.from({ length: flips }, (_, index): Blow => (index % 2 === 0 ? 'hung' : 'killed'));
  const report = await runFlips(blows, ({ blow, failoverMs, failbackMs }) =>
    console.log(`    ${blow.padEnd(7)} away ${failoverMs.toFixed(0)} ms, back ${failbackMs.toFixed(0)} ms`),
  );
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
  console.log(`  ${report.acknowledged} acknowledged, ${report.failed} refused, ${report.lost.length} lost`);
  if (report.lost.length > 0) throw new Error(`lost: ${report.lost.slice(0, 5).join(' ')}`);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { flips: { type: 'string', default: '50' } } });
  await benchFailover(Number(values.flips));
}
