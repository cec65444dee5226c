import { InvalidArgumentError } from 'commander';
import type { Opinions } from '../../analysis/aggregator.ts';
import type { AnalysisSettings } from '../../app/analysis-settings.ts';
import type { AnalysingOptions, App } from '../../app/app.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Filter } from '../../core/filter.ts';
import { parseFilter } from '../../core/filter-parser.ts';
import { type Narrative, RULES_PROVIDER } from '../../core/narratives.ts';
import type { StoredFile } from '../../core/ports.ts';
import { NOTICE } from '../../core/verdicts.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { count, plural } from '../format.ts';
import { findStoredFile, wholeNumber } from '../inputs.ts';
import { opinionsJson, opinionsText } from '../narrative-text.ts';
import type { Registry } from '../program.ts';

interface AnalyzeFlags {
  readonly provider?: string;
  readonly budget?: number;
  readonly minPoints?: number;
  readonly filter?: string;
  readonly retry?: true;
  readonly worker?: true;
}

const EXAMPLES = `
Examples:
  vcf-agent analyze trio.vcf.gz                           the variants of most points, put into words
  vcf-agent analyze trio.vcf.gz --min-points 6 --budget 10
  vcf-agent analyze "gene=BRCA1 and af<0.001"             of every stored file
  vcf-agent analyze trio.vcf.gz --provider openai,anthropic      both, with where they agree and differ
  VCF_AGENT_ANALYSIS_PROVIDERS=ollama VCF_AGENT_ANALYSIS_OLLAMA_MODEL=llama3.2 vcf-agent analyze trio.vcf.gz
  vcf-agent analyze --worker                              answers what others ask, until Ctrl-C

Models narrate evidence; they decide nothing. What cites no evidence, or says what the evidence does not, is thrown away, and the
rules say it in words of their own, as they do when no model is configured. Then nothing leaves this machine. Files that were
not judged yet are judged with the default profile (\`vcf-agent classify FILE --stored --keep\` has more to choose).
docs/providers.md has the providers, what is sent to them and what never is.
`;

export function addAnalyze({ program, run }: Registry): void {
  program
    .command('analyze')
    .summary('put the evidence on judged variants into words, for research')
    .description('Narrates the evidence on the judged variants of most points. Research use only.')
    .argument('[what...]', 'a stored file (name, number or digest), or a filter')
    .option('--filter <filter>', 'only these variants of the file')
    .option('--provider <names>', 'who narrates: rules, openai, anthropic, ollama; several, by commas, each do')
    .option('--budget <variants>', 'most variants narrated', wholeNumber(1))
    .option('--min-points <points>', 'only variants with at least so many points', integer)
    .option('--retry', 'ask again where no provider could be heard')
    .option('--worker', 'answer what others ask, until told to stop')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => analyze(context, args.join(' '), options as AnalyzeFlags)));
}

function integer(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

async function analyze(context: Context, what: string, flags: AnalyzeFlags): Promise<number> {
  const { analysisSettings } = await import('../../app/analysis-settings.ts');
  const flagged = { 'analysis.minPoints': flags.minPoints, 'analysis.budget': flags.budget };
  const settings = analysisSettings(await context.config(flagged));
  if (flags.worker === true) return await work(context, settings);
  if (what.trim() === '') throw new VcfAgentError('USAGE', 'say which stored file, or give a filter');
  return await context.withApp(async (app) => {
    const files = await app.store.files(app.tenant);
    const opinions = await narrate(context, app, settings, { ...selected(files, what.trim(), flags), flags });
    await print(context, opinions);
    return EXIT.ok;
  });
}

/** A file that is called so; else it is a filter, over all of them. */
function selected(
  files: readonly StoredFile[],
  what: string,
  { filter }: AnalyzeFlags,
): { readonly files: readonly StoredFile[]; readonly filter: Filter | undefined } {
  const given = filter === undefined ? undefined : parseFilter(filter);
  try {
    return { files: [findStoredFile(files, what)], filter: given };
  } catch (error) {
    const isNoFile = error instanceof VcfAgentError && error.code === 'NOT_FOUND';
    // `trio.vcf` misspelt is no filter, and its complaint would help nobody.
    if (!isNoFile || filter !== undefined || !/[=<>~:]|\bhas\b|^chr/i.test(what)) throw error;
    return { files: files.filter(({ status }) => status === 'complete'), filter: parseFilter(what) };
  }
}

interface Selection {
  readonly files: readonly StoredFile[];
  readonly filter: Filter | undefined;
  readonly flags: AnalyzeFlags;
}

async function narrate(
  context: Context,
  app: App,
  settings: AnalysisSettings,
  { files, filter, flags }: Selection,
): Promise<readonly Opinions[]> {
  const { signal } = context;
  const [{ findCandidates, requestsFor }, { aggregate }] = await Promise.all([
    import('../../app/candidates.ts'),
    import('../../analysis/aggregator.ts'),
  ]);
  const { minPoints, budget } = settings;
  const verdicts = await findCandidates(app, files, { minPoints, budget, filter, signal });
  const providers = (flags.provider ?? '').split(',').map((name) => name.trim());
  const asking = { providers: providers.filter(Boolean), retry: flags.retry, signal };
  const requests = await requestsFor(app, verdicts, settings, asking);
  if (requests.length === 0) {
    context.note(
      `No variant has ${minPoints} points or more, or none matches: \`--min-points\` and the filter decide.`,
    );
    return [];
  }
  const progress = context.progress('narratives');
  const total = requests.length;
  const hooks = await hooksOf(context);
  const narratives = await app
    .analysing(
      settings,
      (analysis) =>
        analysis.ask(requests, { signal, onProgress: (answered) => progress.update(progressOf(answered, total)) }),
      hooks,
    )
    .finally(() => progress.finish());
  // In the order of the candidates.
  const order = new Map(requests.map(({ requestId }, place) => [requestId, place]));
  const placeOf = ({ requestId }: Narrative): number => order.get(requestId) ?? total;
  return aggregate(narratives.toSorted((a, b) => placeOf(a) - placeOf(b)));
}

/** What leaves this machine, and what no platform takes, as log lines. */
async function hooksOf(context: Context): Promise<AnalysingOptions> {
  const log = await context.log();
  return {
    onEgress: ({ provider, host, bodyDigest, bodyBytes, withheld, requestId }) =>
      log.info({ event: 'egress', provider, host, bodyDigest, bodyBytes, withheld, requestId }),
    onTrouble: ({ code, message }) => log.warn({ event: 'analyze.trouble', code, message }),
  };
}

function progressOf(answered: number, total: number) {
  return {
    phase: 'analyze',
    bytesRead: answered,
    totalBytes: total,
    recordsRead: answered,
    variantsSent: answered,
    variantsApplied: answered,
  } as const;
}

async function print(context: Context, opinions: readonly Opinions[]): Promise<void> {
  const all = opinions.flatMap(({ narratives }) => narratives);
  const byRules = all.filter(({ provider }) => provider === RULES_PROVIDER).length;
  const rejected = all.flatMap(({ failures }) => failures).filter(({ kind }) => kind === 'rejected').length;
  if (context.options.json) {
    for (const one of opinions) await context.printJson({ ...opinionsJson(one), notice: NOTICE });
    const counts = { variants: opinions.length, narratives: all.length, byRules, rejected };
    await context.printJson({ type: 'summary', ...counts, notice: NOTICE });
    return;
  }
  const { style } = context;
  for (const one of opinions) await context.print(`${opinionsText(one, style).join('\n')}\n`);
  const lines = [
    `${style.bold(plural(opinions.length, 'variant'))}: ${plural(all.length - byRules, 'narrative')} by models, ${count(byRules)} by the rules`,
    ...(rejected === 0 ? [] : [style.yellow(`${plural(rejected, 'answer')} rejected`)]),
    style.yellow(NOTICE),
  ];
  await context.print(lines.join('\n'));
}

async function work(context: Context, settings: AnalysisSettings): Promise<number> {
  const { signal } = context;
  const hooks = await hooksOf(context);
  const counts = await context.withApp((app) =>
    app.analysing(
      settings,
      async (analysis) => {
        context.note(context.noteStyle.dim('At work. Ctrl-C or SIGTERM ends it in order.'));
        const end = AbortSignal.any([signal, analysis.failed]);
        await new Promise<void>((resolve) => {
          if (end.aborted) resolve();
          end.addEventListener('abort', () => resolve(), { once: true });
        });
        if (!signal.aborted) throw analysis.failed.reason;
        return analysis.counts;
      },
      hooks,
    ),
  );
  // Not context.print: being told to stop is how a worker ends.
  const text = `${plural(counts.answered, 'request')} answered, ${plural(counts.stored, 'narrative')} stored`;
  context.stdout.write(`${context.options.json ? JSON.stringify(counts) : text}\n`);
  return EXIT.ok;
}
