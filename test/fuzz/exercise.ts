import assert from 'node:assert/strict';
import { classify } from '../../src/analysis/acmg/classify.ts';
import { EvidenceReader } from '../../src/analysis/acmg/evidence-reader.ts';
import { DEFAULT_PROFILE } from '../../src/analysis/acmg/profile.ts';
import { SummaryCollector } from '../../src/analysis/summary/collector.ts';
import { renderHtml } from '../../src/analysis/summary/html.ts';
import type { Summary } from '../../src/analysis/summary/summary.ts';
import { blockColumns, blockFromColumns, contentDigest } from '../../src/codec/content.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import { BOUNDS_STRIDE, LINE_END, LINE_START, type VariantBlock } from '../../src/core/variant-block.ts';
import { findCarriers } from '../../src/vcf/carriers.ts';
import { createAnnotator } from '../../src/vcf/info/annotator.ts';
import { createNormaliser } from '../../src/vcf/normalise/normaliser.ts';
import { openVcf, type RecordBatch, type VcfReader } from '../../src/vcf/open.ts';
import { RecordView } from '../../src/vcf/record.ts';
import { validateVcf } from '../../src/vcf/validate/validate.ts';

const SHAPE = { maxRecords: 20, maxBytes: 8000 };
/** `validate` prints every problem; a mutant of one long line may have very many. */
const MAX_PROBLEMS = 20_000;

/** A stage that a test adds to see whether the harness notices. */
export type ExtraStage = (block: VariantBlock) => void;

/**
 * Runs everything that touches a file's bytes before the database over one file. Returns 'read' or the code of the
 * VcfAgentError that refused it. Whatever else is thrown is a bug.
 */
export async function exercise(path: string, extra?: ExtraStage): Promise<string> {
  let outcome = 'read';
  try {
    await readAll(path, extra);
  } catch (error) {
    if (!(error instanceof VcfAgentError)) throw error;
    outcome = error.code;
  }
  await validate(path);
  return outcome;
}

async function validate(path: string): Promise<void> {
  let problems = 0;
  try {
    for await (const problem of validateVcf(path)) {
      assert.match(problem.code, /^[A-Z0-9_]+$/);
      if (++problems === MAX_PROBLEMS) return;
    }
  } catch (error) {
    if (!(error instanceof VcfAgentError)) throw error;
  }
}

async function readAll(path: string, extra: ExtraStage | undefined): Promise<void> {
  await using reader = await openVcf(path);
  const batches: RecordBatch[] = [];
  const summary = new SummaryCollector(reader.header);
  let ordinal = 0;
  let records = 0;
  for await (const batch of reader.batches(SHAPE)) {
    checkBatch(batch, ordinal);
    ordinal = batch.nextOrdinal;
    process(batch, reader, extra);
    summary.add(batch.block);
    records += batch.block.count;
    batches.push(batch);
  }
  assert.ok(batches.at(-1)?.ended !== undefined, 'the last batch says how the file ended');
  checkSummary(summary.finish(), records);
  await checkResume(path, batches);
}

/** Every record and every genotype is counted once, and the page can be drawn. */
function checkSummary(summary: Summary, records: number): void {
  assert.equal(summary.sites.records, records);
  assert.equal(
    summary.chromosomes.reduce((sum, { records }) => sum + records, 0),
    records,
  );
  for (const { homRef, homAlt, het, haploidRef, haploidAlt, missing } of summary.samples) {
    assert.ok(homRef + homAlt + het + haploidRef + haploidAlt + missing <= records);
  }
  const page = renderHtml(summary, { name: 'mutant', about: '', remarks: [] });
  assert.doesNotMatch(page, /="-?(NaN|Infinity|\d+e)/);
}

function checkBatch(batch: RecordBatch, ordinal: number): void {
  assert.equal(batch.firstOrdinal, ordinal);
  assert.equal(batch.block.count + batch.rejected.length, batch.nextOrdinal - batch.firstOrdinal);
  assert.equal(batch.lines.length, batch.block.count);
  for (const text of lineTexts(batch.block)) assert.doesNotMatch(text, /[\n\0\x1f]/);
}

function process(batch: RecordBatch, reader: VcfReader, extra: ExtraStage | undefined): void {
  const { header } = reader;
  const annotator = createAnnotator(header);
  const evidence = new EvidenceReader(header);
  const view = new RecordView(header);
  for (const split of ['bcftools', 'vt', 'none'] as const) {
    const normalised = createNormaliser(header, { split }).block(batch.block, batch.lines);
    const { block } = normalised;
    const columns = blockColumns(block);
    const rejected = [...batch.rejected, ...normalised.rejected];
    contentDigest({ header: header.text, count: block.count, columns, rejected });
    assert.deepEqual(lineTexts(blockFromColumns(columns, block.count)), lineTexts(block));
    if (split === 'none') continue;
    annotator.annotate(block);
    judgeRows(block, evidence);
    viewRows(block, view, header.samples.length);
    findCarriers(block, header.samples.length);
    extra?.(block);
  }
}

function judgeRows(block: VariantBlock, evidence: EvidenceReader): void {
  const rows = evidence.read(block);
  assert.equal(rows.length, block.count);
  const rules = { profile: DEFAULT_PROFILE, lossOfFunctionGenes: undefined, clinvar: undefined };
  for (const row of rows) {
    const { points, least, greatest } = classify(row, { ...rules, sources: evidence.sources });
    assert.ok(least.points <= points && points <= greatest.points);
  }
}

function viewRows(block: VariantBlock, view: RecordView, samples: number): void {
  for (let row = 0; row < block.count; row++) {
    view.at(block, row);
    assert.ok(Number.isInteger(view.pos));
    assert.ok(view.alts.length <= 1);
    view.eachInfo(({ id }, value) => assert.ok(id !== undefined && value !== undefined));
    if (samples > 0) view.format('GT', samples - 1);
  }
}

/** Going on after the first batch gives what reading through gave. */
async function checkResume(path: string, batches: readonly RecordBatch[]): Promise<void> {
  const [first, second] = batches;
  if (first === undefined || second === undefined) return;
  await using reader = await openVcf(path);
  for await (const again of reader.batches({ ...SHAPE, from: first.resume })) {
    assert.deepEqual(lineTexts(again.block), lineTexts(second.block));
    assert.deepEqual(again.rejected, second.rejected);
    return;
  }
  assert.fail('nothing after the first batch');
}

function lineTexts({ bytes, bounds, count }: VariantBlock): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, row) => {
    return text.toString('utf8', bounds[row * BOUNDS_STRIDE + LINE_START], bounds[row * BOUNDS_STRIDE + LINE_END]);
  });
}
