/**
 * What a projection takes in, by name: a file is stored once (timed too), then each projection is made anew from it, round by
 * round. Medians of variants/s from the first entry to the last watermark, and of what settling takes after it. The goal:
 * 50,000 variants/s, floor 20,000. Then `similar` over many variants: milliseconds, the median and the 95th of a hundred.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { App } from '../../src/app/app.ts';
import { systemClock } from '../../src/app/clock.ts';
import { OPENERS } from '../../src/app/projection-openers.ts';
import type { ProjectionOpeners } from '../../src/app/projections.ts';
import { follow } from '../../src/consume/projector.ts';
import type { Filter } from '../../src/core/filter.ts';
import type { Projection, ProjectionName } from '../../src/core/projection.ts';
import { machine, median } from '../measure.ts';

export interface ProjectionsBenchOptions {
  /** An annotated file. */
  readonly file: string;
  readonly rounds: number;
  readonly names: readonly ProjectionName[];
}

const OPTIONS = {
  tenant: 'default',
  compressionLevel: 1,
  maxInFlightVariants: 10_000,
  logMaxBytes: 2 ** 30,
  lineBytes: 2 ** 25,
};
const INGEST = { batchSize: 1000, split: 'bcftools', resume: true } as const;
const QUESTIONS = 100;

export async function benchProjections({ file, rounds, names }: ProjectionsBenchOptions): Promise<void> {
  console.log(`projections of ${basename(file)}, ${machine()}`);
  await withStored(file, async (app, folder) => {
    for (const name of names) {
      const rates: number[] = [];
      const settling: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const place = join(folder, `${name}-${round}`);
        const { applied, settled } = await fromNothing(app, name, place);
        rates.push(applied);
        settling.push(settled);
        rmSync(place, { recursive: true, force: true });
      }
      const rate = Math.round(median(rates)).toLocaleString('en');
      console.log(`${name}: ${rate} variants/s, then settled in ${median(settling).toFixed(1)} s`);
    }
  });
}

/** `similar` through the very call that the command line makes, on one open program. */
export async function benchSimilar(file: string): Promise<void> {
  console.log(`similar over ${basename(file)}, ${machine()}`);
  await withStored(file, async (app) => {
    const begun = performance.now();
    const { variants } = await app.projections.rebuild('lancedb');
    console.log(
      `${variants.toLocaleString('en')} variants taken in, ${((performance.now() - begun) / 1000).toFixed(0)} s with indexes`,
    );
    const { rows } = await app.store.query(undefined, { tenant: 'default', limit: 10 * QUESTIONS });
    const timesMs: number[] = [];
    for (const { chrom, pos, ref, alt } of rows.filter((_, i) => i % 10 === 0)) {
      const is = (name: string, value: string): Filter => ({
        kind: 'compare',
        field: { kind: 'column', name },
        op: '=',
        value,
      });
      const place: Filter = { kind: 'region', chrom, start: pos, end: pos };
      const from = performance.now();
      const { hits } = await app.similar({ kind: 'and', terms: [place, is('ref', ref), is('alt', alt)] });
      timesMs.push(performance.now() - from);
      if (hits.length === 0) throw new Error('nothing is similar');
    }
    const sorted = timesMs.toSorted((a, b) => a - b);
    const at = (part: number) => sorted[Math.floor(part * sorted.length)]!.toFixed(1);
    console.log(`similar: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms; goal: p50 below 20 ms`);
  });
}

async function withStored(file: string, work: (app: App, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-bench-'));
  try {
    await using app = await App.open({ home: join(folder, 'home'), ...OPTIONS });
    const begun = performance.now();
    const { receipt } = await app.ingest(file, INGEST);
    const rate = (receipt.stored / (performance.now() - begun)) * 1000;
    console.log(`stored ${receipt.stored.toLocaleString('en')} variants, ${Math.round(rate).toLocaleString('en')}/s`);
    await work(app, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Variants a second until the last watermark, and seconds of settling after it. */
async function fromNothing(
  app: App,
  name: ProjectionName,
  folder: string,
): Promise<{ applied: number; settled: number }> {
  mkdirSync(folder, { recursive: true });
  const openers: ProjectionOpeners = OPENERS;
  await using projection = await openers[name]!.open(folder, { store: app.store });
  const unsettled: Projection = {
    name,
    batchVariants: projection.batchVariants,
    watermark: () => projection.watermark(),
    apply: (...given) => projection.apply(...given),
    contents: (...given) => projection.contents(...given),
    expected: (...given) => projection.expected(...given),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  const begun = performance.now();
  const { variants } = await follow({ outbox: app.store.outbox, projection: unsettled, clock: systemClock });
  const appliedMs = performance.now() - begun;
  await projection.settle?.();
  const settled = (performance.now() - begun - appliedMs) / 1000;
  return { applied: (variants / appliedMs) * 1000, settled };
}
