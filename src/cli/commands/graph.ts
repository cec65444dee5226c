import { Option } from 'commander';
import { GRAPH_DEFAULTS, type GraphAnswer, IMPACTS, type Impact, type JsonValue, RARE } from '../../app/graph.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withFollowing } from '../follow-options.ts';
import { plural, printable } from '../format.ts';
import { printNeighbours } from '../graph-output.ts';
import { fraction, wholeNumber } from '../inputs.ts';
import type { Registry } from '../program.ts';
import { renderTable } from '../table.ts';
import { parseVariantName } from '../variant-name.ts';

const EXAMPLES = `
Examples:
  vcf-agent graph shared child mother --max-af 0.001     rare variants that both samples carry
  vcf-agent graph genes --samples 3 --impact HIGH        genes in which at least three samples are hit
  vcf-agent graph neighbours rs80357382                  what is stored around a variant
  vcf-agent graph neighbours 17-43045712-T-C -o svg > around.svg
  vcf-agent graph "MATCH (s:Sample)-[h:HasVariant]->(v:Variant)-[:AssociatedWith]->(d:Disease)
                   WHERE h.genotype = '1/1' RETURN s.name, v.key, d.name"
  vcf-agent graph "MATCH (g:Gene {symbol: \\$gene})<-[:LocatedIn]-(v) RETURN count(*)" --set gene=BRCA1 --json

Nodes       File Sample Variant Gene Transcript Disease Analysis
Relations   ReportedIn SampledIn HasVariant LocatedIn AssociatedWith AnalyzedBy
docs/graph.md has them in full. The language is Cypher, of which everything that only reads is taken. The graph is brought
up to date before it is asked.
`;

interface GraphFlags {
  readonly limit?: number;
  readonly timeout?: number;
  readonly set?: Readonly<Record<string, string>>;
  readonly maxAf?: number;
  readonly samples?: number;
  readonly impact?: readonly Impact[];
  readonly output?: 'table' | 'dot' | 'svg';
}

export function addGraph({ program, run }: Registry): void {
  const { limit, neighbours: most, timeoutMs } = GRAPH_DEFAULTS;
  const graph = program
    .command('graph')
    .summary('ask who shares what with whom')
    .description(
      'Asks the property graph of samples, variants, genes and conditions: in Cypher, or one of the named questions.',
    )
    .argument('[statement...]', 'one Cypher statement that reads')
    .option('--set <name=value>', 'value of $name in the statement; again for more', parameter)
    .option('-n, --limit <rows>', `most rows of the answer (default: ${limit}; neighbours: ${most})`, wholeNumber(1))
    .option('--timeout <seconds>', `longest it may take (default: ${timeoutMs / 1000})`, wholeNumber(1))
    .addHelpText('after', EXAMPLES)
    .action(run((context, words, flags) => cypher(context, words.join(' '), flags)));
  type Answering = (context: Context, args: readonly string[], flags: GraphFlags) => Promise<number>;
  const verb = (name: string, summary: string, answer: Answering) =>
    graph
      .command(name)
      .summary(summary)
      .description(`Finds ${summary}.`)
      // Options of the whole verb may stand behind the question too.
      .action(run((context, args, flags) => answer(context, args, { ...graph.opts(), ...flags })));
  const maxAf = (help: string) => new Option('--max-af <frequency>', help).argParser(fraction);
  verb('shared', 'variants that two samples both carry, the most severe first', shared)
    .argument('<sampleA>', 'name of a sample')
    .argument('<sampleB>', 'name of another')
    .addOption(maxAf(`that no file says are more frequent than this (default: ${RARE}; 1 for all)`));
  verb('genes', 'genes in which several samples carry a variant', genes)
    .option('--samples <count>', 'at least so many samples (default: 2)', wholeNumber(1))
    .addOption(new Option('--impact <impact...>', 'which variants count (default: HIGH MODERATE)').choices(IMPACTS))
    .addOption(maxAf('only variants that no file says are more frequent than this'));
  verb('neighbours', 'what is stored around a variant', neighbours)
    .argument('<variant>', 'key, ID or HGVS')
    .addOption(new Option('-o, --output <format>', 'a table, or a picture').choices(['table', 'dot', 'svg']));
}

function parameter(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new VcfAgentError('USAGE', `--set takes name=value, not ${printable(text)}`);
  return { ...before, [name]: value };
}

function limitsOf({ limit, timeout }: GraphFlags) {
  return { limit, timeoutMs: timeout === undefined ? undefined : timeout * 1000 };
}

async function cypher(context: Context, statement: string, flags: GraphFlags): Promise<number> {
  if (statement.trim() === '') {
    throw new VcfAgentError('USAGE', 'what is the question? A Cypher statement, or shared, genes or neighbours');
  }
  const parameters = Object.fromEntries(
    Object.entries(flags.set ?? {}).map(([name, text]) => [name, typedValue(text)]),
  );
  const answer = await asked(context, (app, options) =>
    app.graph.cypher(statement, { ...options, ...limitsOf(flags), parameters }),
  );
  return await printAnswer(context, answer);
}

/** A number where it is written as one. */
function typedValue(text: string): JsonValue {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

async function shared(context: Context, [a = '', b = '']: readonly string[], flags: GraphFlags): Promise<number> {
  const answer = await asked(context, (app, options) =>
    app.graph.shared(a, b, { ...options, ...limitsOf(flags), maxAf: flags.maxAf }),
  );
  return await printAnswer(context, answer);
}

async function genes(
  context: Context,
  _args: readonly string[],
  { samples = 2, maxAf, impact, ...flags }: GraphFlags,
): Promise<number> {
  const answer = await asked(context, (app, options) =>
    app.graph.genes({ ...options, ...limitsOf(flags), samples, maxAf, impact }),
  );
  return await printAnswer(context, answer);
}

async function neighbours(context: Context, [variant = '']: readonly string[], flags: GraphFlags): Promise<number> {
  const found = await asked(context, async (app, options) => {
    const key = await keyOf(app, variant);
    return await app.graph.neighbours(key, { ...options, ...limitsOf(flags) });
  });
  await printNeighbours(context, found, flags.output ?? 'table');
  return EXIT.ok;
}

type Asking = Parameters<Parameters<Context['withApp']>[0]>[0];
type Following = Parameters<Parameters<typeof withFollowing>[1]>[0];

function asked<T>(context: Context, ask: (app: Asking, options: Following) => Promise<T>): Promise<T> {
  return context.withApp((app) => withFollowing(context, (options) => ask(app, options)));
}

/** Key of the one variant that is called this. Throws NOT_FOUND, and OPTION_CONFLICT when it names several. */
async function keyOf({ store, tenant }: Asking, name: string): Promise<string> {
  const { filter, matches } = parseVariantName(name.trim());
  const { rows } = await store.query(filter, { tenant, limit: 200 });
  const keys = new Set(
    rows.filter(matches).map(({ chrom, pos, ref, alt }) => `${chrom.replace(/^chr/i, '')}:${pos}:${ref}:${alt}`),
  );
  const [key] = keys;
  if (key === undefined) throw new VcfAgentError('NOT_FOUND', `no stored variant is ${printable(name)}`);
  if (keys.size > 1) {
    const some = [...keys].slice(0, 5).map(printable).join(', ');
    throw new VcfAgentError('OPTION_CONFLICT', `${printable(name)} names ${plural(keys.size, 'variant')}: ${some}`);
  }
  return key;
}

async function printAnswer(context: Context, { columns, rows, truncated }: GraphAnswer): Promise<number> {
  const { dim } = context.noteStyle;
  if (context.options.json) {
    await context.printJson({ columns, rows, truncated });
    return EXIT.ok;
  }
  if (rows.length > 0) {
    const cells = columns.map((title, at) => ({
      title: printable(title),
      value: (row: readonly JsonValue[]) => printable(cellText(row[at] ?? null)),
      maxWidth: 60,
    }));
    const lines = renderTable(rows, cells, { style: context.style, width: context.width });
    await context.print(lines.join('\n'));
  }
  const more = truncated ? ', and there are more: --limit raises the bound' : '';
  context.note(dim(rows.length === 0 ? 'Nothing matches.' : `${plural(rows.length, 'row')}${more}`));
  return EXIT.ok;
}

/** Lists of names with commas; nodes and relations as JSON. */
function cellText(value: JsonValue): string {
  if (value === null) return '';
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
