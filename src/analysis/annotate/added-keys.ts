import { basename } from 'node:path';
import { VcfAgentError } from '../../core/errors.ts';
import type { Header } from '../../vcf/header/model.ts';
import { reservedDefinition } from '../../vcf/header/reserved.ts';
import { isGnomadItself } from '../acmg/gnomad-columns.ts';

/** A key of an annotation and what it is called in the annotated file. */
export interface AddedKey {
  readonly key: string;
  readonly as: string;
}

export interface KeyWishes {
  /** Goes before keys that cannot keep their name. */
  readonly name: string;
  /** Only these; undefined: all that the header declares. */
  readonly keys: readonly string[] | undefined;
  readonly overwrite: boolean;
}

/**
 * What an annotation's keys are called in a file that has keys of its own. A key keeps its name unless the file has it, or the VCF
 * specification reserves it (AF, AN, DP, …: who reads them takes them for the file's own), or the annotation is gnomAD: then
 * `name_KEY`. With `overwrite` what the file has is replaced.
 */
export function addedKeys(
  annotation: Header,
  taken: ReadonlySet<string>,
  { name, keys, overwrite }: KeyWishes,
): readonly AddedKey[] {
  const isGnomad = isGnomadItself(annotation.info);
  const wanted = [...annotation.info.keys()].filter((key) => keys === undefined || keys.includes(key));
  return wanted.map((key) => {
    const isReserved = reservedDefinition(annotation.version, 'info', key) !== undefined;
    const keeps = !isGnomad && !isReserved && (overwrite || !taken.has(key));
    return { key, as: keeps ? key : freeName(`${name}_${key}`, taken, overwrite) };
  });
}

function freeName(wanted: string, taken: ReadonlySet<string>, overwrite: boolean): string {
  let free = wanted;
  for (let i = 2; !overwrite && taken.has(free); i++) free = `${wanted}_${i}`;
  return free;
}

/** A name for an annotation after its file: `clinvar_20260301.vcf.gz` is `clinvar`; gnomAD's exomes and genomes as `classify` knows them. */
export function annotationName(path: string, header: Header): string {
  const file = basename(path).replace(/\.(vcf|bcf)(\.b?gz)?$/i, '');
  if (isGnomadItself(header.info)) return /exome/i.test(file) ? 'gnomADe' : /genome/i.test(file) ? 'gnomADg' : 'gnomAD';
  if (header.info.has('CLNSIG')) return 'clinvar';
  return checkName(/^[A-Za-z]+/.exec(file)?.[0] ?? 'annotation');
}

/** Throws USAGE for a name that cannot begin an INFO key. */
export function checkName(name: string): string {
  if (/^[A-Za-z_][0-9A-Za-z_.]{0,49}$/.test(name)) return name;
  throw new VcfAgentError('USAGE', `"${name}" is no name for an annotation: letters, digits and _, at most 50`);
}

export interface AppliedAnnotation {
  readonly name: string;
  /** Base name. */
  readonly file: string;
  readonly header: Header;
  readonly keys: readonly AddedKey[];
}

/** The file's header with the definitions of what was added, and a line for each annotation that says where it came from. */
export function annotatedHeader(own: Header, annotations: readonly AppliedAnnotation[]): Buffer {
  const added = annotations.flatMap(({ header, keys }) => keys.map(({ key, as }) => definition(header, key, as)));
  const replaced = new Set(annotations.flatMap(({ keys }) => keys.map(({ as }) => as)));
  const lines = Buffer.from(own.text).toString().trimEnd().split('\n');
  const kept = lines.filter((line) => {
    const [, id = ''] = /^##INFO=<ID=([^,>]+)/.exec(line) ?? [];
    return !replaced.has(id);
  });
  const columns = kept.pop() ?? '';
  return Buffer.from(`${[...kept, ...added, ...annotations.map(sourceLine), columns].join('\n')}\n`);
}

function definition({ lines }: Header, key: string, as: string): string {
  const line = lines.find((one) => one.key === 'INFO' && one.fields?.get('ID') === key);
  const value = line?.value ?? `<ID=${key},Number=.,Type=String,Description="">`;
  return `##INFO=${value.replace(`ID=${key}`, () => `ID=${as}`)}`;
}

function sourceLine({ name, file, header }: AppliedAnnotation): string {
  const lineOf = (key: string): string => header.lines.find((line) => line.key === key)?.value ?? '';
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/[\u0000-\u001f]/g, ' ')}"`;
  const version = lineOf('fileDate') || lineOf('source');
  return `##vcf-agent_annotate=<ID=${name},File=${quoted(file)},Version=${quoted(version)},Reference=${quoted(lineOf('reference'))}>`;
}
