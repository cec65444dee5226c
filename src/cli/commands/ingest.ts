import { basename } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { Option } from 'commander';
import type { Ingestion, IngestSummary } from '../../app/ingestion.ts';
import { warmUpLog, warmUpReading } from '../../app/warm-up.ts';
import { firstError, VcfAgentError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printSummary } from '../ingest-summary.ts';
import { expandInputs, wholeNumber } from '../inputs.ts';
import type { Registry } from '../program.ts';
import { METRICS_OPTIONS, type MetricsFlags, withMetrics } from '../with-metrics.ts';
import { validateFiles } from './validate.ts';

export interface IngestFlags extends MetricsFlags {
  readonly batchSize?: number;
  readonly split: 'bcftools' | 'vt' | 'none';
  readonly reference?: string;
  readonly resume: boolean;
  readonly validateOnly?: boolean;
  readonly dryRun?: boolean;
}

const EXAMPLES = `
Examples:
  vcf-agent ingest trio.vcf.gz
  vcf-agent ingest "cohort/*.vcf.gz" --reference GRCh38.fa      left-align against a reference (+ .fai)
  bcftools view -r chr17 big.bcf | vcf-agent ingest -           from standard input
  VCF_AGENT_PRIMARY=kafka VCF_AGENT_FALLBACK=embedded vcf-agent ingest trio.vcf.gz     over Kafka, and on when it fails
  vcf-agent ingest trio.vcf.gz --dry-run                        read everything, store nothing
  vcf-agent ingest trio.vcf.gz --validate-only                  the same as: vcf-agent validate trio.vcf.gz

Ingest is tolerant: only records that cannot be read are rejected (exit 3), everything else is stored.
A killed or interrupted run continues where it stopped when the same command is given again.
`;

export function addIngest({ program, run }: Registry): void {
  const verb = program
    .command('ingest')
    .summary('store VCF or BCF files, exactly once')
    .description('Stores VCF (plain, gzip, BGZF) or BCF files, exactly once, and prints a receipt for each.')
    .argument('<file...>', 'files, quoted patterns, or - for standard input')
    .option('-r, --reference <fasta>', 'left-align indels and check REF against this FASTA (needs its .fai)')
    .option('-b, --batch-size <records>', 'records in an envelope', wholeNumber(1))
    .addOption(
      new Option('--split <way>', 'how a record with several ALT alleles is split')
        .choices(['bcftools', 'vt', 'none'])
        .default('bcftools'),
    )
    .option('--resume', 'continue a killed run at its checkpoint', true)
    .option('--no-resume', 'read again from the start (what is stored stays stored once)')
    .option('--validate-only', 'check against the specification, store nothing')
    .option('--dry-run', 'read and normalise, store nothing');
  for (const option of METRICS_OPTIONS) verb.addOption(option);
  verb
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => ingest(context, args, options as unknown as IngestFlags)));
}

async function ingest(context: Context, args: readonly string[], flags: IngestFlags): Promise<number> {
  const inputs = expandInputs(args);
  if (flags.validateOnly && flags.dryRun) {
    throw new VcfAgentError('OPTION_CONFLICT', '--validate-only and --dry-run exclude each other');
  }
  if (flags.validateOnly) return validateFiles(context, inputs, {});
  if (flags.dryRun) {
    const { dryRun } = await import('../dry-run.ts');
    let partial = false;
    for (const input of inputs) partial = (await dryRun(context, input, flags)) || partial;
    return partial ? EXIT.partial : EXIT.ok;
  }
  warmUpReading();
  const { platforms } = (await context.config()).config;
  if ([platforms.primary, platforms.fallback].includes('embedded')) warmUpLog();
  const ingestAll = async (ingestion: Ingestion) => {
    let exit: number = EXIT.ok;
    for (const input of inputs) {
      const summary = await ingestOne(context, ingestion, input, flags);
      await printSummary(context, summary);
      if (summary.receipt.rejected > 0 || summary.receipt.truncated) exit = EXIT.partial;
    }
    return exit;
  };
  return withMetrics(context, flags, (app) => app.ingesting(ingestAll, { signal: context.signal }));
}

/** One file with its progress shown. */
export async function ingestOne(
  context: Context,
  ingestion: Pick<Ingestion, 'run'>,
  input: string,
  flags: Pick<IngestFlags, 'batchSize' | 'split' | 'reference' | 'resume'>,
): Promise<IngestSummary> {
  const { config } = await context.config({ batchSize: flags.batchSize });
  const log = await context.log();
  const name = input === '-' ? 'stdin' : basename(input);
  const progress = context.progress(name);
  // Whoever waits for a byte of standard input hears of an interrupt only this way.
  if (input === '-') addAbortSignal(context.signal, process.stdin);
  log.info({ event: 'ingest.started' });
  try {
    const summary = await ingestion.run(input === '-' ? process.stdin : input, {
      batchSize: config.batchSize,
      split: flags.split,
      reference: flags.reference,
      resume: flags.resume,
      signal: context.signal,
      onProgress: (state) => progress.update(state),
    });
    const { fileId, records, stored, rejected } = summary.receipt;
    log.info({
      event: 'ingest.finished',
      fileId,
      records,
      stored,
      rejected,
      durationMs: Math.round(summary.elapsedMs),
    });
    return summary;
  } catch (thrown) {
    const error = firstError(thrown);
    log.error({ event: 'ingest.failed', code: error instanceof VcfAgentError ? error.code : 'UNKNOWN' });
    throw error;
  } finally {
    progress.finish();
  }
}
