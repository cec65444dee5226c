import { Option } from 'commander';
import { VcfAgentError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { plural, printable } from '../format.ts';
import { findStoredFile } from '../inputs.ts';
import type { Registry } from '../program.ts';

interface ExportFlags {
  readonly format?: 'vcf' | 'vcf.gz';
  readonly output?: string;
  readonly index?: boolean;
}

const EXAMPLES = `
Examples:
  vcf-agent export trio.vcf.gz > trio.vcf
  vcf-agent export trio.vcf.gz --output copy.vcf.gz --index      BGZF with a tabix index beside it
  vcf-agent export 3 -o vcf.gz | bcftools stats -

The header is the stored one. Records that ingest split stay split, as \`bcftools norm -m-any\` gives them.
`;

export function addExport({ program, run }: Registry): void {
  program
    .command('export')
    .summary('give a stored file back as VCF')
    .description('Gives a stored file back as VCF: its header, its records in their order, every sample.')
    .argument('<file>', 'name, number or digest of a stored file')
    .addOption(
      new Option('-o, --format <format>', 'vcf or vcf.gz (default: by the name of --output)').choices([
        'vcf',
        'vcf.gz',
      ]),
    )
    .option('-O, --output <path>', 'file to write (default: standard output)')
    .option('--index', 'write a tabix index beside --output')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => exportFile(context, args[0] ?? '', options as ExportFlags)));
}

async function exportFile(context: Context, wanted: string, flags: ExportFlags): Promise<number> {
  const { output, index = false } = flags;
  const format = flags.format ?? (output?.endsWith('.gz') ? 'vcf.gz' : 'vcf');
  if (output === undefined && format === 'vcf.gz' && context.stdout.isTTY) {
    throw new VcfAgentError('USAGE', 'compressed data does not belong on a terminal: give --output, or pipe it');
  }
  const { createVcfWriter } = await import('../../vcf/writer/vcf-writer.ts');
  return context.withApp(async (app) => {
    const file = findStoredFile(await app.store.files(app.tenant), wanted);
    await using writer = createVcfWriter(output ?? context.stdout, {
      header: file.header,
      compression: format === 'vcf.gz' ? 'bgzf' : 'none',
      index: index ? 'tbi' : undefined,
    });
    const progress = context.progress(`export ${file.name}`);
    let variants = 0;
    for await (const { block } of app.store.envelopes(file.fileId, { signal: context.signal })) {
      await writer.write(block);
      variants += block.count;
      const counts = { recordsRead: variants, variantsSent: variants, variantsApplied: variants };
      progress.update({ phase: 'export', bytesRead: variants, totalBytes: file.variants, ...counts });
    }
    await writer.close();
    progress.finish();
    if (output !== undefined)
      context.note(`${context.noteStyle.green('✔')} ${plural(variants, 'variant')} written to ${printable(output)}`);
    return EXIT.ok;
  });
}
