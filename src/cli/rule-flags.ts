import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ClassifyOptions } from '../analysis/acmg/classify-file.ts';
import type { MemoryClinvar } from '../analysis/acmg/clinvar-memory.ts';
import { parseGeneList } from '../analysis/acmg/gene-list.ts';
import { PROFILES, type Profile } from '../analysis/acmg/profile.ts';
import type { Pedigree } from '../analysis/family/pedigree.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Problem } from '../core/problem.ts';
import { toInputError } from '../vcf/reader/byte-source.ts';
import type { Context } from './context.ts';
import { printable } from './format.ts';

/** What the rules go by beside the file. */
export interface RuleFlags {
  readonly clinvar?: string;
  readonly lofGenes?: string;
  readonly ped?: string;
  readonly confirmedParentage?: true;
  readonly profile?: string;
}

const DEFAULT_PROFILE = 'clingen';
/** Problems of a pedigree that are printed; the others are counted. */
const PROBLEMS_SHOWN = 10;

/** Adds the flags that `ruleOptions` reads. */
export function addRuleFlags(command: Command): Command {
  return command
    .option('--clinvar <file>', 'ClinVar VCF of the same assembly: PS1, PM5, PM1, PP2, BP1, and its own verdict')
    .option('--lof-genes <file>', 'genes in which loss of function causes disease, one a line: PVS1')
    .option('--ped <file>', 'families (PED): modes of inheritance, PS2 or PM6, PM3, BP2')
    .option('--confirmed-parentage', 'the parents are shown to be the parents: de novo is PS2, not PM6')
    .option('--profile <name>', `thresholds: clingen, clingen-cadd, or a JSON file (default: ${DEFAULT_PROFILE})`);
}

export type RuleOptions = Omit<ClassifyOptions, 'stdin'> & { readonly clinvar: MemoryClinvar | undefined };

/** Reads what the flags name. Throws as the readers of files do; INPUT_FORMAT for a pedigree with errors. */
export async function ruleOptions(context: Context, flags: RuleFlags): Promise<RuleOptions> {
  const { signal } = context;
  const { config } = await context.config();
  const { loadClinvar } = await import('../analysis/acmg/load-clinvar.ts');
  return {
    signal,
    limits: { lineBytes: config.limits.lineBytes },
    profile: withParentage(await profileOf(flags.profile ?? DEFAULT_PROFILE), flags),
    pedigree: flags.ped === undefined ? undefined : await pedigreeOf(context, flags.ped),
    lossOfFunctionGenes: flags.lofGenes === undefined ? undefined : parseGeneList(await textOf(flags.lofGenes)),
    clinvar: flags.clinvar === undefined ? undefined : await loadClinvar(flags.clinvar, { signal }),
  };
}

function withParentage(profile: Profile, { ped, confirmedParentage }: RuleFlags): Profile {
  if (confirmedParentage === undefined) return profile;
  if (ped === undefined) throw new VcfAgentError('OPTION_CONFLICT', '--confirmed-parentage says something of --ped');
  return { ...profile, family: { ...profile.family, parentageConfirmed: true } };
}

async function pedigreeOf(context: Context, path: string): Promise<Pedigree> {
  const { parsePed } = await import('../analysis/family/pedigree.ts');
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
  const { parseProfile } = await import('../analysis/acmg/profile-schema.ts');
  return parseProfile(await textOf(wanted));
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw toInputError(path, error);
  }
}
