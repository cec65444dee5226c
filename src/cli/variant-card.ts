import { type Genotype, genotypesOf } from '../app/look-up.ts';
import { annotation, infoEntries, variantKey } from '../app/rows.ts';
import { ANNOTATION_COLUMNS } from '../core/annotation.ts';
import type { Carrier, StoredFile, VariantRow } from '../core/ports.ts';
import type { Style } from '../telemetry/style.ts';
import { fieldDefinition } from '../vcf/header/fields.ts';
import type { Header } from '../vcf/header/model.ts';
import { parseHeader } from '../vcf/header/parse.ts';
import { count, cut, plural, printable } from './format.ts';
import { paintImpact, paintSignificance, stars } from './row-table.ts';
import { renderTable } from './table.ts';
import { renderTranscripts } from './transcript-table.ts';

export interface CardOptions {
  readonly style: Style;
  readonly width?: number | undefined;
  readonly allSamples: boolean;
}

const SAMPLES_SHOWN = 40;
const PLAIN_WIDTH = 160;

/** Everything known about one stored variant. */
export function renderVariant(
  row: VariantRow,
  file: StoredFile,
  carriers: readonly Carrier[],
  options: CardOptions,
): string[] {
  const { header } = parseHeader(file.header);
  return [
    ...renderTitle(row, file, options.style),
    ...renderAnnotations(row, options),
    ...renderInfo(row, header, options),
    ...renderGenotypes(row, file, carriers, options),
  ];
}

function renderTitle(row: VariantRow, file: StoredFile, { bold, dim, cyan }: Style): string[] {
  const id = row.variantId === '.' ? '' : `  ${cyan(printable(row.variantId))}`;
  const change = `${row.ref}>${row.alt}`;
  const facts = [
    `${printable(file.name)} (file ${file.fileId})`,
    `record ${count(row.ordinal + 1)}`,
    ...(row.allele > 1 ? [`allele ${row.allele}`] : []),
    `QUAL ${row.qual}`,
    `FILTER ${printable(row.filter)}`,
  ];
  const lines = [`${bold(`${row.chrom}:${row.pos}  ${cut(change, 60)}`)}${id}`, dim(`  ${facts.join(' · ')}`)];
  // The key is what other commands take; with a long allele the title does not hold it.
  if (change.length > 60) lines.push(dim(`  ${variantKey(row)}`));
  return lines;
}

function renderAnnotations(row: VariantRow, { style, width = PLAIN_WIDTH }: CardOptions): string[] {
  const paints: Record<string, (text: string) => string> = {
    clinsig: (text) => paintSignificance(text, style),
    impact: (text) => paintImpact(text, style),
    gene: style.cyan,
  };
  const lines = ANNOTATION_COLUMNS.flatMap(({ name }) => {
    const text = name === 'stars' ? stars(row) : printable(annotation(row, name));
    if (text === '') return [];
    const shown = cut(text, width - 18);
    return [`  ${style.dim(name.padEnd(14))}${(paints[name] ?? ((plain: string) => plain))(shown)}`];
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

function renderInfo(row: VariantRow, header: Header, options: CardOptions): string[] {
  const { style, width } = options;
  const entries = infoEntries(row.info);
  if (entries.length === 0) return [];
  const transcripts = entries.flatMap(([key, value]) =>
    value === true ? [] : renderTranscripts(key, value, header.info.get(key)?.description ?? '', options),
  );
  const columns = [
    { title: 'INFO', value: ([key]: [string, string | true]) => printable(key), paint: style.cyan },
    {
      title: 'value',
      value: ([, value]: [string, string | true]) => (value === true ? 'yes' : printable(value)),
      maxWidth: 60,
    },
    {
      title: 'meaning',
      value: ([key]: [string, string | true]) => printable(fieldDefinition(header, 'info', key)?.description ?? ''),
      optional: true,
      maxWidth: 60,
      paint: style.dim,
    },
  ];
  return [
    ...transcripts,
    '',
    ...indent(renderTable(entries, columns, { style, width: width === undefined ? undefined : width - 2 })),
  ];
}

function renderGenotypes(
  row: VariantRow,
  file: StoredFile,
  carriers: readonly Carrier[],
  options: CardOptions,
): string[] {
  const genotypes = genotypesOf(row, file);
  if (genotypes.length === 0) return [];
  const { style, allSamples, width } = options;
  const carrying = new Set(carriers.map((carrier) => carrier.sample));
  const wanted = allSamples ? genotypes : genotypes.filter(({ sample }) => carrying.has(sample));
  const shown = allSamples ? wanted : wanted.slice(0, SAMPLES_SHOWN);
  const title = `${plural(carrying.size, 'carrier')} among ${plural(genotypes.length, 'sample')}`;
  const keys = (row.format ?? '').split(':');
  const columns = [
    {
      title: 'sample',
      value: ({ sample }: Genotype) => printable(sample),
      paint: (text: string, { sample }: Genotype) => (carrying.has(sample) ? style.bold(text) : style.dim(text)),
    },
    ...keys.map((key) => ({
      title: printable(key),
      value: ({ values }: Genotype) => printable(values[key] ?? '.'),
      maxWidth: 24,
    })),
  ];
  const lines = ['', `  ${style.bold(title)}`];
  if (shown.length > 0)
    lines.push(...indent(renderTable(shown, columns, { style, width: width === undefined ? undefined : width - 2 })));
  if (wanted.length > shown.length)
    lines.push(style.dim(`  … and ${count(wanted.length - shown.length)} more (--all-samples shows everybody)`));
  return lines;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
