import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockDescriber } from '../../../src/analysis/embeddings/describe-block.ts';
import { type DescribedVariant, VariantWords } from '../../../src/analysis/embeddings/description.ts';
import { ANNOTATION_COLUMNS, type AnnotationColumn } from '../../../src/core/annotation.ts';
import { blockOf } from '../../support/block.ts';

const STOP: DescribedVariant = {
  chrom: 'chr17',
  pos: 43057065,
  id: 'rs80357906;rs1',
  ref: 'T',
  alt: 'TG',
  type: 'insertion',
  gene: 'BRCA1',
  genes: 'BRCA1,NBR2',
  consequence: 'frameshift_variant&splice_region_variant',
  impact: 'HIGH',
  transcript: 'NM_007294.4',
  hgvsC: 'c.5266dup',
  hgvsP: 'p.Gln1756fs',
  clinsig: 'Pathogenic/Likely_pathogenic',
  stars: 3,
  condition: 'not_provided|Hereditary_breast_cancer',
  af: 0.00005,
  cadd: 33,
  revel: null,
  spliceai: 0.01,
  conservation: null,
};

test('should say in words what the file says of a variant', () => {
  assert.equal(
    new VariantWords().describe(STOP),
    'BRCA1 NBR2 frameshift variant and splice region variant, p.Gln1756fs, NM_007294.4 c.5266dup, chr17:43057065 T>TG, ' +
      'rs80357906 rs1, high impact, pathogenic/likely pathogenic (3 of 4 stars), hereditary breast cancer, very rare, CADD 33, SpliceAI 0.01',
  );
});

test('should share the topic among variants that mean the same', () => {
  const words = new VariantWords();
  const topic =
    'BRCA1 frameshift variant and splice region variant, high impact, pathogenic/likely pathogenic (3 of 4 stars), hereditary breast cancer, very rare';
  assert.equal(words.topic(STOP), topic);
  assert.equal(words.topic({ ...STOP, pos: 1, id: '.', alt: 'TA', hgvsC: null, hgvsP: null, cadd: 20 }), topic);
});

test('should have a topic only for what is reported, or rare with an effect', () => {
  const words = new VariantWords();
  const plain = { ...STOP, clinsig: null, stars: null, condition: null };
  assert.notEqual(words.topic(plain), null);
  assert.notEqual(words.topic({ ...plain, af: null }), null);
  assert.equal(words.topic({ ...plain, af: 0.01 }), null);
  assert.equal(words.topic({ ...plain, impact: 'MODIFIER' }), null);
  assert.equal(words.topic({ ...plain, consequence: null, impact: null }), null);
  assert.notEqual(words.topic({ ...STOP, af: 0.4, impact: 'MODIFIER' }), null);
});

const HEADER = `##fileformat=VCFv4.2
##INFO=<ID=phyloP100way,Number=1,Type=Float,Description="Conservation">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n`;
const CSQ_HEADER = `##fileformat=VCFv4.2
##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequences. Format: Allele|Consequence|GERP++_RS">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n`;

function described(
  lines: readonly string[],
  header: string,
  annotations: readonly Partial<Record<AnnotationColumn, string>>[] = [],
) {
  const block = blockOf(lines.map((line) => `${line.replaceAll(' ', '\t')}\n`).join(''), 0);
  const texts = lines.flatMap((_, row) => ANNOTATION_COLUMNS.map(({ name }) => annotations[row]?.[name] ?? null));
  return new BlockDescriber().describe({ block, annotations: texts }, { digest: header, header: Buffer.from(header) });
}

test('should know the type of an allele by its letters', () => {
  const alleles = ['A G', 'C T', 'A C', 'AC GT', 'A AT', 'AT A', 'A <DEL>', 'A A[chr2:5['];
  const { descriptions } = described(
    alleles.map((pair, i) => `chr1 ${i + 1} . ${pair} . . .`),
    HEADER,
  );
  assert.deepEqual(
    descriptions.map((text) => text.split(',')[0]!.replace('no gene ', '')),
    ['transition', 'transition', 'transversion', 'mnv', 'insertion', 'deletion', 'other', 'breakend'],
  );
});

test('should read how conserved a place is where the file says so, in INFO or in a column of CSQ', () => {
  const info = described(
    ['chr1 1 . A G . . phyloP100way=5', 'chr1 2 . A G . . phyloP100way=-3', 'chr1 3 . A G . . .'],
    HEADER,
  );
  assert.deepEqual(info.conservation, [0.5, 0, null]);
  const csq = described(
    ['chr1 1 . A G . . CSQ=G|missense_variant|,G|intron_variant|6.17', 'chr1 2 . A G . . CSQ=G|x|'],
    CSQ_HEADER,
  );
  assert.deepEqual(csq.conservation, [1, null]);
  const none = described(
    ['chr1 1 . A G . . phyloP=3'],
    '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n',
  );
  assert.deepEqual(none.conservation, [null]);
});

test('should take numbers and words from the typed columns', () => {
  const { descriptions, topics, vectors } = described(['chr1 1 é1 A G . . .', 'chr1 2 . C T . . .'], HEADER, [
    { gene: 'CFTR', consequence: 'stop_gained', impact: 'HIGH', af: '1e-06' },
  ]);
  assert.equal(descriptions[0], 'CFTR stop gained, chr1:1 A>G, é1, high impact, very rare');
  assert.equal(topics[0], 'CFTR stop gained, high impact, very rare');
  assert.equal(topics[1], null);
  assert.equal(vectors.length, 128);
});
