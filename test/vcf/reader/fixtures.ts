import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { BOUNDS_STRIDE, LINE_END, LINE_START, type VariantBlock } from '../../../src/core/variant-block.ts';
import type { RecordBatch } from '../../../src/vcf/open.ts';
import { type BatchOptions, type OpenOptions, openVcf } from '../../../src/vcf/open.ts';
import { BGZF_EOF, bgzfBlock } from '../../../src/vcf/writer/bgzf.ts';

export const HEADER = '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n';

/** A folder for one test file, removed when its tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

let files = 0;

export function writeTemporary(folder: string, bytes: Uint8Array | string): string {
  const path = join(folder, `input-${files++}`);
  writeFileSync(path, bytes);
  return path;
}

/** Data lines that differ and vary in length. */
export function dataLines(count: number): string[] {
  return Array.from({ length: count }, (_, row) => {
    return `chr1\t${row + 1}\trs${row}\tA\tC\t.\tPASS\tDP=${row};X=${'x'.repeat((row * 37) % 400)}`;
  });
}

export async function bgzip(text: string, { blockBytes = 500, marker = true } = {}): Promise<Buffer> {
  const bytes = Buffer.from(text);
  const blocks: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += blockBytes) {
    blocks.push(await bgzfBlock(bytes.subarray(from, from + blockBytes)));
  }
  return Buffer.concat(marker ? [...blocks, BGZF_EOF] : blocks);
}

export async function readBatches(input: string, options: BatchOptions & OpenOptions): Promise<RecordBatch[]> {
  await using reader = await openVcf(input, options);
  return await Array.fromAsync(reader.batches(options));
}

export function linesOf(block: VariantBlock): string[] {
  return Array.from({ length: block.count }, (_, row) => {
    const base = row * BOUNDS_STRIDE;
    const line = block.bytes.subarray(block.bounds[base + LINE_START]!, block.bounds[base + LINE_END]!);
    return Buffer.from(line).toString('utf8');
  });
}

/** What a batch says, without its memory layout, to compare with `deepEqual`. */
export function contentOf(batch: RecordBatch): unknown {
  const { block, lines, release: _, ...rest } = batch;
  return { ...rest, lines: [...lines], ordinals: [...block.ordinals], rows: linesOf(block) };
}

export async function readLines(input: string, options: OpenOptions = {}): Promise<string[]> {
  const batches = await readBatches(input, { maxRecords: 1000, ...options });
  return batches.flatMap(({ block }) => linesOf(block));
}
