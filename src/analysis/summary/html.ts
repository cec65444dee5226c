import { bucketed, type Weighted, withoutTail } from './buckets.ts';
import { escapeHtml } from './escape-html.ts';
import type { NamedCount } from './name-counts.ts';
import { renderPage } from './page.ts';
import type { SampleCounts, Summary } from './summary.ts';
import { type ChartOptions, columnChart } from './svg.ts';

/** What the page says beside the counts. */
export interface PageFacts {
  /** The file's name, for the title. */
  readonly name: string;
  /** One line under it: version, container, samples. */
  readonly about: string;
  /** What is wrong with the file, a line each. */
  readonly remarks: readonly string[];
}

const MAX_BUCKETS = 60;
/** Each a 99th; the last one is of the share 1 alone. */
const FREQUENCY_COLUMNS = 100;
/** `from` has six digits. */
const ROUNDING = 1e-4;
const MAX_ROWS = 40;
const MAX_SAMPLES = 1_000;

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const count = (value: number): string => numbers.format(value);

/**
 * One page with every count and plot: style and SVG are in it, and it may load nothing (its policy forbids it), so it opens
 * offline and from a mail.
 */
export function renderHtml(summary: Summary, facts: PageFacts): string {
  const sections = [
    sites(summary),
    ...plots(summary),
    named('Records by chromosome', summary.chromosomes),
    named('Filters', summary.filters),
    named('Consequences', summary.annotations?.consequences ?? []),
    named('Impacts', summary.annotations?.impacts ?? []),
    named('ClinVar significances', summary.annotations?.significances ?? []),
    samples(summary.samples),
  ];
  const body = [
    `<h1>${escapeHtml(facts.name)}</h1><p>${escapeHtml(facts.about)}</p>`,
    ...facts.remarks.map((remark) => `<p class="remark">${escapeHtml(remark)}</p>`),
    `<main class="cards">${sections.join('\n')}</main>`,
  ].join('\n');
  return renderPage({ title: facts.name, body });
}

function section(title: string, body: string, classes = ''): string {
  return `<section${classes === '' ? '' : ` class="${classes}"`}><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

function sites({ sites, substitutions }: Summary): string {
  const { transitions, transversions } = substitutions;
  const rows: [string, string][] = [
    ['records', count(sites.records)],
    ['without a variant', count(sites.noAlts)],
    ['SNPs', count(sites.snps)],
    ['MNPs', count(sites.mnps)],
    ['indels', count(sites.indels)],
    ['others', count(sites.others)],
    ['with several ALT alleles', count(sites.multiallelicSites)],
    ['… all of them SNPs', count(sites.multiallelicSnpSites)],
    ['transitions', count(transitions)],
    ['transversions', count(transversions)],
    ['Ts/Tv', ratio(substitutions.ratio)],
  ];
  return section('Records', `<table>${rows.map(([name, value]) => `<tr><td>${name}<td>${value}`).join('')}</table>`);
}

function chart(options: ChartOptions, columns: Parameters<typeof columnChart>[0]): string {
  if (columns.length === 0) return '';
  const keys = options.series.map((name, index) => `<i class="key s${index}"></i>${escapeHtml(name)}`);
  const legend = options.series.length > 1 ? `<p>${keys.join('')}</p>` : '';
  return section(options.title, columnChart(columns, options) + legend);
}

function histogram(options: ChartOptions, values: readonly Weighted[], { whole = false } = {}): string {
  const { values: shown, tailFrom } = withoutTail(values);
  const buckets = bucketed(shown, MAX_BUCKETS, { whole });
  const columns = buckets.map(({ from, to, counts }) => ({
    label: rangeText(from, whole ? to - 1 : to),
    tick: count(from),
    values: counts,
  }));
  const axis =
    tailFrom === undefined ? options.axis : `${options.axis}; the last column is ${count(tailFrom)} and all above`;
  return chart({ ...options, axis }, columns);
}

function rangeText(from: number, to: number): string {
  return from === to ? count(from) : `${count(from)} to ${count(to)}`;
}

function plots({ substitutions, indelLengths, qualities, frequencies, depths }: Summary): string[] {
  const alleles = ['SNPs', 'indels'];
  return [
    chart(
      { title: 'Substitutions', series: ['transitions', 'transversions'], axis: 'REF>ALT' },
      substitutions.types.map(({ type, alleles, isTransition }) => ({
        label: type,
        values: isTransition ? [alleles, 0] : [0, alleles],
      })),
    ),
    histogram(
      { title: 'Indel lengths', series: ['alleles'], axis: 'bases; deletions negative' },
      indelLengths.map(({ length, alleles }) => ({ value: length, counts: [alleles] })),
      { whole: true },
    ),
    histogram(
      { title: 'Quality', series: alleles, axis: 'QUAL' },
      qualities.flatMap(({ quality, snps, indels }) =>
        quality === null ? [] : [{ value: quality, counts: [snps, indels] }],
      ),
    ),
    frequencyPlot(frequencies),
    depthPlot('Depth of genotypes', depths, 'genotypes'),
    depthPlot('Depth of records', depths, 'sites'),
  ];
}

function frequencyPlot(frequencies: Summary['frequencies']): string {
  if (frequencies.length === 0) return '';
  const columns = Array.from({ length: FREQUENCY_COLUMNS }, (_, column) => ({
    label: (column / (FREQUENCY_COLUMNS - 1)).toFixed(2),
    values: [0, 0],
  }));
  for (const { from, snps, indels } of frequencies) {
    const { values } = columns[Math.floor(from * (FREQUENCY_COLUMNS - 1) + ROUNDING)]!;
    values[0]! += snps;
    values[1]! += indels;
  }
  return chart({ title: 'Allele frequency', series: ['SNPs', 'indels'], axis: 'share of the alleles called' }, columns);
}

function depthPlot(title: string, depths: Summary['depths'], what: 'genotypes' | 'sites'): string {
  const values = depths.flatMap((depth) => (depth[what] > 0 ? [{ value: depth.depth, counts: [depth[what]] }] : []));
  return histogram({ title, series: [what], axis: 'DP' }, values, { whole: true });
}

function named(title: string, all: readonly NamedCount[]): string {
  if (all.length === 0) return '';
  const most = all.reduce((largest, { records }) => Math.max(largest, records), 1);
  const rows = all.slice(0, MAX_ROWS).map(({ name, records }) => {
    const width = ((100 * records) / most).toFixed(1);
    return `<tr><td>${escapeHtml(name)}<td>${count(records)}<td class="bar"><i class="s0" style="width:${width}%"></i>`;
  });
  const rest = all.length > MAX_ROWS ? `<p>and ${count(all.length - MAX_ROWS)} more</p>` : '';
  return section(title, `<table>${rows.join('')}</table>${rest}`);
}

const SAMPLE_COLUMNS: readonly (readonly [title: string, value: (sample: SampleCounts) => string])[] = [
  ['sample', ({ sample }) => escapeHtml(sample)],
  ['hom ref', ({ homRef }) => count(homRef)],
  ['het', ({ het }) => count(het)],
  ['hom alt', ({ homAlt }) => count(homAlt)],
  ['het/hom', ({ hetHom }) => ratio(hetHom)],
  ['Ts/Tv', ({ tsTv }) => ratio(tsTv)],
  ['indels', ({ indels }) => count(indels)],
  ['mean depth', ({ meanDepth }) => (meanDepth === null ? '' : meanDepth.toFixed(1))],
  ['singletons', ({ singletons }) => count(singletons)],
  ['haploid ref', ({ haploidRef }) => count(haploidRef)],
  ['haploid alt', ({ haploidAlt }) => count(haploidAlt)],
  ['missing', ({ missing }) => count(missing)],
];

function ratio(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}

function samples(all: readonly SampleCounts[]): string {
  if (all.length === 0) return '';
  const titles = SAMPLE_COLUMNS.map(([title]) => `<th>${title}`).join('');
  const rows = all.slice(0, MAX_SAMPLES).map((sample) => {
    return `<tr>${SAMPLE_COLUMNS.map(([, value]) => `<td>${value(sample)}`).join('')}`;
  });
  const rest = all.length > MAX_SAMPLES ? `<p>and ${count(all.length - MAX_SAMPLES)} more; --json has all</p>` : '';
  return section('Samples', `<table><tr>${titles}${rows.join('')}</table>${rest}`, 'wide');
}
