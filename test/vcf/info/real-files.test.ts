import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH } from '../../../src/core/annotation.ts';
import { BOUNDS_STRIDE, END_ALT, END_FILTER, END_INFO } from '../../../src/core/variant-block.ts';
import { findCarriers } from '../../../src/vcf/carriers.ts';
import { createAnnotator } from '../../../src/vcf/info/annotator.ts';
import { openVcf } from '../../../src/vcf/open.ts';
import { needs } from '../../support/needs.ts';
import { sharedVcf } from '../../support/shared.ts';

type Row = Record<string, string | null>;

interface SeenRow {
  readonly alt: string;
  readonly info: ReadonlyMap<string, string>;
  readonly columns: Row;
}

async function* rowsOf(file: string): AsyncGenerator<SeenRow> {
  await using reader = await openVcf(sharedVcf(`real/${file}`));
  const annotator = createAnnotator(reader.header);
  for await (const { block } of reader.batches({ maxRecords: 1000 })) {
    block.alleles.fill(1);
    const { ranges, overrides } = annotator.annotate(block);
    findCarriers(block, reader.header.samples.length);
    const buffer = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength);
    const field = (row: number, column: number) =>
      buffer.toString(
        'utf8',
        block.bounds[row * BOUNDS_STRIDE + column - 1]! + 1,
        block.bounds[row * BOUNDS_STRIDE + column],
      );
    for (let row = 0; row < block.count; row++) {
      const columns = Object.fromEntries(
        ANNOTATION_COLUMNS.map(({ name }, column) => {
          const key = row * ANNOTATION_WIDTH + column;
          // A file without annotations has no ranges at all.
          const start = ranges[key * 2] ?? -1;
          return [name, overrides.get(key) ?? (start < 0 ? null : buffer.toString('utf8', start, ranges[key * 2 + 1]))];
        }),
      );
      assert.ok(block.bounds[row * BOUNDS_STRIDE + END_FILTER]! < block.bounds[row * BOUNDS_STRIDE + END_INFO]!);
      const info = new Map(
        field(row, END_INFO)
          .split(';')
          .toReversed()
          .map((pair) => [pair.split('=', 1)[0]!, pair.slice(pair.indexOf('=') + 1)]),
      );
      yield { alt: field(row, END_ALT), info, columns };
    }
  }
}

const nothing = (text: string | undefined) => (text === undefined || text === '' || text === '.' ? null : text);

test('should agree with a plain reading of ClinVar’s keys on ClinVar itself', needs('shared-vcf'), async () => {
  let rows = 0;
  for await (const { info, columns } of rowsOf('VCFannotate-Streamlit__clinvar.vcf.gz')) {
    rows++;
    assert.equal(columns.clinsig, nothing(info.get('CLNSIG')));
    assert.equal(columns.condition?.includes('%'), columns.condition === null ? undefined : false);
    const genes =
      info
        .get('GENEINFO')
        ?.split('|')
        .map((pair) => pair.split(':')[0]!) ?? [];
    assert.equal(columns.gene, genes[0] ?? null);
    assert.equal(columns.genes, genes.length > 1 ? genes.join(',') : null);
    assert.equal(
      columns.af,
      nothing(info.get('AF_EXAC')) ?? nothing(info.get('AF_TGP')) ?? nothing(info.get('AF_ESP')),
    );
    const terms =
      info
        .get('MC')
        ?.split(',')
        .map((pair) =>
          pair
            .split('|')[1]!
            .replace(/^nonsense$/, 'stop_gained')
            .replace('non-coding', 'non_coding'),
        ) ?? [];
    if (terms.length === 1) assert.equal(columns.consequence, terms[0]);
    assert.equal(
      columns.impact === null,
      columns.consequence === null || columns.consequence === 'no_sequence_alteration',
    );
    assert.equal(columns.stars === null, !info.has('CLNREVSTAT'));
  }
  assert.ok(rows > 69_000);
});

test('should agree with a plain reading of CSQ on biallelic rows of real VEP files', needs('shared-vcf'), async () => {
  for (const file of ['pVACtools__annotated.expression.vcf.gz', 'bcftools__split-vep.vcf']) {
    let seen = 0;
    for await (const { alt, info, columns } of rowsOf(file)) {
      if (alt.includes(',') || !info.has('CSQ')) continue;
      const entries = info
        .get('CSQ')!
        .split(',')
        .map((text) => text.split('|'));
      const alleles = new Set(entries.map((entry) => entry[0]));
      if (alleles.size > 1) continue;
      seen++;
      const chosen = entries.filter(
        (entry) =>
          (nothing(entry[3]) ?? nothing(entry[4])) === columns.gene && nothing(entry[1]) === columns.consequence,
      );
      assert.ok(chosen.length > 0, JSON.stringify(columns));
      const inside = entries.filter((entry) => !/^(up|down)stream|^intergenic/.test(entry[1]!));
      if (inside.length > 0) assert.doesNotMatch(columns.consequence!, /^(up|down)stream/);
      assert.ok(chosen.some((entry) => nothing(entry[2]) === columns.impact));
    }
    assert.ok(seen > 500, `${file}: ${seen}`);
  }
});

test('should give every real file columns that PostgreSQL accepts', needs('shared-vcf'), async () => {
  const numeric = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
  for (const file of readdirSync(sharedVcf('real')).filter((name) => /\.vcf(\.gz)?$/.test(name))) {
    if (/__clinvar|prod\.chr20|SnpEff__test_clinvar/.test(file)) continue; // seen above, too large, without a header
    for await (const { columns } of rowsOf(file)) {
      for (const name of ['af', 'cadd', 'revel', 'spliceai']) {
        const value = columns[name] ?? null;
        if (value !== null) assert.match(value, numeric, `${file} ${name}`);
      }
      for (const value of Object.values(columns)) assert.ok(value !== '' && !value?.includes('\0'), file);
    }
  }
});
