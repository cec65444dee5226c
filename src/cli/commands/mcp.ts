import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { packageVersion } from '../package-version.ts';
import type { Registry } from '../program.ts';

const EXAMPLES = `
Examples:
  vcf-agent mcp --tenant lab                      for one tenant, until standard input ends
  claude mcp add variants -- npx vcf-agent mcp    in a client that starts it
  npx @modelcontextprotocol/inspector npx vcf-agent mcp

Tools that only read: query, get, files, summary, carriers, verdicts, report and more; docs/mcp.md has them. Standard output carries the
protocol alone; messages go to standard error. Research use only.
`;

export function addMcp({ program, run }: Registry): void {
  program
    .command('mcp')
    .summary('serve the questions as tools to a model (MCP over stdio)')
    .description('Serves the stored variants to a language model as tools, over standard input and output (MCP).')
    .addHelpText('after', EXAMPLES)
    .action(run(serve));
}

async function serve(context: Context): Promise<number> {
  const { serveMcp } = await import('../../api/mcp-server.ts');
  const { systemClock } = await import('../../app/clock.ts');
  return context.withApp(async (app) => {
    await serveMcp({
      context: { app, clock: systemClock, signal: context.signal },
      version: packageVersion(),
      input: process.stdin,
      output: context.stdout,
      onBug: (error) => context.note(`bug: ${error instanceof Error ? error.stack : String(error)}`),
    });
    return EXIT.ok;
  });
}
