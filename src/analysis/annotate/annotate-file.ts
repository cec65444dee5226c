import { basename } from 'node:path';
import type { Writable } from 'node:stream';
import { bareChromosome } from '../../core/chromosome.ts';
import { VcfAgentError } from '../../core/errors.ts';
import { bufferOf, type VariantBlock } from '../../core/variant-block.ts';
import type { Header } from '../../vcf/header/model.ts';
import { createNormaliser } from '../../vcf/normalise/normaliser.ts';
import { type OpenOptions, openVcf, type VcfReader } from '../../vcf/open.ts';
import type { Reference } from '../../vcf/reference.ts';
import { createVcfWriter, type VcfWriterOptions } from '../../vcf/writer/vcf-writer.ts';
import { assemblyNamed, assemblyOf } from '../acmg/assembly.ts';
import {
  type AddedKey,
  type AppliedAnnotation,
  addedKeys,
  annotatedHeader,
  annotationName,
  checkName,
} from './added-keys.ts';
import { FoundValues } from './found-values.ts';
import { AnnotatedLines, InfoPicker } from './info-values.ts';
import { KeyTable } from './key-table.ts';
import { VariantKey } from './variant-key.ts';

export interface AnnotationRequest {
  readonly path: string;
  /** Begins the names of keys that cannot keep theirs; undefined: after the file. */
  readonly name?: string | undefined;
}

export interface AnnotateOptions extends Pick<OpenOptions, 'signal' | 'limits'>, Pick<VcfWriterOptions, 'index'> {
  readonly annotations: readonly AnnotationRequest[];
  /** Only these keys of INFO; undefined: all that an annotation declares. */
  readonly keys?: readonly string[] | undefined;
  /** Values of the file's own keys are replaced. */
  readonly overwrite?: boolean | undefined;
  /** Both sides are left-aligned against it. */
  readonly reference?: Reference | undefined;
  readonly output: Writable | string;
  readonly compression: VcfWriterOptions['compression'];
  readonly onProgress?: ((what: string, bytesRead: number, totalBytes: number, records: number) => void) | undefined;
}

export interface AppliedSummary {
  readonly name: string;
  readonly file: string;
  readonly records: number;
  /** Variants of the file that it knows. */
  readonly matched: number;
  readonly keys: readonly AddedKey[];
  /** Records that could not be read. */
  readonly rejected: number;
  readonly truncated: boolean;
}

export interface AnnotateSummary {
  /** Written. */
  readonly variants: number;
  readonly rejected: number;
  readonly truncated: boolean;
  readonly annotations: readonly AppliedSummary[];
}

const RECORDS_AT_A_TIME = 2_000;

/** An annotation that was read: what it says about the file's variants, by their numbers. */
interface Loaded extends AppliedAnnotation {
  readonly values: FoundValues;
  readonly summary: Omit<AppliedSummary, 'matched'>;
}

/**
 * Adds what annotations say about the same variants to a file's records. Three passes: the file's keys go into a table, each annotation
 * is read once and what it says about one of them is put aside on disk, then the file is read again and written. So neither side has
 * to be sorted, and memory holds some numbers a variant of the file. Throws what `openVcf` and the writer do; OPTION_CONFLICT for
 * another assembly, INPUT_UNREADABLE for an input that cannot be read twice, USAGE for keys that no annotation declares.
 */
export async function annotateFile(input: string, options: AnnotateOptions): Promise<AnnotateSummary> {
  await using file = await openVcf(input, options);
  const table = new KeyTable();
  const key = new VariantKey();
  for await (const { block } of rowsOf(file, input, options)) {
    for (let row = 0; row < block.count; row++) if (key.read(block, row)) table.add(key);
  }
  using held = new DisposableStack();
  const taken = new Set(file.header.info.keys());
  const loaded: Loaded[] = [];
  for (const request of options.annotations) {
    const annotation = await load(request, file.header, table, taken, options);
    held.use(annotation.values);
    loaded.push(annotation);
    for (const { as } of annotation.keys) taken.add(as);
  }
  const unknown = options.keys?.filter((wanted) => !loaded.some(({ header }) => header.info.has(wanted))) ?? [];
  if (unknown.length > 0) throw new VcfAgentError('USAGE', `no annotation declares INFO ${unknown.join(', ')}`);
  return await write(file, input, table, loaded, options);
}

/** Rows with one ALT each, as `ingest` makes them. */
async function* rowsOf(
  reader: VcfReader,
  name: string,
  { signal, reference, onProgress }: AnnotateOptions,
): AsyncGenerator<{
  readonly block: VariantBlock;
  readonly records: number;
  readonly rejected: number;
  readonly truncated: boolean;
}> {
  const normaliser = createNormaliser(reader.header, { split: 'bcftools', reference });
  let total = 0;
  for await (const batch of reader.batches({ maxRecords: RECORDS_AT_A_TIME, signal })) {
    const { block, rejected } = normaliser.block(batch.block, batch.lines);
    const records = batch.block.count;
    total += records;
    onProgress?.(basename(name), reader.bytesRead, reader.totalBytes, total);
    const lost = batch.rejected.length + rejected.length;
    yield {
      block: { ...block, bytes: bufferOf(block) },
      records,
      rejected: lost,
      truncated: batch.truncation !== undefined,
    };
  }
}

async function load(
  { path, name: wished }: AnnotationRequest,
  own: Header,
  table: KeyTable,
  taken: ReadonlySet<string>,
  options: AnnotateOptions,
): Promise<Loaded> {
  await using reader = await openVcf(path, options);
  const { header } = reader;
  checkAssemblies(own, header, basename(path));
  const name = wished === undefined ? annotationName(path, header) : checkName(wished);
  const keys = addedKeys(header, taken, { name, keys: options.keys, overwrite: options.overwrite ?? false });
  const picker = new InfoPicker(keys);
  const values = new FoundValues(table.count);
  const key = new VariantKey();
  const summary = { name, file: basename(path), keys, records: 0, rejected: 0, truncated: false };
  try {
    for await (const { block, records, rejected, truncated } of rowsOf(reader, path, options)) {
      summary.records += records;
      summary.rejected += rejected;
      summary.truncated ||= truncated;
      for (let row = 0; row < block.count; row++) {
        const number = key.read(block, row) ? table.find(key) : -1;
        if (number >= 0) values.add(number, key, Buffer.from(picker.pick(block, row), 'latin1'));
      }
    }
    values.seal();
  } catch (error) {
    values[Symbol.dispose]();
    throw error;
  }
  return { name, file: basename(path), header, keys, values, summary };
}

/** Throws OPTION_CONFLICT when the two say that they are of different assemblies: by name, or by the length of a contig that both have. */
function checkAssemblies(own: Header, other: Header, name: string): void {
  const assembly = (header: Header) =>
    assemblyOf(header) ?? assemblyNamed(header.lines.find(({ key }) => key === 'reference')?.value ?? '');
  const [mine, theirs] = [assembly(own), assembly(other)];
  if (mine !== undefined && theirs !== undefined && mine !== theirs) {
    throw new VcfAgentError('OPTION_CONFLICT', `the file is of ${mine}, ${name} of ${theirs}: take one of ${mine}`);
  }
  const lengths = new Map([...own.contigs.values()].map(({ id, length }) => [bareChromosome(id), length]));
  for (const { id, length } of other.contigs.values()) {
    const known = lengths.get(bareChromosome(id));
    if (known === undefined || length === undefined || known === length) continue;
    const message = `${id} has ${known} bases in the file and ${length} in ${name}: they are of different assemblies`;
    throw new VcfAgentError('OPTION_CONFLICT', message);
  }
}

async function write(
  file: VcfReader,
  input: string,
  table: KeyTable,
  loaded: readonly Loaded[],
  options: AnnotateOptions,
): Promise<AnnotateSummary> {
  const { output, compression, index, overwrite } = options;
  await using writer = createVcfWriter(output, { header: annotatedHeader(file.header, loaded), compression, index });
  const replaced = overwrite ? loaded.flatMap(({ keys }) => keys.map(({ as }) => as)) : [];
  const lines = new AnnotatedLines(new Set(replaced));
  const key = new VariantKey();
  const matched = loaded.map(() => 0);
  const summary = { variants: 0, rejected: 0, truncated: false };
  for await (const { block, rejected, truncated } of rowsOf(file, input, options)) {
    const values = Array.from({ length: block.count }, (_, row) => {
      const number = key.read(block, row) ? table.find(key) : -1;
      if (number < 0) return '';
      const said = loaded.map(({ values: found }, i) => {
        const value = found.get(number, key);
        if (value !== undefined) matched[i]!++;
        return Buffer.from(value ?? []).toString('latin1');
      });
      return said.filter(Boolean).join(';');
    });
    await writer.write(lines.write(block, values));
    summary.variants += block.count;
    summary.rejected += rejected;
    summary.truncated ||= truncated;
  }
  await writer.close();
  return { ...summary, annotations: loaded.map((one, i) => ({ ...one.summary, matched: matched[i]! })) };
}
