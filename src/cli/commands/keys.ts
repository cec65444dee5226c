import { Option } from 'commander';
import { type ApiKey, SCOPES, type Scope } from '../../core/api-keys.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { plural, printable } from '../format.ts';
import { wholeNumber } from '../inputs.ts';
import type { Registry } from '../program.ts';
import { type Column, renderTable } from '../table.ts';

interface CreateFlags {
  readonly scope: Scope;
  readonly days?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

const EXAMPLES = `
Examples:
  vcf-agent keys create dashboard                      may read what its tenant has; printed once, kept nowhere
  vcf-agent keys create loader --scope write --days 90
  vcf-agent --tenant lab keys create ops --scope admin
  vcf-agent keys list
  vcf-agent keys revoke 3f9a0c21d4e5b677

A key belongs to one tenant and sees nothing of another. \`write\` may also read; \`admin\` may also look at routes and dead letters.
`;

export function addKeys({ program, run }: Registry): void {
  const keys = program
    .command('keys')
    .summary('API keys: create, list, revoke')
    .description('Makes, lists and revokes the keys that clients of `vcf-agent serve` show.')
    .addHelpText('after', EXAMPLES)
    .action(run((context) => list(context)));
  const verb = (name: string, summary: string) => keys.command(name).summary(summary).description(summary);
  verb('create', 'make a key and print it, once')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(SCOPES).default('read'))
    .option('--days <days>', 'how long it is good (default: until it is revoked)', wholeNumber(1))
    .action(run((context, [name = ''], flags) => create(context, name, flags as unknown as CreateFlags)));
  verb('list', 'list the keys of the tenant').action(run((context) => list(context)));
  verb('revoke', 'refuse a key from now on, for good')
    .argument('<id>', 'its id, the first part after vcfa_')
    .action(run((context, [id = '']) => revoke(context, id)));
}

async function create(context: Context, name: string, { scope, days }: CreateFlags): Promise<number> {
  if (name.trim() === '' || name.length > 100) {
    throw new VcfAgentError('USAGE', 'a key needs a name of up to 100 characters, so that people know what it is for');
  }
  const [{ createApiKey }, { systemClock }] = await Promise.all([
    import('../../app/api-keys.ts'),
    import('../../app/clock.ts'),
  ]);
  return context.withApp(async ({ store, tenant }) => {
    const expiresAt = days === undefined ? undefined : new Date(systemClock.now() + days * DAY_MS);
    const { key, text } = await createApiKey(store, { tenant, name, scope, expiresAt }, systemClock);
    if (context.options.json) await context.printJson({ ...key, key: text });
    else await context.print(text);
    const { yellow, dim } = context.noteStyle;
    context.note(`${yellow('Keep it now:')} it cannot be shown again. ${dim(`${key.id}, ${scope}, tenant ${tenant}`)}`);
    return EXIT.ok;
  });
}

async function list(context: Context): Promise<number> {
  return context.withApp(async ({ store, tenant }) => {
    const keys = await store.keys.list(tenant);
    if (context.options.json) for (const key of keys) await context.printJson(key);
    else if (keys.length === 0)
      context.note(`The tenant ${tenant} has no key. \`vcf-agent keys create <name>\` makes one.`);
    else {
      await context.print(renderTable(keys, columns(context), context).join('\n'));
      context.note(context.noteStyle.dim(plural(keys.length, 'key')));
    }
    return EXIT.ok;
  });
}

async function revoke(context: Context, id: string): Promise<number> {
  return context.withApp(async ({ store, tenant }) => {
    const key = await store.keys.revoke(tenant, id);
    if (context.options.json) await context.printJson(key);
    context.note(`${printable(key.name)} (${key.id}) is revoked: every instance refuses it from now on.`);
    return EXIT.ok;
  });
}

function columns({ style }: Context): Column<ApiKey>[] {
  const day = (date: Date | null) => date?.toISOString().slice(0, 16).replace('T', ' ') ?? '';
  const now = Date.now();
  const state = ({ revokedAt, expiresAt }: ApiKey) =>
    revokedAt !== null ? 'revoked' : expiresAt !== null && expiresAt.getTime() <= now ? 'expired' : 'good';
  return [
    { title: 'id', value: ({ id }) => id, paint: style.bold },
    { title: 'name', value: ({ name }) => printable(name), maxWidth: 40 },
    { title: 'scope', value: ({ scope }) => scope },
    { title: 'state', value: state, paint: (text) => (text === 'good' ? style.green(text) : style.red(text)) },
    { title: 'made', value: ({ createdAt }) => day(createdAt) },
    { title: 'expires', value: ({ expiresAt }) => day(expiresAt), optional: true },
  ];
}
