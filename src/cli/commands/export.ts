import { Option } from 'commander';
import { VcfAgentError } from '../../core/errors.ts';
import type { StoredEnvelope, StoredFile } from '../../core/ports.ts';
import { parseHeader } from '../../vcf/header/parse.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { plural, printable } from '../format.ts';
import { findStoredFile } from '../inputs.ts';
import type { Registry } from '../program.ts';

const FORMATS = ['vcf', 'vcf.gz', 'parquet'] as const;
type Format = (typeof FORMATS)[number];

interface ExportFlags {
  readonly format?: Format;
  readonly output?: string;
  readonly index?: boolean;
  readonly genotypes?: boolean;
}

/** Takes a file's envelopes one after the other; nothing appears before `close`. */
interface EnvelopeWriter extends AsyncDisposable {
  write(envelope: StoredEnvelope): Promise<void>;
  close(): Promise<void>;
}

const EXAMPLES = `
Examples:
  vcf-agent export trio.vcf.gz > trio.vcf
  vcf-agent export trio.vcf.gz --output copy.vcf.gz --index      BGZF with a tabix index beside it
  vcf-agent export 3 -o vcf.gz | bcftools stats -
  vcf-agent export trio.vcf.gz --output trio.parquet             typed columns, for DuckDB, pandas, polars, R
  vcf-agent export trio.vcf.gz --output trio.parquet --genotypes with every sample's genotypes

The header is the stored one. Records that ingest split stay split, as \`bcftools norm -m-any\` gives them.
docs/parquet.md has every column of the Parquet file.
`;

export function addExport({ program, run }: Registry): void {
  program
    .command('export')
    .summary('give a stored file back as VCF or Parquet')
    .description(
      'Gives a stored file back as VCF, its header, its records in their order, every sample; or as a Parquet table.',
    )
    .argument('<file>', 'name, number or digest of a stored file')
    .addOption(
      new Option('-o, --format <format>', 'vcf, vcf.gz or parquet (default: by the name of --output)').choices(FORMATS),
    )
    .option('-O, --output <path>', 'file to write (default: standard output)')
    .option('--index', 'write a tabix index beside --output')
    .option('--genotypes', 'parquet: with the genotypes of every sample')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => exportFile(context, args[0] ?? '', options as ExportFlags)));
}

async function exportFile(context: Context, wanted: string, flags: ExportFlags): Promise<number> {
  const { output } = flags;
  const format = flags.format ?? formatOf(output);
  check(context, format, flags);
  return context.withApp(async (app) => {
    const file = findStoredFile(await app.store.files(app.tenant), wanted);
    const progress = context.progress(`export ${file.name}`);
    let variants = 0;
    try {
      await using writer = await openWriter(context, format, { file, flags });
      for await (const envelope of app.store.envelopes(file.fileId, { signal: context.signal })) {
        await writer.write(envelope);
        variants += envelope.block.count;
        const counts = { recordsRead: variants, variantsSent: variants, variantsApplied: variants };
        progress.update({ phase: 'export', bytesRead: variants, totalBytes: file.variants, ...counts });
      }
      await writer.close();
    } finally {
      progress.finish();
    }
    if (output !== undefined)
      context.note(`${context.noteStyle.green('✔')} ${plural(variants, 'variant')} written to ${printable(output)}`);
    return EXIT.ok;
  });
}

function formatOf(output: string | undefined): Format {
  if (output?.endsWith('.parquet')) return 'parquet';
  return output?.endsWith('.gz') ? 'vcf.gz' : 'vcf';
}

function check({ stdout }: Context, format: Format, { output, index = false, genotypes = false }: ExportFlags): void {
  if (output === undefined && format !== 'vcf' && stdout.isTTY) {
    throw new VcfAgentError('USAGE', `${format} does not belong on a terminal: give --output, or pipe it`);
  }
  if (format === 'parquet' && index) throw new VcfAgentError('OPTION_CONFLICT', 'a Parquet file has no tabix index');
  if (format !== 'parquet' && genotypes) {
    throw new VcfAgentError('OPTION_CONFLICT', '--genotypes is for parquet: VCF always has them');
  }
}

async function openWriter(
  context: Context,
  format: Format,
  { file, flags: { output, index, genotypes = false } }: { readonly file: StoredFile; readonly flags: ExportFlags },
): Promise<EnvelopeWriter> {
  const target = output ?? context.stdout;
  if (format === 'parquet') {
    const { ParquetWriter } = await import('../../vcf/parquet/parquet-writer.ts');
    const { header } = parseHeader(file.header);
    const facts = { source: file.name, sha256: file.contentDigest ?? file.digest };
    return ParquetWriter.open(target, { header, genotypes, isSplit: file.plan.split !== 'none', facts });
  }
  const { createVcfWriter } = await import('../../vcf/writer/vcf-writer.ts');
  const writer = createVcfWriter(target, {
    header: file.header,
    compression: format === 'vcf.gz' ? 'bgzf' : 'none',
    index: index ? 'tbi' : undefined,
  });
  return {
    write: ({ block }) => writer.write(block),
    close: () => writer.close(),
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  };
}
