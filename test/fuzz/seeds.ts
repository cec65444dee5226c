import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openText } from '../../src/vcf/reader/open-text.ts';

/** A small piece of a real file, decompressed. */
export interface Seed {
  readonly name: string;
  readonly kind: 'vcf' | 'bcf';
  readonly bytes: Buffer;
}

const HEADER_BYTES = 12_000;
/** Contig lines kept: real headers have thousands, all alike. */
const CONTIGS = 5;
const WINDOW_BYTES = 16_000;
const WINDOWS = 10;
/** Magic, minor version, header length. */
const BCF_PREAMBLE = 9;

/** Cuts every VCF and BCF file of a folder into a few pieces that stand for themselves: a header and some records. */
export async function loadSeeds(folder: string): Promise<Seed[]> {
  const names = readdirSync(folder)
    .filter((name) => /\.(vcf|vcf\.gz|bcf)$/.test(name))
    .sort();
  const seeds: Seed[] = [];
  for (const name of names) {
    const text = await readWhole(join(folder, name));
    if (name.endsWith('.bcf')) seeds.push({ name, kind: 'bcf', bytes: cutBcf(text) });
    else for (const bytes of cutVcf(text)) seeds.push({ name, kind: 'vcf', bytes });
  }
  return seeds;
}

async function readWhole(path: string): Promise<Buffer> {
  await using source = await openText(path);
  const parts: Buffer[] = [];
  for (let chunk = await source.next(); chunk; chunk = await source.next()) parts.push(Buffer.from(chunk.bytes));
  return Buffer.concat(parts);
}

function cutVcf(text: Buffer): Buffer[] {
  const columnLine = text.indexOf('#CHROM');
  const bodyStart = text.indexOf('\n', columnLine) + 1;
  const header = shortHeader(text.toString('latin1', 0, bodyStart));
  return Array.from({ length: WINDOWS }, (_, window) => {
    const near = bodyStart + Math.floor(((text.length - bodyStart) * window) / WINDOWS);
    const start = window === 0 ? bodyStart : text.indexOf('\n', near) + 1;
    const end = text.lastIndexOf('\n', start + WINDOW_BYTES) + 1;
    return Buffer.concat([header, text.subarray(start, Math.max(start, end))]);
  });
}

/** What definitions fit, and the column line: damage should fall on records more often than on definitions. */
function shortHeader(text: string): Buffer {
  const lines = text.trimEnd().split('\n');
  const kept: string[] = [];
  let length = 0;
  let contigs = 0;
  for (const line of lines.slice(0, -1)) {
    if (line.startsWith('##contig') && ++contigs > CONTIGS) continue;
    if (length + line.length > HEADER_BYTES) continue;
    length += line.length;
    kept.push(line);
  }
  return Buffer.from(`${[...kept, lines.at(-1)].join('\n')}\n`, 'latin1');
}

function cutBcf(bytes: Buffer): Buffer {
  let end = BCF_PREAMBLE + bytes.readUInt32LE(5);
  const limit = end + WINDOW_BYTES;
  while (end < limit && end + 8 <= bytes.length) end += 8 + bytes.readUInt32LE(end) + bytes.readUInt32LE(end + 4);
  return bytes.subarray(0, end);
}
