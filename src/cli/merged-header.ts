import type { Header } from '../vcf/header/model.ts';

/** Lines that describe rows: without these a reader cannot make sense of their FILTER and INFO columns. */
const DESCRIBING = new Set(['INFO', 'FILTER', 'contig', 'ALT']);

/**
 * One header for rows of several files: the highest version, every definition once (the first file's wins), no samples.
 */
export function mergeHeaders(headers: readonly Header[]): Uint8Array {
  const versions = headers.map((header) => header.version).sort();
  const definitions = new Map<string, string>();
  for (const header of headers) {
    for (const { key, value, fields } of header.lines) {
      if (!DESCRIBING.has(key)) continue;
      const id = `${key}/${fields?.get('ID') ?? value}`;
      if (!definitions.has(id)) definitions.set(id, `##${key}=${value}`);
    }
  }
  const lines = [
    `##fileformat=VCFv${versions.at(-1) ?? '4.2'}`,
    ...definitions.values(),
    '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO',
  ];
  return Buffer.from(`${lines.join('\n')}\n`);
}
