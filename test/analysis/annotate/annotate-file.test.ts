import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { openClassification } from '../../../src/analysis/acmg/classify-file.ts';
import { DEFAULT_PROFILE } from '../../../src/analysis/acmg/profile.ts';
import {
  type AnnotateOptions,
  type AnnotateSummary,
  annotateFile,
} from '../../../src/analysis/annotate/annotate-file.ts';

const COLUMNS = '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO';

interface Made {
  readonly header?: readonly string[];
  readonly records: readonly string[];
}

/** Records as `chrom pos ref alt info`. */
function vcf({ header = [], records }: Made): string {
  const lines = records.map((text) => {
    const [chrom, pos, ref, alt, info = '.'] = text.split(' ');
    return [chrom, pos, '.', ref, alt, '.', '.', info].join('\t');
  });
  return ['##fileformat=VCFv4.2', ...header, COLUMNS, ...lines, ''].join('\n');
}

const info = (id: string, number = '1', type = 'String', description = id): string =>
  `##INFO=<ID=${id},Number=${number},Type=${type},Description="${description}">`;

describe('annotateFile', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'va-annotate-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Annotates one text with others; gives the records as `chrom pos ref alt info`. */
  async function annotated(
    file: Made,
    others: readonly (Made & { readonly name?: string; readonly file?: string })[],
    options: Partial<AnnotateOptions> = {},
  ): Promise<{ readonly header: string[]; readonly records: string[]; readonly summary: AnnotateSummary }> {
    const input = join(folder, 'input.vcf');
    const output = join(folder, 'output.vcf');
    await writeFile(input, vcf(file));
    const annotations = [];
    for (const [i, { name, file: called, ...made }] of others.entries()) {
      const path = join(folder, called ?? `other${i}.vcf`);
      await writeFile(path, vcf(made));
      annotations.push({ path, name });
    }
    const summary = await annotateFile(input, { annotations, output, compression: 'none', ...options });
    const lines = (await readFile(output, 'utf8')).trimEnd().split('\n');
    const records = lines.filter((line) => !line.startsWith('#')).map((line) => line.split('\t'));
    return {
      header: lines.filter((line) => line.startsWith('##')),
      records: records.map(([chrom, pos, , ref, alt, , , values]) => [chrom, pos, ref, alt, values].join(' ')),
      summary,
    };
  }

  test('should add values to the same variants, whatever the chromosomes are called and however records are cut and sorted', async () => {
    const { records, header, summary } = await annotated(
      {
        header: [info('DP')],
        records: [
          'chr2 9 A G DP=3',
          'chr1 5 A C,G DP=1',
          'chr1 5 A T .',
          'chrM 7 c t .',
          'chr3 1 A <DEL> .',
          'chr3 1 A . .',
        ],
      },
      [
        {
          header: [info('X', 'A'), info('F', '0', 'Flag')],
          records: [
            '1 5 A G,T X=g,t;F',
            'MT 7 C T X=mito',
            '2 9 A G X=.',
            '3 1 A <DEL> X=no',
            '3 1 A . X=no',
            '1 6 A G X=no',
          ],
        },
      ],
    );
    assert.deepEqual(records, [
      'chr2 9 A G DP=3',
      'chr1 5 A C DP=1',
      'chr1 5 A G DP=1;X=g;F',
      'chr1 5 A T X=t;F',
      'chrM 7 c t X=mito',
      'chr3 1 A <DEL> .',
      'chr3 1 A . .',
    ]);
    assert.ok(header.includes(info('X', 'A')));
    assert.match(header.at(-1) ?? '', /^##vcf-agent_annotate=<ID=other,File="other0.vcf",/);
    const [applied] = summary.annotations;
    assert.deepEqual([applied?.matched, applied?.records, summary.variants], [4, 6, 7]);
  });

  test('should keep what the file says, and give a key that it has, or that is reserved, a name of its own', async () => {
    const file = {
      header: [info('X', '1', 'String', 'own'), info('AF', 'A', 'Float')],
      records: ['1 5 A G X=own;AF=0.5'],
    };
    const other = {
      header: [info('X', '1', 'String', 'other'), info('AF', 'A', 'Float'), info('Y')],
      records: ['1 5 A G X=new;AF=0.1;Y=1'],
    };
    const kept = await annotated(file, [{ ...other, name: 'mine' }]);
    assert.deepEqual(kept.records, ['1 5 A G X=own;AF=0.5;mine_X=new;mine_AF=0.1;Y=1']);
    assert.ok(kept.header.includes(info('X', '1', 'String', 'own')));
    assert.ok(kept.header.includes(info('mine_X', '1', 'String', 'other')));
    const replaced = await annotated(file, [{ ...other, name: 'mine' }], { overwrite: true });
    assert.deepEqual(replaced.records, ['1 5 A G AF=0.5;X=new;mine_AF=0.1;Y=1']);
    assert.equal(replaced.header.filter((line) => line.includes('ID=X,')).length, 1);
    const some = await annotated(file, [other], { keys: ['Y'] });
    assert.deepEqual(some.records, ['1 5 A G X=own;AF=0.5;Y=1']);
    await assert.rejects(annotated(file, [other], { keys: ['Z'] }), { code: 'USAGE' });
    await assert.rejects(annotated(file, [{ ...other, name: 'a;b' }]), { code: 'USAGE' });
    const twice = await annotated(file, [
      { ...other, name: 'a' },
      { ...other, name: 'a' },
    ]);
    assert.deepEqual(twice.records, ['1 5 A G X=own;AF=0.5;a_X=new;a_AF=0.1;Y=1;a_X_2=new;a_AF_2=0.1;a_Y=1']);
  });

  test('should take the first of several records of one variant', async () => {
    const { records } = await annotated({ records: ['1 5 A G', '1 5 A G'] }, [
      { header: [info('X')], records: ['1 5 A G X=1', '1 5 A G X=2', '1 5 A G X=3'] },
    ]);
    assert.deepEqual(records, ['1 5 A G X=1', '1 5 A G X=1']);
  });

  test('should refuse another assembly, by its name and by the length of a contig', async () => {
    const file = { header: ['##reference=GRCh38', '##contig=<ID=chr9,length=100>'], records: ['chr9 5 A G'] };
    const clinvar = { header: ['##reference=GRCh37', info('X')], records: ['9 5 A G X=1'] };
    await assert.rejects(annotated(file, [clinvar]), { code: 'OPTION_CONFLICT', message: /GRCh38.*GRCh37/ });
    const other = { header: ['##contig=<ID=9,length=99>', info('X')], records: ['9 5 A G X=1'] };
    await assert.rejects(annotated(file, [other]), { code: 'OPTION_CONFLICT', message: /100 bases/ });
  });

  test('should let classify see a ClinVar and a gnomAD that were added', async () => {
    const gnomad = [
      info('AF', 'A', 'Float'),
      info('AN', '1', 'Integer'),
      info('nhomalt', 'A', 'Integer'),
      info('AF_afr', 'A', 'Float'),
    ];
    const { records, header } = await annotated(
      { header: [info('AF', 'A', 'Float')], records: ['1 5 A G AF=1', '1 8 A G AF=1'] },
      [
        {
          header: ['##fileDate=2026-03-01', info('CLNSIG'), info('CLNREVSTAT')],
          records: ['1 5 A G CLNSIG=Benign;CLNREVSTAT=reviewed_by_expert_panel'],
        },
        {
          header: gnomad,
          records: ['1 5 A G AF=0.4;AN=90000;nhomalt=9;AF_afr=0.3'],
          file: 'gnomad.exomes.v4.1.sites.chr1.vcf',
        },
      ],
    );
    assert.match(
      records[0] ?? '',
      /AF=1;CLNSIG=Benign;CLNREVSTAT=.*;gnomADe_AF=0.4;gnomADe_AN=90000;gnomADe_nhomalt=9;gnomADe_AF_afr=0.3$/,
    );
    assert.ok(
      header.some((line) => line.startsWith('##vcf-agent_annotate=<ID=clinvar,File="other0.vcf",Version="2026-03-01"')),
    );
    const options = { profile: DEFAULT_PROFILE, lossOfFunctionGenes: undefined, clinvar: undefined };
    await using classification = await openClassification(join(folder, 'output.vcf'), options);
    assert.equal(classification.provenance.annotations.clinvar, '2026-03-01');
    const judged = [];
    for await (const batch of classification.batches()) judged.push(...batch);
    assert.deepEqual([judged[0]?.verdict.class, judged[0]?.clinvar?.stars], ['Benign', 3]);
    const rare = judged[1]?.verdict.outcomes.find(({ criterion }) => criterion === 'PM2');
    assert.equal(rare?.status, 'met');
  });

  test('should say the same as a plain join', async () => {
    const base = fc.constantFrom('A', 'C', 'G', 'T', 'AC', 'CA');
    const variant = fc.tuple(fc.constantFrom('1', 'chr1', 'CHR2', '2'), fc.integer({ min: 1, max: 6 }), base, base);
    const plainKey = ([chrom, pos, ref, alt]: [string, number, string, string]): string =>
      [chrom.replace(/^chr/i, ''), pos, ref, alt].join(' ');
    await fc.assert(
      fc.asyncProperty(
        fc.array(variant, { maxLength: 30 }),
        fc.array(variant, { maxLength: 30 }),
        async (own, others) => {
          const said = new Map<string, string>();
          for (const [i, one] of others.entries()) if (!said.has(plainKey(one))) said.set(plainKey(one), `X=${i}`);
          const { records } = await annotated({ records: own.map((one) => one.join(' ')) }, [
            { header: [info('X')], records: others.map((one, i) => `${one.join(' ')} X=${i}`) },
          ]);
          assert.deepEqual(
            records,
            own.map((one) => `${one.join(' ')} ${said.get(plainKey(one)) ?? '.'}`),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
