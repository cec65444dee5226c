import { basename } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { VcfAgentError } from '../../core/errors.ts';
import { parseHeader } from '../../vcf/header/parse.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { count, printable } from '../format.ts';
import { findStoredFile, wholeNumber } from '../inputs.ts';
import { judgingProgress } from '../judging-progress.ts';
import type { Registry } from '../program.ts';
import { addRuleFlags, type RuleFlags, ruleOptions } from '../rule-flags.ts';
import { type Shown, VERDICTS_SHOWN, VerdictOutput } from '../verdict-output.ts';

interface ClassifyFlags extends RuleFlags {
  readonly minPoints?: number;
  readonly limit?: number;
  readonly criteria?: true;
  readonly stored?: true;
  readonly keep?: true;
}

const EXAMPLES = `
Examples:
  vcf-agent classify annotated.vcf.gz --lof-genes lof.txt
  vcf-agent classify annotated.vcf.gz --clinvar clinvar.vcf.gz --min-points 6
  vcf-agent classify annotated.vcf.gz --criteria --limit 5        every criterion with its reason
  vcf-agent classify trio.vcf.gz --ped family.ped                 de novo, recessive, compound heterozygous, X-linked
  vcf-agent classify annotated.vcf.gz --json | jq 'select(.crossesClinvar)'
  vcf-agent classify annotated.vcf.gz --profile clingen-cadd      or a file of yours
  vcf-agent classify trio.vcf.gz --stored --keep --clinvar clinvar.vcf.gz
                                                      judges a stored file; query, get and prove know the verdicts

Judges what the file carries (VEP or SnpEff, gnomAD, REVEL or CADD, SpliceAI, LOFTEE) by ACMG/AMP criteria and the points of
Tavtigian 2020. What the file does not carry is not assessable, and says so. docs/acmg.md has every criterion and its source.
`;

export function addClassify({ program, run }: Registry): void {
  const command = program
    .command('classify')
    .summary('judge variants by the ACMG/AMP criteria, for research')
    .description('Judges each variant of an annotated file by the ACMG/AMP criteria. Research use only.')
    .argument('<file>', 'VCF or BCF with annotations, - for standard input; with --stored a name, number or digest')
    .option('--stored', 'judge a stored file')
    .option('--keep', 'judge a stored file and keep the verdicts in place of those that were there');
  addRuleFlags(command)
    .option('--min-points <points>', 'only variants with at least so many points', integer)
    .option('--criteria', 'show every criterion of each variant')
    .option(
      '-n, --limit <rows>',
      `most variants shown, 0 for all (default: ${VERDICTS_SHOWN}; all with --json)`,
      wholeNumber(0),
    )
    .addHelpText('after', EXAMPLES)
    .action(
      run((context, args, options) => {
        const flags = options as unknown as ClassifyFlags;
        checkFlags(flags);
        const judge = flags.stored || flags.keep ? classifyStored : classifyFile;
        return judge(context, args[0] ?? '', flags);
      }),
    );
}

function checkFlags({ stored, keep, ped }: ClassifyFlags): void {
  if ((!stored && !keep) || ped === undefined) return;
  throw new VcfAgentError(
    'USAGE',
    'families are judged from a file, not from what is stored: leave out --stored, --keep',
  );
}

function integer(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

async function classifyFile(context: Context, input: string, flags: ClassifyFlags): Promise<number> {
  const { openClassification } = await import('../../analysis/acmg/classify-file.ts');
  const options = await ruleOptions(context, flags);
  await using classification = await openClassification(input, options);
  const { families } = classification;
  const output = new VerdictOutput(context, classification.provenance, { ...flags, families });
  for await (const batch of classification.batches()) await show(output, batch, flags);
  await output.end(classification);
  for (const { message } of classification.familyProblems) context.note(`warning: ${printable(message)}`);
  return classification.rejected > 0 || classification.truncated ? EXIT.partial : EXIT.ok;
}

async function show(output: VerdictOutput, batch: readonly Shown[], { minPoints }: ClassifyFlags): Promise<void> {
  for (const shown of batch) {
    const { applies, points } = shown.verdict;
    await output.add(shown, minPoints === undefined || (applies && points >= minPoints));
  }
}

async function classifyStored(context: Context, wanted: string, flags: ClassifyFlags): Promise<number> {
  const { signal } = context;
  const { provenanceOf } = await import('../../analysis/acmg/classify-file.ts');
  const { judgeStored } = await import('../../app/judge.ts');
  const { profile, lossOfFunctionGenes, clinvar } = await ruleOptions(context, flags);
  return context.withApp(async (app) => {
    const file = findStoredFile(await app.store.files(app.tenant), wanted);
    const { header } = parseHeader(file.header);
    const output = new VerdictOutput(context, provenanceOf(header, { profile, clinvar }), flags);
    const loaded = clinvar && { index: clinvar, name: basename(flags.clinvar ?? '') };
    const options = { profile, lossOfFunctionGenes, clinvar: loaded, signal };
    if (flags.keep) {
      const progress = judgingProgress(context, file);
      const onJudged = (batch: readonly Shown[]): Promise<void> => show(output, batch, flags);
      const { changed } = await app.judge(file.fileId, { ...options, ...progress, onJudged }).finally(progress.finish);
      await output.end({ rejected: 0, truncated: false });
      context.note(`${context.noteStyle.green('✔')} kept for ${printable(file.name)}, ${count(changed)} not as before`);
    } else {
      for await (const batch of judgeStored(app.store, file, options)) await show(output, batch, flags);
      await output.end({ rejected: 0, truncated: false });
    }
    return EXIT.ok;
  });
}
