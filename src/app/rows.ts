import { ANNOTATION_COLUMNS } from '../core/annotation.ts';
import type { VariantRow } from '../core/ports.ts';
import { fieldDefinition } from '../vcf/header/fields.ts';
import type { FieldDefinition, Header } from '../vcf/header/model.ts';

/** `17:43045712:T:C`: what `get` takes. */
export function variantKey({ chrom, pos, ref, alt }: VariantRow): string {
  return `${chrom}:${pos}:${ref}:${alt}`;
}

/** An annotation as text, empty when it is absent. */
export function annotation(row: VariantRow, name: string): string {
  const value = row.annotations[name];
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  return typeof value === 'string' ? value : value.join(',');
}

/** The keys of an INFO column in their order; a flag has the value `true`. */
export function infoEntries(info: string): [key: string, value: string | true][] {
  if (info === '.' || info === '') return [];
  return info.split(';').map((entry): [string, string | true] => {
    const at = entry.indexOf('=');
    return at < 0 ? [entry, true] : [entry.slice(0, at), entry.slice(at + 1)];
  });
}

function typedValue(text: string, type: FieldDefinition['type']): string | number | null {
  if (text === '.') return null;
  if (type !== 'Integer' && type !== 'Float') return text;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

/** INFO as an object, typed by the header: lists where the header says that several values may stand. */
function infoJson(info: string, header: Header): Record<string, unknown> {
  const typed = infoEntries(info).map(([key, value]): [string, unknown] => {
    const definition = fieldDefinition(header, 'info', key);
    if (value === true || definition === undefined) return [key, value];
    if (definition.number === 1) return [key, typedValue(value, definition.type)];
    return [key, value.split(',').map((part) => typedValue(part, definition.type))];
  });
  return Object.fromEntries(typed);
}

/** A row as JSON: numbers as numbers, missing values as null. Genotypes are left to `get` and `-o vcf`. */
export function rowJson(row: VariantRow, header: Header): Record<string, unknown> {
  return {
    key: variantKey(row),
    file: row.fileId,
    record: row.ordinal + 1,
    allele: row.allele,
    chrom: row.chrom,
    pos: row.pos,
    id: row.variantId === '.' ? null : row.variantId.split(';'),
    ref: row.ref,
    alt: row.alt === '.' ? null : row.alt,
    qual: row.qual === '.' ? null : Number(row.qual),
    filter: row.filter === '.' ? null : row.filter.split(';'),
    ...row.annotations,
    info: infoJson(row.info, header),
  };
}

export const TSV_COLUMNS: readonly string[] = [
  'chrom',
  'pos',
  'id',
  'ref',
  'alt',
  'qual',
  'filter',
  ...ANNOTATION_COLUMNS.map((column) => column.name),
  'info',
  'file',
  'record',
];

/** One line of TSV in the order of TSV_COLUMNS; missing values are empty. No value of a VCF line can hold a tab. */
export function rowTsv(row: VariantRow): string {
  const dot = (text: string): string => (text === '.' ? '' : text);
  return [
    row.chrom,
    row.pos,
    dot(row.variantId),
    row.ref,
    dot(row.alt),
    dot(row.qual),
    dot(row.filter),
    ...ANNOTATION_COLUMNS.map((column) => annotation(row, column.name).replaceAll(/[\t\n]/g, ' ')),
    dot(row.info),
    row.fileId,
    row.ordinal + 1,
  ].join('\t');
}

/** A row as a VCF data line, with or without its sample columns. */
export function rowVcf(row: VariantRow, withSamples: boolean): string {
  const sites = [row.chrom, row.pos, row.variantId, row.ref, row.alt, row.qual, row.filter, row.info].join('\t');
  return withSamples && row.format !== null ? `${sites}\t${row.format}\t${row.samples ?? ''}` : sites;
}
