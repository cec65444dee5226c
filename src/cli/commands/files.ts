import type { StoredFile } from '../../core/ports.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { byteSize, count, plural, printable } from '../format.ts';
import type { Registry } from '../program.ts';
import { type Column, renderTable } from '../table.ts';

const EXAMPLES = `
Examples:
  vcf-agent files
  vcf-agent files --json | jq -r .contentDigest
`;

export function addFiles({ program, run }: Registry): void {
  program
    .command('files')
    .summary('list the stored files')
    .description('Lists the stored files: number, name, what they hold, when they came.')
    .addHelpText('after', EXAMPLES)
    .action(run(files));
}

async function files(context: Context): Promise<number> {
  return context.withApp(async (app) => {
    const stored = await app.store.files(app.tenant);
    if (context.options.json) {
      for (const file of stored) await context.printJson(fileJson(file));
      return EXIT.ok;
    }
    if (stored.length === 0) {
      context.note('No file is stored yet. `vcf-agent ingest <file>` stores one, `vcf-agent demo` shows how it looks.');
      return EXIT.ok;
    }
    await context.print(renderTable(stored, columns(context), context).join('\n'));
    const variants = stored.reduce((total, file) => total + file.variants, 0);
    context.note(context.noteStyle.dim(`${plural(stored.length, 'file')}, ${plural(variants, 'variant')}`));
    return EXIT.ok;
  });
}

function columns(context: Context): Column<StoredFile>[] {
  const { green, yellow, dim, bold } = context.style;
  return [
    { title: '#', value: (file) => String(file.fileId), align: 'right', paint: bold },
    { title: 'name', value: (file) => printable(file.name), maxWidth: 48 },
    { title: 'variants', value: (file) => count(file.variants), align: 'right' },
    {
      title: 'rejected',
      value: (file) => (file.rejected === 0 ? '' : count(file.rejected)),
      align: 'right',
      optional: true,
      paint: yellow,
    },
    { title: 'samples', value: (file) => count(file.sampleNames.length), align: 'right' },
    { title: 'size', value: (file) => byteSize(file.bytes), align: 'right' },
    {
      title: 'status',
      value: (file) => file.status,
      paint: (text, file) => (file.status === 'complete' ? green(text) : yellow(text)),
    },
    { title: 'stored', value: (file) => file.createdAt.toISOString().slice(0, 16).replace('T', ' ') },
    { title: 'sha256', value: (file) => file.contentDigest?.slice(0, 12) ?? '', paint: dim },
  ];
}

function fileJson(file: StoredFile): Record<string, unknown> {
  const { header: _header, ...rest } = file;
  return rest;
}
