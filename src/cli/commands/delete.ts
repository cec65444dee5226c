import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withFollowing } from '../follow-options.ts';
import { plural, printable } from '../format.ts';
import { findStoredFile } from '../inputs.ts';
import type { Registry } from '../program.ts';

const EXAMPLES = `
Examples:
  vcf-agent delete trio.vcf.gz       asks first
  vcf-agent delete 3 --yes           for scripts
`;

export function addDelete({ program, run }: Registry): void {
  program
    .command('delete')
    .summary('remove a file and all that came from it')
    .description('Removes a stored file and everything that came from it: variants, carriers, ledger, receipts.')
    .argument('<file>', 'name, number or digest of a stored file')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', EXAMPLES)
    .action(run((context, args, options) => deleteFile(context, args[0] ?? '', options.yes === true)));
}

async function deleteFile(context: Context, wanted: string, yes: boolean): Promise<number> {
  return context.withApp(async (app) => {
    const file = findStoredFile(await app.store.files(app.tenant), wanted);
    const name = printable(file.name);
    const question = `Delete ${name} (file ${file.fileId}) with ${plural(file.variants, 'variant')}?`;
    if (!yes && !(await context.confirm(question))) {
      context.note('Nothing was deleted.');
      return EXIT.ok;
    }
    const { variants } = await withFollowing(context, (options) => app.deleteFile(file.fileId, options));
    if (context.options.json) await context.printJson({ deleted: file.fileId, name: file.name, variants });
    else await context.print(`${context.style.green('✔')} ${name} and ${plural(variants, 'variant')} deleted`);
    return EXIT.ok;
  });
}
