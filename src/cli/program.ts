import { Command, Option } from 'commander';
import type { Context, GlobalOptions } from './context.ts';
import { EXIT, EXIT_MEANINGS } from './exit-codes.ts';
import { packageVersion } from './package-version.ts';
import { addVerbs } from './verbs.ts';

/** Carries out a verb and gives the exit code. */
export type Action = (
  context: Context,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
) => Promise<number>;

/** Where verbs are added. `run` ties what commander parsed to an action. */
export interface Registry {
  readonly program: Command;
  /** For `command.action(...)`. */
  run(action: Action): (...parsed: unknown[]) => Promise<void>;
}

const EXAMPLES = `
Examples:
  vcf-agent ingest trio.vcf.gz                      store a file, exactly once, with a receipt
  vcf-agent query "gene=BRCA1 and af<0.001"         ask
  vcf-agent get 17-43071077-T-C                     everything known about one variant
  vcf-agent prove                                   recompute every file from its rows
  vcf-agent validate sample.vcf                     check a file against the specification
  vcf-agent summary trio.vcf.gz                     count what a file holds
`;

function exitCodeHelp(): string {
  const lines = EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padEnd(5)}${meaning}`);
  return `Exit codes:\n${lines.join('\n')}\n`;
}

function createRoot(): Command {
  return new Command('vcf-agent')
    .description('Carries genomic variants from VCF files to answers, exactly once, with a receipt that proves it.')
    .version(packageVersion(), '-V, --version')
    .usage('<verb> [options]')
    .helpCommand('help [verb]', 'help for a verb')
    .addOption(new Option('--home <folder>', 'folder of the embedded database, the log and checkpoints'))
    .addOption(new Option('--tenant <name>', 'whose variants'))
    .addOption(new Option('--log-level <level>', 'JSON log lines on stderr: error, warn, info, debug, trace'))
    .option('--json', 'one JSON object a line on stdout instead of text')
    .option('-q, --quiet', 'no progress and no messages, only data and errors')
    .option('--verbose', 'show the stack and cause of an error')
    .addHelpText('after', EXAMPLES)
    .addHelpText('after', exitCodeHelp())
    .exitOverride();
}

/** The command line: every verb with its options, ready to run. */
export function createProgram(createContext: (globals: () => GlobalOptions) => Context): {
  run(args: readonly string[], onError: (error: unknown, context: Context) => number): Promise<number>;
} {
  const program = createRoot();
  const context = createContext(() => program.opts<GlobalOptions>());
  let exitCode: number = EXIT.ok;
  const registry: Registry = {
    program,
    run:
      (action) =>
      async (...parsed) => {
        const command = parsed.at(-1) as Command;
        exitCode = await action(context, command.args, command.opts());
      },
  };
  const { bold, red, cyan } = context.noteStyle;
  program.configureOutput({
    outputError: (text, write) => write(text.replace(/^error:/, red(bold('error[USAGE]')) + bold(':'))),
  });
  program.configureHelp({ styleTitle: (text) => context.style.bold(text), sortSubcommands: false });
  program.showHelpAfterError(`  ${cyan('help:')} add --help for the options and examples`);
  const inherit = (verb: Command): void => {
    verb
      .copyInheritedSettings(program)
      .configureHelp({ showGlobalOptions: true, styleTitle: (text) => context.style.bold(text) });
    verb.commands.forEach(inherit);
  };
  return {
    async run(args, onError) {
      try {
        await addVerbs(registry, args);
        program.commands.forEach(inherit);
        await program.parseAsync(args, { from: 'user' });
        return exitCode;
      } catch (error) {
        return onError(error, context);
      }
    },
  };
}
