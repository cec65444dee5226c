/**
 * How long a region and a gene take to be found in a store of 2 M annotated variants, in process (no command line around it),
 * against what else answers a region of the same file: `bcftools query -r` on its index (a process each time, as a user would).
 * The places and genes are those of variants of the file, drawn with a seed. The goal: p50 under 10 ms.
 *
 * `npm run bench -- questions [--rounds 3]` (50 questions of each kind a round)
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { App, type AppOptions } from '../../src/app/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { parseFilter } from '../../src/core/filter-parser.ts';
import { machine, measure } from '../measure.ts';

const OURS = `${process.execPath} ${join(import.meta.dirname, '..', '..', 'bin', 'vcf-agent.js')}`;

/** Bases around a variant that a region asks for: about a gene. */
const REGION_BASES = 20_000;
const PAGE = 50;
/** Starting a process each time is slow enough: fewer of them. */
const RIVAL_ASKS = 50;

export interface QuestionsBenchOptions {
  /** An annotated file, BGZF. */
  readonly file: string;
  /** Regions and genes asked. */
  readonly asks: number;
}

interface Place {
  readonly chrom: string;
  readonly pos: number;
  readonly gene: string | null;
}

export async function benchQuestions({ file, asks }: QuestionsBenchOptions): Promise<void> {
  console.log(`questions, ${machine()}`);
  const home = mkdtempSync(join(tmpdir(), 'vcf-agent-bench-'));
  try {
    const env = { VCF_AGENT_HOME: home, DATABASE_URL: '' };
    const cost = await measure(`${OURS} ingest ${file} --json`, env);
    const { limits, platforms: _, ...config } = loadConfig({ flags: { home }, env: {} }).config;
    const options: AppOptions = { ...config, lineBytes: limits.lineBytes };
    await using app = await App.open(options);
    const [stored] = await app.store.files(app.tenant);
    console.log(`${basename(file)}: ${stored!.variants} variants stored in ${cost.wallS.toFixed(1)} s`);
    const places = await drawPlaces(app, stored!.variants, asks);
    const region = ({ chrom, pos }: Place) =>
      `${chrom}:${Math.max(1, pos - REGION_BASES / 2)}-${pos + REGION_BASES / 2}`;
    await ask(app, 'region', places.map(region));
    const genes = places.flatMap(({ gene }) => (gene === null ? [] : [`gene=${gene}`]));
    await ask(app, 'gene', genes);
    await ask(
      app,
      'region and rare and damaging',
      places.map((place) => `${region(place)} and not af>=0.001 and impact=HIGH`),
    );
    if (!existsSync(`${file}.csi`)) execFileSync('bcftools', ['index', '--force', file]);
    report(
      'bcftools query -r (region, a process each)',
      places.slice(0, RIVAL_ASKS).map((place) => {
        const begun = performance.now();
        execFileSync('bcftools', ['query', '-r', region(place), '-f', '%CHROM %POS %REF %ALT %INFO\n', file]);
        return performance.now() - begun;
      }),
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Variants spread over the file, in an order of no meaning. */
async function drawPlaces(app: App, variants: number, asks: number): Promise<readonly Place[]> {
  const [file] = await app.store.files(app.tenant);
  const places: Place[] = [];
  const step = Math.floor(variants / asks);
  for (let i = 0; i < asks; i++) {
    // Multiplied by a prime to the number of asks: neighbours in the file are not asked one after the other.
    const number = ((i * 7919) % asks) * step;
    const cursor = `v1-${(file!.fileId * 2 ** 32 + number).toString(36)}`;
    const { rows } = await app.store.query(undefined, { tenant: app.tenant, limit: 1, cursor });
    const [row] = rows;
    if (row !== undefined) {
      places.push({ chrom: row.chrom, pos: row.pos, gene: row.annotations.gene as string | null });
    }
  }
  return places;
}

async function ask(app: App, name: string, filters: readonly string[]): Promise<void> {
  const times: number[] = [];
  let rows = 0;
  for (const text of filters) {
    const filter = parseFilter(text);
    const begun = performance.now();
    const page = await app.store.query(filter, { tenant: app.tenant, limit: PAGE });
    times.push(performance.now() - begun);
    rows += page.rows.length;
  }
  report(`${name} (page of ${PAGE}, ${(rows / filters.length).toFixed(1)} rows on average)`, times);
}

function report(name: string, timesMs: readonly number[]): void {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
  console.log(`  ${name}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms of ${sorted.length}`);
}
