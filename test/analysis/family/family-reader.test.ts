import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Classification, openClassification } from '../../../src/analysis/acmg/classify-file.ts';
import { keyOf, type VariantEvidence } from '../../../src/analysis/acmg/evidence.ts';
import { DEFAULT_PROFILE } from '../../../src/analysis/acmg/profile.ts';
import { parsePed } from '../../../src/analysis/family/pedigree.ts';

const SAMPLES = ['boy', 'dad', 'mum', 'sister', 'girl', 'pa', 'ma', 'stranger'];
/** An affected boy with a healthy sister, and an affected girl; a father who was not sequenced; a family of nobody. */
const PED = `# two families and one that is not in the file
BOY boy dad mum 1 2
BOY dad 0 0 1 1
BOY mum 0 0 2 1
BOY sister dad mum 2 1
GIRL girl pa ma 2 2
GIRL pa 0 0 1 1
GIRL ma 0 0 2 1
ALONE stranger gone 0 1 2
ABSENT nobody 0 0 1 2
`;

const HEAD = [
  '##fileformat=VCFv4.2',
  '##contig=<ID=X,length=156040895>',
  '##contig=<ID=1>',
  '##contig=<ID=MT>',
  '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations from Ensembl VEP. Format: Allele|Consequence|SYMBOL|Feature_type|Feature|BIOTYPE">',
  '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
  ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT', ...SAMPLES].join('\t'),
];

function line(chrom: string, pos: number, genotypes: string, gene = 'GENE', alt = 'G'): string {
  const csq = alt
    .split(',')
    .map((allele) => `${allele}|missense_variant|${gene}|Transcript|NM_${gene}|protein_coding`)
    .join();
  return [chrom, pos, '.', 'A', alt, '.', '.', `CSQ=${csq}`, 'GT', ...genotypes.split(' ')].join('\t');
}

//                                boy dad mum sister | girl pa ma | stranger
const RECORDS = [
  line('X', 1_000_000, '1/1 0/1 0/1 0/1 0/0 0/0 0/0 0/0'),
  line('X', 50_000_000, '1 0 0/1 0/1 0/0 0 0/0 0'),
  line('X', 50_000_001, '1/1 0/0 0/0 0/0 0/0 0/0 0/0 0/0'),
  line('X', 50_000_002, '0/1 0/0 0/1 0/0 0/0 0/0 0/0 0/0'),
  line('X', 50_000_003, '0 0 0/0 0/0 0/1 0 0/0 1'),
  line('1', 100, '0/1 0/0 0/0 0/0 0/1 0/0 0/0 0/0', 'ONE'),
  line('1', 200, '0/1 0/0 0/0 0/1 0/0 0/0 0/0 0/0', 'TWO'),
  line('1', 300, '0/1 0/0 ./. 0/0 ./. 0/0 0/0 0/0', 'THREE'),
  line('1', 400, '1/1 0/1 0/1 1/1 1/1 0/1 0/1 1/1', 'OTHER'),
  line('1', 500, '0/1 0/1 0/0 0/0 0/0 0/0 0/0 0/0', 'PAIR'),
  line('1', 600, '0/1 0/0 0/1 0/1 0/0 0/0 0/0 0/0', 'PAIR'),
  line('1', 700, '0/0 0/0 0/0 0/0 1/2 0/1 0/2 0/0', 'SPLIT', 'G,T'),
  line('MT', 100, '0/1 0/0 0/0 0/0 0/0 0/0 0/0 0/0'),
];

describe('families of a file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'va-family-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function read(
    records: readonly string[],
  ): Promise<{ evidence: VariantEvidence[]; classification: Classification }> {
    const path = join(folder, 'families.vcf');
    await writeFile(path, `${[...HEAD, ...records].join('\n')}\n`);
    const { pedigree } = parsePed(PED);
    const rules = { profile: DEFAULT_PROFILE, lossOfFunctionGenes: undefined, clinvar: undefined };
    await using classification = await openClassification(path, { ...rules, pedigree });
    const evidence: VariantEvidence[] = [];
    for await (const batch of classification.batches()) evidence.push(...batch.map((one) => one.evidence));
    return { evidence, classification };
  }

  const told = (evidence: readonly VariantEvidence[]): Record<string, string> =>
    Object.fromEntries(
      evidence.map((one) => [
        keyOf(one).slice(0, -2).replace(':A', ''),
        (one.families ?? [])
          .map(({ family, modes }) =>
            `${family}: ${modes.map(({ mode, status }) => `${mode} ${status}`).join(' ')}`.trim(),
          )
          .join('; '),
      ]),
    );

  test('should be told apart in one reading, each by its own members', async () => {
    const { evidence, classification } = await read(RECORDS);
    const modes = told(evidence.filter(({ pos }) => pos !== 700));
    assert.deepEqual(modes, {
      // The sister and the mother are healthy carriers.
      'X:50000000': 'BOY: xLinkedRecessive met',
      'X:50000001': 'BOY: deNovo met',
      // A man has one X: this is no genotype.
      'X:50000002': 'BOY: xLinkedRecessive notAssessable',
      'X:50000003': 'GIRL: deNovo met; ALONE: deNovo possible xLinkedDominant possible xLinkedRecessive possible',
      // Pseudo-autosomal.
      'X:1000000': 'BOY: autosomalRecessive met',
      '1:100': 'BOY: deNovo met; GIRL: deNovo met',
      // A healthy sister has it too.
      '1:200': 'BOY:',
      '1:300': 'BOY: deNovo notAssessable; GIRL: deNovo notAssessable',
      // The healthy sister is homozygous; nobody knows the stranger's parents.
      '1:400': 'BOY:; GIRL: autosomalRecessive met; ALONE: autosomalDominant possible autosomalRecessive possible',
      '1:500': 'BOY: compoundHeterozygous met',
      '1:600': 'BOY: compoundHeterozygous met',
      'MT:100': 'BOY:',
    });
    assert.deepEqual(
      classification.familyProblems.map(({ code, message }) => [code, message]),
      [['PED_FAMILY_NOT_IN_FILE', 'family ABSENT: no member is a sample of the file']],
    );
  });

  test('should take two ALT alleles of one record for a pair when each parent has one', async () => {
    const { evidence } = await read(RECORDS);
    const pair = evidence.filter(({ pos }) => pos === 700);
    assert.deepEqual(
      pair.map((one) =>
        one.families?.map(({ partners }) => partners.map((partner) => `${keyOf(partner.variant)} ${partner.phase}`)),
      ),
      [[['1:700:A:T trans']], [['1:700:A:G trans']]],
    );
  });

  test('should say so when the records are not in order, which may part a gene', async () => {
    const { classification } = await read([RECORDS[9]!, RECORDS[0]!, RECORDS[10]!]);
    assert.ok(classification.familyProblems.some(({ code }) => code === 'PED_PARTNERS_MISSED'));
  });

  test('should name members by their role only, so that what is told can be shown to anybody', async () => {
    const { evidence } = await read(RECORDS);
    const reasons = evidence.flatMap(({ families = [] }) =>
      families.flatMap(({ modes, partners }) => [...modes, ...partners].flatMap((one) => one.reasons)),
    );
    assert.ok(reasons.includes('mother: no genotype'));
    assert.ok(reasons.includes('proband: heterozygous where a man has one copy'));
    for (const name of SAMPLES) assert.ok(!reasons.some((reason) => reason.split(/\W+/).includes(name)), name);
  });
});
