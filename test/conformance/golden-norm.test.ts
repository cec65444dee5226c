import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { Problem } from '../../src/core/problem.ts';
import { parseHeader } from '../../src/vcf/header/parse.ts';
import { createNormaliser, type NormaliserPlan } from '../../src/vcf/normalise/normaliser.ts';
import { openReference } from '../../src/vcf/reference.ts';
import { blockOf, linesOf } from '../support/block.ts';
import { compareRecords, type RecordDifference } from '../support/compare-records.ts';
import { needs } from '../support/needs.ts';
import { sharedVcf } from '../support/shared.ts';

/** A difference that is meant. `record` is a start of `chrom:pos:ref:alt`; without it the field differs wherever it occurs. */
interface Deviation {
  readonly field: string;
  readonly record?: string;
  readonly reason: string;
}

/** What bcftools 1.23 or vt made of one input, and how we are asked for the same. */
interface GoldenCase {
  readonly name: string;
  readonly input: string;
  readonly expected: string;
  readonly reference?: string | undefined;
  readonly split: NormaliserPlan['split'];
  /** bcftools leaves records out that the reference contradicts (`-c x`); we report and keep them. */
  readonly withoutContradicted?: boolean;
  readonly deviations: readonly Deviation[];
}

const VT_TAGS = 'vt notes in INFO what a record was before; our rows keep the ordinal of their record';
const VT_DEVIATIONS: readonly Deviation[] = [
  { field: 'INFO/OLD_MULTIALLELIC', reason: VT_TAGS },
  { field: 'INFO/OLD_VARIANT', reason: VT_TAGS },
  {
    field: 'INFO/AT',
    reason: 'vt takes the values of a Number=R text from one place too far left: the wrong allele’s',
  },
];

const OPERATIONS: Readonly<Record<string, Pick<GoldenCase, 'input' | 'split' | 'reference' | 'deviations'>>> = {
  split: { input: 'in.vcf', split: 'bcftools', deviations: [] },
  split_overlap_missing: { input: 'in.vcf', split: 'vt', deviations: [] },
  leftalign: { input: 'in.vcf', split: 'none', reference: 'ref.fa', deviations: [] },
  split_leftalign: { input: 'in.vcf', split: 'bcftools', reference: 'ref.fa', deviations: [] },
  shifted_leftalign: { input: 'in_shifted.vcf', split: 'none', reference: 'ref.fa', deviations: [] },
  shifted_split_leftalign: { input: 'in_shifted.vcf', split: 'bcftools', reference: 'ref.fa', deviations: [] },
  vt_decompose_s: { input: 'in.vcf', split: 'vt', deviations: VT_DEVIATIONS },
  vt_normalize: { input: 'in.vcf', split: 'none', reference: 'ref.fa', deviations: VT_DEVIATIONS },
  vt_shifted_normalize: { input: 'in_shifted.vcf', split: 'none', reference: 'ref.fa', deviations: VT_DEVIATIONS },
  vt_decompose_normalize: { input: 'in.vcf', split: 'vt', reference: 'ref.fa', deviations: VT_DEVIATIONS },
};

/** Operations of cases.tsv that normalisation here does not have, and why. */
const OUT_OF_SCOPE: Readonly<Record<string, string>> = {
  atomize_split: 'breaking an MNP or complex allele into parts: a variant is an allele as its caller wrote it',
  join: 'joining rows to multi-allelic records: the store holds one allele a row',
  split_leftalign_rmdup: 'removing equal records: every record is kept, a key finds them together',
  split_leftalign_keepsum: 'adding the depths of other alleles to AD of REF: changes what the caller counted',
};

function goldenCases(): GoldenCase[] {
  const [, ...lines] = readFileSync(sharedVcf('golden/cases.tsv'), 'utf8').trimEnd().split('\n');
  return lines.flatMap((line) => {
    const [folder = '', operation = ''] = line.split('\t');
    const how = OPERATIONS[operation];
    if (how === undefined) {
      assert.ok(operation in OUT_OF_SCOPE, `cases.tsv has a new operation: ${operation}`);
      return [];
    }
    const path = (file: string) => sharedVcf(`golden/${folder}/${file}`);
    const reference = how.reference && path(how.reference);
    const expected = path(`${operation}.vcf`);
    return [{ ...how, name: `${folder} ${operation}`, input: path(how.input), expected, reference }];
  });
}

/** Options of upstream cases that ask for something else, and why it is out of scope. The first that matches counts. */
const UPSTREAM_OUT_OF_SCOPE: readonly (readonly [RegExp, string])[] = [
  [/(^| )(-a|--atomize)( |$)/, 'atomises'],
  [/-m ?\+/, 'joins records'],
  [/(^| )-d /, 'removes duplicates'],
  [/-c s/, 'repairs REF and swaps alleles by the reference'],
  [/-N/, 'repairs REF without aligning'],
  [/-g /, 'right-aligns by gene strand'],
  [/-i/, 'filters by an expression'],
  [/--keep-sum/, 'adds depths of other alleles to AD of REF'],
  [/--force/, 'removes lists of a wrong length; we keep them whole and warn (test/vcf/normalise/split.test.ts)'],
];

const KEPT_REF: Deviation = {
  field: 'record',
  record: '20:59:A',
  reason:
    'bcftools cuts REF of a record without ALT to one base (AG to A), which loses that both bases are as the reference has them',
};
const OLD_RECORD: Deviation = { field: 'INFO/ORI', reason: '--old-rec-tag: our rows keep the ordinal of their record' };

/** By the file of the expected output. */
const UPSTREAM_DEVIATIONS: Readonly<Record<string, readonly Deviation[]>> = {
  'norm.out': [KEPT_REF],
  'norm.split.and.norm.out': [KEPT_REF],
  'norm.symbolic.1.out': [OLD_RECORD],
  'norm.symbolic.2.out': [OLD_RECORD],
  'norm.6.1.out': [
    {
      field: 'record',
      record: '1:10:',
      reason: 'bcftools writes g and gTC, lower case out of a soft-masked reference: one allele would have two keys',
    },
  ],
  'norm.string-tags.1.out': [
    {
      field: 'INFO/XRS',
      record: '12:666:',
      reason: 'of a Number=R text that lacks values bcftools loses REF’s too',
    },
  ],
};

function upstreamCases(): GoldenCase[] {
  const folder = 'golden/bcftools-upstream';
  const lines = readFileSync(sharedVcf(`${folder}/cases_1.23.tsv`), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.flatMap((line) => {
    const [, input = '', expected = '', reference = '', options = ''] = line.split('\t');
    if (UPSTREAM_OUT_OF_SCOPE.some(([pattern]) => pattern.test(options))) return [];
    const split = !/-m ?-/.test(options) ? 'none' : options.includes('--multi-overlaps .') ? 'vt' : 'bcftools';
    return [
      {
        name: `bcftools-upstream ${expected} (${options || 'no options'})`,
        input: sharedVcf(`${folder}/${input}`),
        expected: sharedVcf(`${folder}/${expected}`),
        reference: reference === '' ? undefined : sharedVcf(`${folder}/${reference}`),
        split,
        withoutContradicted: options.includes('-cx'),
        deviations: UPSTREAM_DEVIATIONS[expected] ?? [],
      },
    ];
  });
}

async function run(golden: GoldenCase): Promise<RecordDifference[]> {
  const text = readFileSync(golden.input);
  const { header } = parseHeader(text);
  const block = blockOf(dataLines(text).join('\n'));
  const reference = golden.reference === undefined ? undefined : await openReference(golden.reference);
  try {
    const normaliser = createNormaliser(header, { split: golden.split, reference });
    // The ordinal stands in for the line number, so that a warning names its record.
    const result = normaliser.block(block, block.ordinals);
    assert.deepEqual(result.rejected, []);
    const contradicted = new Set(
      golden.withoutContradicted ? result.warnings.filter(isContradiction).map(({ line }) => line) : [],
    );
    const ours = linesOf(result.block).filter((_, row) => !contradicted.has(result.block.ordinals[row]!));
    return compareRecords(ours, dataLines(readFileSync(golden.expected)), header);
  } finally {
    reference?.close();
  }
}

function isContradiction({ code }: Problem): boolean {
  return code === 'REF_MISMATCH' || code === 'REF_NOT_BASES' || code === 'ALT_NOT_BASES';
}

function dataLines(text: Buffer): string[] {
  return text
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function isMeant({ field, record }: RecordDifference, deviation: Deviation): boolean {
  return field === deviation.field && record.toLowerCase().startsWith((deviation.record ?? '').toLowerCase());
}

const cases = existsSync(sharedVcf('golden/cases.tsv')) ? [...goldenCases(), ...upstreamCases()] : [];

for (const golden of cases) {
  test(`should give the golden records when the case is ${golden.name}`, needs('shared-vcf'), async () => {
    const differences = await run(golden);
    const unmeant = differences.filter(
      (difference) => !golden.deviations.some((deviation) => isMeant(difference, deviation)),
    );
    assert.deepEqual(unmeant, []);
    if (golden.deviations === VT_DEVIATIONS) return;
    for (const deviation of golden.deviations) {
      assert.ok(
        differences.some((difference) => isMeant(difference, deviation)),
        `no longer differs: ${deviation.reason}`,
      );
    }
  });
}

test('should have run every golden case in scope', needs('shared-vcf'), (context: TestContext) => {
  const deviating = cases.filter(({ deviations }) => deviations.length > 0);
  context.diagnostic(
    `${cases.length} golden cases, ${cases.length - deviating.length} of them without any deviation listed`,
  );
  assert.equal(cases.filter(({ name }) => !name.startsWith('bcftools-upstream')).length, 120);
  assert.equal(cases.filter(({ name }) => name.startsWith('bcftools-upstream')).length, 20);
});

test('should be caught when a normaliser is wrong', needs('shared-vcf'), async () => {
  const split = cases.find(({ name }) => name === 'hail_100samples_star split')!;
  assert.notDeepEqual(await run({ ...split, split: 'none' }), [], 'no splitting');
  const missing = await run({ ...split, split: 'vt' });
  assert.deepEqual([...new Set(missing.map(({ field }) => field))], ['FORMAT/GT'], 'the other way of genotypes');
  const aligned = cases.find(({ name }) => name === 'nist_complex_indels shifted_leftalign')!;
  const unaligned = await run({ ...aligned, reference: undefined });
  assert.equal(unaligned.length, 64, 'no left-alignment: 32 records at the wrong place');
});
