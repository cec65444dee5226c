import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANNOTATION_WIDTH } from '../../../src/core/annotation.ts';
import { BOUNDS_STRIDE, END_FILTER, END_INFO } from '../../../src/core/variant-block.ts';
import { findCarriers } from '../../../src/vcf/carriers.ts';
import { createAnnotator } from '../../../src/vcf/info/annotator.ts';
import { blockOf } from '../../support/block.ts';

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 2 ** 31);

/** mulberry32 */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const HEADER = {
  CSQ: 'Format: Allele|Consequence|IMPACT|SYMBOL|Gene|Feature_type|Feature|HGVSc|HGVSp|MANE_SELECT|CANONICAL|ALLELE_NUM|gnomADe_AF',
  ANN: "'Allele | Annotation | Annotation_Impact | Gene_Name | Gene_ID | Feature_Type | Feature_ID | Transcript_BioType | Rank | HGVS.c | HGVS.p'",
  SpliceAI: '',
  CLNSIG: '',
  CLNREVSTAT: '',
  CLNDN: '',
  GENEINFO: '',
  MC: '',
  AF_EXAC: '',
  CADD_PHRED: '',
};

const INFO = [
  'AF_EXAC=1e-3;CADD_PHRED=22.1',
  'CLNDN=a|b%3Bc;CLNREVSTAT=criteria_provided,_single_submitter;CLNSIG=Pathogenic;GENEINFO=A:1|B:2;MC=SO:1|nonsense,SO:2|x',
  'SpliceAI=T|A|0.1|0.2|0.3|0.4|1|2|3|4,C|A|0.9|.|||',
  'CSQ=T|missense_variant|MODERATE|A|E1|Transcript|T1|T1:c.1G>T|P:p.Gly1%3D|NM||1|1e-5,T|stop_gained|HIGH|B|E2|Transcript|T2||||YES|2|0.5&0.1',
  'ANN=T|intron_variant|LOW|A|E1|transcript|T1|pc|1/2|c.1G>T|p.G1V',
].join(';');

const POOL = '|,;=&%.-0159eETGCA*<>\\ "';

test('should never throw nor point outside INFO, whatever INFO holds', () => {
  const random = uniform(SEED);
  const annotator = createAnnotator({
    info: new Map(Object.entries(HEADER).map(([key, description]) => [key, { description }])),
  });
  for (let round = 0; round < 200; round++) {
    const lines = Array.from({ length: 20 }, () => {
      const bytes = [...INFO];
      for (let edits = Math.floor(random() * 12); edits >= 0; edits--) {
        const at = Math.floor(random() * bytes.length);
        const cut = random() < 0.3 ? Math.floor(random() * 40) : 1;
        bytes.splice(at, cut, random() < 0.8 ? POOL[Math.floor(random() * POOL.length)]! : '');
      }
      const alt = ['T', 'C', 'GT', 'G', '<DEL>', '*', 'T,C'][Math.floor(random() * 7)];
      return `1\t9\t.\tG\t${alt}\t.\t.\t${bytes.join('') || '.'}\tGT:DP\t0/${Math.floor(random() * 3)}:1\t${random() < 0.5 ? '.' : '1|'}`;
    });
    const block = blockOf(lines.join('\n'));
    for (let row = 0; row < block.count; row++) block.ordinals[row] = Math.floor(row / (1 + (round % 3)));
    const told = `seed ${SEED}, round ${round}: replay with TEST_SEED=${SEED}`;
    const { ranges, overrides } = annotator.annotate(block);
    for (let key = 0; key < block.count * ANNOTATION_WIDTH; key++) {
      const row = Math.floor(key / ANNOTATION_WIDTH) * BOUNDS_STRIDE;
      const start = ranges[key * 2] ?? -1;
      if (start === -1) continue;
      assert.ok(start > block.bounds[row + END_FILTER]! && ranges[key * 2 + 1]! <= block.bounds[row + END_INFO]!, told);
      assert.ok(start < ranges[key * 2 + 1]!, told);
    }
    for (const value of overrides.values()) assert.doesNotMatch(value, /^$|[\0-\x1f]/, told);
    findCarriers(block, 2);
  }
});
