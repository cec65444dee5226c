import { type Bucket, bucketed, quantile, type Weighted, withoutTail } from '../analysis/summary/buckets.ts';
import { MAX_DEPTH } from '../analysis/summary/depth-counter.ts';
import type { NamedCount } from '../analysis/summary/name-counts.ts';
import type { SampleCounts, Summary } from '../analysis/summary/summary.ts';
import type { Style } from '../telemetry/style.ts';
import { count, printable } from './format.ts';
import { type Column, renderTable, type TableOptions } from './table.ts';

const BLOCKS = ' ▁▂▃▄▅▆▇█';
const BUCKETS = 40;
const MAX_NAMES = 25;
const MAX_SAMPLES = 50;

/** A summary for people: counts, distributions as one line of blocks each, then tables. */
export function renderSummaryText(summary: Summary, options: TableOptions): string {
  const { style } = options;
  const parts = [
    countLines(summary, style),
    distributionLines(summary, style),
    nameLines('chromosome', summary.chromosomes, options),
    nameLines('filter', summary.filters, options),
    nameLines('consequence', summary.annotations?.consequences ?? [], options),
    nameLines('impact', summary.annotations?.impacts ?? [], options),
    nameLines('ClinVar', summary.annotations?.significances ?? [], options),
    sampleLines(summary.samples, options),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function countLines({ sites, substitutions, singletons }: Summary, style: Style): string[] {
  const { firstAlt } = substitutions;
  const tstv = ({ transitions, transversions, ratio }: typeof firstAlt): string =>
    `${ratioText(ratio)}  ${style.dim(`${count(transitions)} / ${count(transversions)}`)}`;
  const lines: [string, string][] = [
    ['records', count(sites.records)],
    ['  SNPs', count(sites.snps)],
    ['  MNPs', count(sites.mnps)],
    ['  indels', count(sites.indels)],
    ['  others', count(sites.others)],
    ['  no variant', count(sites.noAlts)],
    [
      '  multiallelic',
      `${count(sites.multiallelicSites)}  ${style.dim(`${count(sites.multiallelicSnpSites)} of SNPs`)}`,
    ],
    ['Ts/Tv', tstv(substitutions)],
    ['  first ALT', tstv(firstAlt)],
    ['singletons', `${count(singletons.snps)} SNPs  ${count(singletons.indels)} indels`],
  ];
  return lines.map(([name, value]) => `${name.padEnd(16)}${value}`);
}

interface Distribution {
  readonly name: string;
  readonly values: readonly Weighted[];
  readonly whole: boolean;
  /** Values above this one are counted together. */
  readonly cap?: number;
}

function distributionLines(summary: Summary, style: Style): string[] {
  const distributions: Distribution[] = [
    {
      name: 'QUAL',
      values: summary.qualities.flatMap(({ quality, snps, indels }) =>
        quality === null ? [] : [{ value: quality, counts: [snps + indels] }],
      ),
      whole: false,
    },
    {
      name: 'depth, genotypes',
      values: summary.depths.map(({ depth, genotypes }) => ({ value: depth, counts: [genotypes] })),
      whole: true,
      cap: MAX_DEPTH,
    },
    {
      name: 'depth, records',
      values: summary.depths.map(({ depth, sites }) => ({ value: depth, counts: [sites] })),
      whole: true,
      cap: MAX_DEPTH,
    },
    {
      name: 'frequency',
      values: summary.frequencies.map(({ from, snps, indels }) => ({ value: from, counts: [snps + indels] })),
      whole: false,
    },
    {
      name: 'indel length',
      values: summary.indelLengths.map(({ length, alleles }) => ({ value: length, counts: [alleles] })),
      whole: true,
    },
  ];
  return distributions.flatMap((distribution) => distributionLine(distribution, style));
}

function distributionLine(
  { name, values: all, whole, cap = Number.POSITIVE_INFINITY }: Distribution,
  style: Style,
): string[] {
  const values = all.filter(({ counts }) => counts[0]! > 0);
  const { values: shown, tailFrom } = withoutTail(values);
  const buckets = bucketed(shown, BUCKETS, { whole });
  if (values.length === 0) return [];
  const median = String(quantile(values, 0.5));
  const last = values.at(-1)!.value;
  const highest = tailFrom !== undefined ? `${tailFrom} and above` : last > cap ? `over ${cap}` : String(last);
  const range = `${values[0]!.value} to ${highest}`;
  return [`${name.padEnd(18)}${style.cyan(blocks(buckets))}  ${style.dim(`${range}, median ${median}`)}`];
}

/** One character a bucket, as high as its share of the fullest one; what is not empty is never shown as empty. */
function blocks(buckets: readonly Bucket[]): string {
  const most = buckets.reduce((largest, { counts }) => Math.max(largest, counts[0]!), 1);
  return buckets.map(({ counts }) => BLOCKS[Math.ceil((counts[0]! / most) * (BLOCKS.length - 1))]).join('');
}

function nameLines(title: string, all: readonly NamedCount[], options: TableOptions): string[] {
  if (all.length === 0) return [];
  const columns: Column<NamedCount>[] = [
    { title, value: ({ name }) => printable(name), maxWidth: 60 },
    { title: 'records', value: ({ records }) => count(records), align: 'right' },
  ];
  return [...renderTable(all.slice(0, MAX_NAMES), columns, options), ...more(all.length - MAX_NAMES, options.style)];
}

const SAMPLE_COLUMNS: readonly Column<SampleCounts>[] = [
  { title: 'sample', value: ({ sample }) => printable(sample), maxWidth: 30 },
  { title: 'hom ref', value: ({ homRef }) => count(homRef), align: 'right' },
  { title: 'het', value: ({ het }) => count(het), align: 'right' },
  { title: 'hom alt', value: ({ homAlt }) => count(homAlt), align: 'right' },
  { title: 'het/hom', value: ({ hetHom }) => ratioText(hetHom), align: 'right' },
  { title: 'Ts/Tv', value: ({ tsTv }) => ratioText(tsTv), align: 'right' },
  { title: 'indels', value: ({ indels }) => count(indels), align: 'right' },
  { title: 'depth', value: ({ meanDepth }) => meanDepth?.toFixed(1) ?? '', align: 'right', optional: true },
  { title: 'singletons', value: ({ singletons }) => count(singletons), align: 'right' },
  { title: 'hap ref', value: ({ haploidRef }) => nonZero(haploidRef), align: 'right', optional: true },
  { title: 'hap alt', value: ({ haploidAlt }) => nonZero(haploidAlt), align: 'right', optional: true },
  { title: 'missing', value: ({ missing }) => count(missing), align: 'right' },
];

function sampleLines(samples: readonly SampleCounts[], options: TableOptions): string[] {
  if (samples.length === 0) return [];
  const table = renderTable(samples.slice(0, MAX_SAMPLES), SAMPLE_COLUMNS, options);
  return [...table, ...more(samples.length - MAX_SAMPLES, options.style)];
}

function more(hidden: number, style: Style): string[] {
  return hidden > 0 ? [style.dim(`… and ${count(hidden)} more (--json has all)`)] : [];
}

function nonZero(value: number): string {
  return value === 0 ? '' : count(value);
}

function ratioText(ratio: number | null): string {
  return ratio === null ? '–' : ratio.toFixed(2);
}
