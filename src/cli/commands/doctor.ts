import type { Check } from '../../app/doctor.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { Registry } from '../program.ts';

const EXAMPLES = `
Examples:
  vcf-agent doctor
  DATABASE_URL=postgres://me@db/variants vcf-agent doctor --json
`;

export function addDoctor({ program, run }: Registry): void {
  program
    .command('doctor')
    .summary('what is configured, reachable, and which versions')
    .description(
      'Checks what vcf-agent stands on, one line a check: what is configured, reachable, and which versions.',
    )
    .addHelpText('after', EXAMPLES)
    .action(run(doctor));
}

async function doctor(context: Context): Promise<number> {
  const { runChecks } = await import('../../app/doctor.ts');
  const { environment, file } = await context.config();
  const settings = await context.appOptions();
  let failed = false;
  const configured: Check = { name: 'configuration', status: 'ok', detail: `${environment}, ${file ?? 'no file'}` };
  await printCheck(context, configured);
  for await (const check of runChecks(settings, { signal: context.signal })) {
    failed ||= check.status === 'failed';
    await printCheck(context, check);
  }
  return failed ? EXIT.environment : EXIT.ok;
}

async function printCheck(context: Context, check: Check): Promise<void> {
  if (context.options.json) {
    await context.printJson(check);
    return;
  }
  const { green, yellow, red, bold, dim } = context.style;
  const mark = { ok: green('✔'), warning: yellow('!'), failed: red('✘') }[check.status];
  await context.print(`${mark} ${bold(check.name.padEnd(18))} ${check.detail}`);
  if (check.advice !== undefined) await context.print(`  ${' '.repeat(18)} ${dim(check.advice)}`);
}
