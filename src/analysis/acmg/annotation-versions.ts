import type { Header } from '../../vcf/header/model.ts';

const PROGRAMS: Readonly<Record<string, string>> = {
  VEP: 'VEP',
  SnpEffVersion: 'SnpEff',
  'bcftools/csqVersion': 'bcftools csq',
  reference: 'reference',
};

/** What VEP's own line tells of its sources: `##VEP="v113" time="…" gnomADe="v4.1" ClinVar="202409" assembly="GRCh38.p14" …`. */
const OF_VEP = /\b(assembly|gnomAD[a-z]?|ClinVar|dbSNP|genebuild|1000genomes|REVEL|CADD|SpliceAI|LOFTEE)="([^"]*)"/g;
const MOST_CHARACTERS = 200;

/** Names and versions of what annotated a file, as its header tells them. */
export function annotationVersions({ lines }: Pick<Header, 'lines'>): Readonly<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const { key, value, fields } of lines) {
    if (key === 'vcf-agent_annotate') {
      const name = fields?.get('ID') ?? '';
      versions[name] ??= (fields?.get('Version') || fields?.get('File') || '').slice(0, MOST_CHARACTERS);
    }
    const program = PROGRAMS[key];
    if (program === undefined) continue;
    const [, quoted] = /^"([^"]*)"/.exec(value) ?? [];
    versions[program] ??= (quoted ?? value).slice(0, MOST_CHARACTERS);
    if (key !== 'VEP') continue;
    for (const [, name = '', version = ''] of value.matchAll(OF_VEP)) versions[name] ??= version;
  }
  return versions;
}
