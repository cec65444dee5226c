import { VcfAgentError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { count, plural, printable } from '../format.ts';
import type { Registry } from '../program.ts';

interface AnnotateFlags {
  readonly with: readonly string[];
  readonly name: readonly string[];
  readonly keys?: string;
  readonly overwrite?: true;
  readonly reference?: string;
  readonly output?: string;
  readonly index?: true;
}

const EXAMPLES = `
Examples:
  vcf-agent annotate trio.vcf.gz --with clinvar.vcf.gz -o trio.clinvar.vcf.gz
  vcf-agent annotate trio.vcf.gz --with clinvar.vcf.gz --with gnomad.exomes.vcf.gz --keys CLNSIG,CLNREVSTAT,AF,AN,nhomalt > out.vcf
  vcf-agent annotate trio.vcf.gz --with panel.vcf.gz --name panel --overwrite -o out.vcf.gz --index

Joins by chromosome (with or without chr), position, REF and ALT; records with several ALT alleles are split on both sides, as
ingest splits them. A key keeps its name unless the file has it, the VCF specification reserves it (AF, AN, DP, …) or it is
gnomAD's: then it is NAME_KEY. Neither file has to be sorted; the input is read twice, so it cannot be a pipe.
`;

export function addAnnotate({ program, run }: Registry): void {
  program
    .command('annotate')
    .summary('add what other VCF files say about the same variants')
    .description("Adds the INFO values of other VCF files (ClinVar, gnomAD, your own) to a file's records.")
    .argument('<file>', 'VCF or BCF file')
    .requiredOption('--with <file>', 'annotation VCF or BCF; several times for several', gather, [])
    .option('--name <name>', 'name of the annotation, in the order of --with (default: after its file)', gather, [])
    .option('--keys <keys>', 'only these INFO keys, with commas between (default: all that are declared)')
    .option('--overwrite', "replace the file's own values instead of adding NAME_KEY")
    .option('--reference <fasta>', 'left-align both sides against it')
    .option('-o, --output <path>', 'file to write, bgzipped when it ends in .gz (default: standard output)')
    .option('--index', 'write a tabix index beside --output')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => annotate(context, args[0] ?? '', options as unknown as AnnotateFlags)));
}

function gather(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function annotate(context: Context, input: string, flags: AnnotateFlags): Promise<number> {
  const { with: paths, name: names, keys, output } = flags;
  if (paths.length === 0) throw new VcfAgentError('USAGE', 'say what to annotate with: --with <file>');
  if (names.length > paths.length) throw new VcfAgentError('USAGE', 'there are more --name than --with');
  if (input === '-') throw new VcfAgentError('USAGE', 'the input is read twice: give a file instead of -');
  const { annotateFile } = await import('../../analysis/annotate/annotate-file.ts');
  const { openReference } = await import('../../vcf/reference.ts');
  const { signal } = context;
  const { config } = await context.config();
  using reference = flags.reference === undefined ? undefined : await openReference(flags.reference);
  const progress = context.progress('annotate');
  const summary = await annotateFile(input, {
    signal,
    limits: { lineBytes: config.limits.lineBytes },
    annotations: paths.map((path, i) => ({ path, name: names[i] })),
    keys: keys
      ?.split(',')
      .map((key) => key.trim())
      .filter(Boolean),
    overwrite: flags.overwrite,
    reference,
    output: output ?? context.stdout,
    compression: output?.endsWith('.gz') ? 'bgzf' : 'none',
    index: flags.index ? 'tbi' : undefined,
    onProgress: (_, bytesRead, totalBytes, records) =>
      progress.update({
        phase: 'annotate',
        bytesRead,
        totalBytes,
        recordsRead: records,
        variantsSent: 0,
        variantsApplied: records,
      }),
  }).finally(() => progress.finish());
  const { variants, rejected, truncated, annotations } = summary;
  // On stdout there is a VCF, unless it went to a file.
  if (context.options.json && output !== undefined) await context.printJson({ output, ...summary });
  else {
    for (const { name, file, records, matched } of annotations) {
      context.note(
        `${printable(file)} (${printable(name)}): ${plural(records, 'record')}, ${count(matched)} of ${plural(variants, 'variant')} known`,
      );
    }
    if (output !== undefined)
      context.note(`${context.noteStyle.green('✔')} ${plural(variants, 'variant')} written to ${printable(output)}`);
  }
  const lost = rejected + annotations.reduce((sum, one) => sum + one.rejected, 0);
  const cut = truncated || annotations.some((one) => one.truncated);
  if (lost > 0) context.note(context.noteStyle.yellow(`${plural(lost, 'record')} could not be read`));
  if (cut) context.note(context.noteStyle.yellow('a file ended early'));
  return lost > 0 || cut ? EXIT.partial : EXIT.ok;
}
