import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { ClassifyOptions } from '../../analysis/acmg/classify-file.ts';
import type { MemoryClinvar } from '../../analysis/acmg/clinvar-memory.ts';
import { parseGeneList } from '../../analysis/acmg/gene-list.ts';
import { PROFILES, type Profile } from '../../analysis/acmg/profile.ts';
import type { Pedigree } from '../../analysis/family/pedigree.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Problem } from '../../core/problem.ts';
import { parseHeader } from '../../vcf/header/parse.ts';
import { toInputError } from '../../vcf/reader/byte-source.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { count, printable } from '../format.ts';
import { findStoredFile, wholeNumber } from '../inputs.ts';
import { judgingProgress } from '../judging-progress.ts';
import type { Registry } from '../program.ts';
import { type Shown, VERDICTS_SHOWN, VerdictOutput } from '../verdict-output.ts';

interface ClassifyFlags {
  readonly clinvar?: string;
  readonly lofGenes?: string;
  readonly ped?: string;
  readonly confirmedParentage?: true;
  readonly profile: string;
  readonly minPoints?: number;
  readonly limit?: number;
  readonly criteria?: true;
  readonly stored?: true;
  readonly keep?: true;
}

/** Problems of a pedigree that are printed; the others are counted. */
const PROBLEMS_SHOWN = 10;

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
  program
    .command('classify')
    .summary('judge variants by the ACMG/AMP criteria, for research')
    .description('Judges each variant of an annotated file by the ACMG/AMP criteria. Research use only.')
    .argument('<file>', 'VCF or BCF with annotations, - for standard input; with --stored a name, number or digest')
    .option('--stored', 'judge a stored file')
    .option('--keep', 'judge a stored file and keep the verdicts in place of those that were there')
    .option('--clinvar <file>', 'ClinVar VCF of the same assembly: PS1, PM5, PM1, PP2, BP1, and its own verdict')
    .option('--lof-genes <file>', 'genes in which loss of function causes disease, one a line: PVS1')
    .option('--ped <file>', 'families (PED): modes of inheritance, PS2 or PM6, PM3, BP2')
    .option('--confirmed-parentage', 'the parents are shown to be the parents: de novo is PS2, not PM6')
    .option('--profile <name>', 'thresholds: clingen, clingen-cadd, or a JSON file', 'clingen')
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
  const options = await classifyOptions(context, flags);
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
  const { profile, lossOfFunctionGenes, clinvar } = await classifyOptions(context, flags);
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

async function classifyOptions(
  context: Context,
  flags: ClassifyFlags,
): Promise<ClassifyOptions & { readonly clinvar: MemoryClinvar | undefined }> {
  const { signal } = context;
  const { config } = await context.config();
  const { loadClinvar } = await import('../../analysis/acmg/load-clinvar.ts');
  return {
    signal,
    limits: { lineBytes: config.limits.lineBytes },
    profile: withParentage(await profileOf(flags.profile), flags),
    pedigree: flags.ped === undefined ? undefined : await pedigreeOf(context, flags.ped),
    lossOfFunctionGenes: flags.lofGenes === undefined ? undefined : parseGeneList(await textOf(flags.lofGenes)),
    clinvar: flags.clinvar === undefined ? undefined : await loadClinvar(flags.clinvar, { signal }),
  };
}

function withParentage(profile: Profile, { ped, confirmedParentage }: ClassifyFlags): Profile {
  if (confirmedParentage === undefined) return profile;
  if (ped === undefined) throw new VcfAgentError('OPTION_CONFLICT', '--confirmed-parentage says something of --ped');
  return { ...profile, family: { ...profile.family, parentageConfirmed: true } };
}

async function pedigreeOf(context: Context, path: string): Promise<Pedigree> {
  const { parsePed } = await import('../../analysis/family/pedigree.ts');
  const { pedigree, problems } = parsePed(await textOf(path));
  const lines = (severity: Problem['severity']): readonly string[] => {
    const found = problems.filter((problem) => problem.severity === severity);
    const told = found
      .slice(0, PROBLEMS_SHOWN)
      .map(({ line, column, code, message }) => printable(`${path}:${line}:${column}: ${message} [${code}]`));
    return found.length > told.length ? [...told, `… and ${found.length - told.length} more`] : told;
  };
  const errors = lines('error');
  if (errors.length > 0) {
    throw new VcfAgentError('INPUT_FORMAT', `the pedigree cannot be used: ${errors.join('\n')}`, {
      context: { file: path },
    });
  }
  for (const line of lines('warning')) context.note(`warning: ${line}`);
  return pedigree;
}

async function profileOf(wanted: string): Promise<Profile> {
  const known = PROFILES.find(({ name }) => name === wanted);
  if (known !== undefined) return known;
  // Only for a file: a schema library is 700 modules.
  const { parseProfile } = await import('../../analysis/acmg/profile-schema.ts');
  return parseProfile(await textOf(wanted));
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw toInputError(path, error);
  }
}
