import type { StoredFile } from '../core/ports.ts';
import type { Header } from '../vcf/header/model.ts';
import { parseHeader } from '../vcf/header/parse.ts';

/** Lines that describe rows: without these a reader cannot make sense of their FILTER and INFO columns. */
const DESCRIBING = new Set(['INFO', 'FILTER', 'contig', 'ALT']);

/**
 * One header for rows of several files: the highest version, every definition once (the first file's wins), no samples.
 */
function mergeHeaders(headers: readonly Header[]): Uint8Array {
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

/** The header of a VCF with rows of these files: a file's own keeps its samples, several have none in common. */
export function vcfHeaderOf(files: readonly Pick<StoredFile, 'header'>[]): Uint8Array {
  const [only] = files;
  if (files.length === 1 && only !== undefined) return only.header;
  return mergeHeaders(files.map((file) => parseHeader(file.header).header));
}

/** Gives the parsed header of each file, which is parsed when it is first asked for. */
export function headersOf(files: readonly StoredFile[]): (fileId: number) => Header {
  const parsed = new Map<number, Header>();
  return (fileId) => {
    let header = parsed.get(fileId);
    if (header === undefined) {
      const file = files.find((candidate) => candidate.fileId === fileId);
      header = parseHeader(file?.header ?? Buffer.from('#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n')).header;
      parsed.set(fileId, header);
    }
    return header;
  };
}
