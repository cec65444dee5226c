import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type Classified, openClassification } from '../../../src/analysis/acmg/classify-file.ts';
import { loadClinvar } from '../../../src/analysis/acmg/load-clinvar.ts';
import { DEFAULT_PROFILE } from '../../../src/analysis/acmg/profile.ts';
import { crosses } from '../../../src/analysis/acmg/report.ts';
import { needs } from '../../support/needs.ts';
import { sharedVcf } from '../../support/shared.ts';

const RULES = { profile: DEFAULT_PROFILE, lossOfFunctionGenes: undefined, clinvar: undefined };

async function judged(
  input: string,
  options: Parameters<typeof openClassification>[1],
): Promise<readonly Classified[]> {
  await using classification = await openClassification(input, options);
  const all: Classified[] = [];
  for await (const batch of classification.batches()) all.push(...batch);
  return all;
}

const HEADER = `##fileformat=VCFv4.2
##INFO=<ID=gnomAD_AF,Number=A,Type=Float,Description="frequency">
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO
`;
const fromText = (rows: readonly string[]) =>
  judged('-', { ...RULES, stdin: Readable.from([Buffer.from(HEADER + rows.map((row) => `${row}\n`).join(''))]) });
const pm2 = ({ verdict }: Classified) => verdict.outcomes.find(({ criterion }) => criterion === 'PM2')!;

test('should hold variants back until gnomAD has spoken, so that a missing value means absent', async () => {
  const silent = Array.from({ length: 2500 }, (_, row) => `1\t${row + 1}\t.\tA\tG\t.\t.\t.`);
  const spoken = await fromText([...silent, '1\t3000\t.\tA\tG\t.\t.\tgnomAD_AF=0.3']);
  assert.equal(spoken.length, 2501);
  assert.deepEqual([pm2(spoken[0]!).status, pm2(spoken.at(-1)!).status], ['met', 'notMet']);
  const never = await fromText(silent);
  assert.equal(pm2(never[0]!).status, 'notAssessable');
  assert.match(pm2(never[0]!).reason, /declares gnomAD, but/);
});

test(
  'should not judge a real file against ClinVar, with nothing of ClinVar in the points',
  needs('shared-vcf'),
  async () => {
    const all = await judged(sharedVcf('real/vcf2report__SYN-093.TGFBR1.annotated.vcf.gz'), RULES);
    const known = all.filter(({ clinvar }) => (clinvar?.stars ?? 0) >= 2);
    const crossing = known.filter(({ verdict, clinvar }) => crosses(verdict, clinvar));
    assert.deepEqual(
      crossing.map(({ evidence, verdict }) => `${evidence.chrom}:${evidence.pos} ${verdict.class}`),
      [],
    );
    const benign = known.filter(
      ({ verdict, clinvar }) => verdict.class === 'Benign' && clinvar!.significance.startsWith('Benign'),
    );
    assert.ok(
      all.length > 8000 && known.length > 500 && benign.length > 400,
      `${all.length} ${known.length} ${benign.length}`,
    );
  },
);

test("should set the loaded ClinVar's verdict beside ours", needs('shared-vcf'), async () => {
  const clinvar = await loadClinvar(sharedVcf('real/VCFannotate-Streamlit__clinvar.vcf.gz'));
  const all = await judged(sharedVcf('real/vcf2report__SYN-093.TGFBR1.annotated.vcf.gz'), { ...RULES, clinvar });
  const found = all.filter((one) => one.clinvar?.id !== undefined);
  assert.ok(found.length > 0);
  for (const { evidence, clinvar: own } of all) {
    const { significance, stars, id } = clinvar.find(evidence.chrom, evidence.pos, evidence.ref, evidence.alt) ?? {
      ...evidence.clinvar,
      id: undefined,
    };
    assert.deepEqual([own?.significance, own?.stars, own?.id], [significance, stars, id]);
  }
});
