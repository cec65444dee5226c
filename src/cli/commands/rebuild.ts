import { Argument } from 'commander';
import { PROJECTION_NAMES, type ProjectionName } from '../../core/projection.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withFollowing } from '../follow-options.ts';
import { duration, plural } from '../format.ts';
import type { Registry } from '../program.ts';

const EXAMPLES = `
What LanceDB and the graph hold is derived from PostgreSQL. They follow it by themselves when they are asked, and mend
themselves when they are damaged: this is for when \`vcf-agent prove\` says that one of them is not what it should be.

Examples:
  vcf-agent rebuild lancedb          vectors and words, for similar and search
  vcf-agent rebuild graph            nodes and relations
`;

export function addRebuild({ program, run }: Registry): void {
  program
    .command('rebuild')
    .summary('make vectors or the graph anew from what is stored')
    .description('Removes a projection and makes it anew from PostgreSQL, whatever state it is in.')
    .addArgument(new Argument('<projection>', 'which').choices(PROJECTION_NAMES))
    .addHelpText('after', EXAMPLES)
    .action(run((context, args) => rebuild(context, args[0] as ProjectionName)));
}

async function rebuild(context: Context, name: ProjectionName): Promise<number> {
  return context.withApp(async (app) => {
    const begun = performance.now();
    const { variants } = await withFollowing(context, (options) => app.projections.rebuild(name, options));
    const elapsedMs = performance.now() - begun;
    if (context.options.json) await context.printJson({ projection: name, variants, elapsedMs });
    else {
      const { green, dim } = context.style;
      await context.print(`${green('✔')} ${name} holds ${plural(variants, 'variant')}  ${dim(duration(elapsedMs))}`);
    }
    return EXIT.ok;
  });
}
