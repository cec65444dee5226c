import type { App } from '../../app/app.ts';
import type { Letter, Letters } from '../../app/letters.ts';
import type { ReplayedLetter } from '../../app/replay-letters.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { byteSize, plural, printable } from '../format.ts';
import { withFolders } from '../operator.ts';
import type { Registry } from '../program.ts';
import { type Column, renderTable } from '../table.ts';

const EXAMPLES = `
Examples:
  vcf-agent dlq                            what was put aside on this machine, and why
  vcf-agent dlq show 9f86d081              one of them, by the beginning of its envelope’s id
  vcf-agent dlq replay --all               send all of them again
  vcf-agent dlq drop 9f86d081              forget one for good

\`undelivered\`: no platform took the envelope. \`refused\`: the store does not take it, or it cannot be read. Sending one again is
safe at any time, as often as you like: it has its old id and is stored once.
`;

interface DropFlags {
  readonly yes?: boolean;
}

export function addDlq({ program, run }: Registry): void {
  const dlq = program
    .command('dlq')
    .summary('dead letters: list, show, replay, drop')
    .description('Looks after envelopes that were put aside on this machine because nothing took them.')
    .addHelpText('after', EXAMPLES)
    .action(run((context) => list(context)));
  const verb = (name: string, summary: string) => dlq.command(name).summary(summary).description(summary);
  verb('list', 'list what was put aside, oldest first').action(run((context) => list(context)));
  verb('show', 'everything about one')
    .argument('<id>', 'the beginning of its envelope’s id')
    .action(run((context, [id = '']) => show(context, id)));
  verb('replay', 'send letters again and wait until they are applied; exit 1 when one is put aside again')
    .argument('[id...]', 'which')
    .option('--all', 'all of them')
    .action(run((context, ids, { all }) => replay(context, ids, all === true)));
  verb('drop', 'forget letters for good')
    .argument('<id...>', 'which')
    .option('-y, --yes', 'do not ask')
    .action(run((context, ids, flags) => drop(context, ids, flags)));
}

async function list(context: Context): Promise<number> {
  return withLetters(context, async (_app, letters) => {
    const found = await letters.list();
    if (context.options.json) for (const letter of found) await context.printJson(letter);
    else if (found.length === 0) context.note('Nothing was put aside.');
    else {
      await context.print(renderTable(found, columns(context), context).join('\n'));
      context.note(
        context.noteStyle.dim(
          `${plural(found.length, 'dead letter')}; \`vcf-agent dlq replay --all\` sends them again.`,
        ),
      );
    }
    return EXIT.ok;
  });
}

async function show(context: Context, id: string): Promise<number> {
  return withLetters(context, async (_app, letters) => {
    for (const letter of await letters.find(id)) {
      if (context.options.json) await context.printJson(letter);
      else await context.print(letterLines(letter, context).join('\n'));
    }
    return EXIT.ok;
  });
}

async function replay(context: Context, ids: readonly string[], all: boolean): Promise<number> {
  if (all === ids.length > 0) throw new VcfAgentError('USAGE', 'Name the letters to send again, or give --all.');
  const { replayLetters } = await import('../../app/replay-letters.ts');
  return withLetters(context, async (app, letters) => {
    const chosen = all ? await letters.list() : await chosenFrom(letters, ids);
    if (chosen.length === 0) context.note('Nothing was put aside.');
    let failed = 0;
    const onReplayed = async (replayed: ReplayedLetter) => {
      if (replayed.outcome === 'put aside again' || replayed.outcome === 'kept') failed += 1;
      await report(context, replayed);
    };
    await replayLetters({ app, letters }, chosen, { signal: context.signal, onReplayed });
    return failed > 0 ? EXIT.failed : EXIT.ok;
  });
}

async function report(context: Context, { letter, outcome, error }: ReplayedLetter): Promise<void> {
  const { id, kind } = letter;
  if (context.options.json) {
    await context.printJson({ id, kind, outcome, error: error && { code: error.code, message: error.message } });
    return;
  }
  const { green, yellow, red, dim } = context.style;
  const paint = outcome === 'applied' ? green : outcome === 'sent' ? yellow : red;
  const why = error === undefined ? '' : dim(` ${error.code}: ${printable(error.message)}`);
  await context.print(`${id.slice(0, 12)} ${paint(outcome)}${why}`);
}

async function drop(context: Context, ids: readonly string[], { yes }: DropFlags): Promise<number> {
  return withLetters(context, async (_app, letters) => {
    const chosen = await chosenFrom(letters, ids);
    const question = `Forget ${plural(chosen.length, 'dead letter')} for good? What is in ${chosen.length === 1 ? 'it' : 'them'} is stored nowhere else.`;
    if (yes !== true && !(await context.confirm(question))) return EXIT.failed;
    for (const letter of chosen) {
      await letters.drop(letter);
      if (context.options.json) await context.printJson({ id: letter.id, kind: letter.kind, outcome: 'dropped' });
    }
    context.note(`${plural(chosen.length, 'dead letter')} dropped.`);
    return EXIT.ok;
  });
}

async function chosenFrom(letters: Letters, ids: readonly string[]): Promise<readonly Letter[]> {
  const found = await Promise.all(ids.map((id) => letters.find(id)));
  return [...new Map(found.flat().map((letter) => [letter.path, letter])).values()];
}

async function withLetters<T>(context: Context, work: (app: App, letters: Letters) => Promise<T>): Promise<T> {
  const { Letters } = await import('../../app/letters.ts');
  return withFolders(context, (app, { deadLetters }) => work(app, new Letters(deadLetters)));
}

function columns(context: Context): Column<Letter>[] {
  const { bold, red, dim } = context.style;
  return [
    { title: 'envelope', value: ({ id }) => id.slice(0, 12), paint: bold },
    { title: 'kind', value: ({ kind }) => kind },
    { title: 'topic', value: ({ topic }) => printable(topic) },
    { title: 'since', value: ({ at }) => at.slice(0, 16).replace('T', ' ') },
    { title: 'size', value: ({ bytes }) => byteSize(bytes), align: 'right' },
    { title: 'error', value: ({ code }) => code, paint: red },
    { title: 'why', value: ({ reason }) => printable(reason), maxWidth: 80, paint: dim },
  ];
}

function letterLines(letter: Letter, { style }: Context): string[] {
  const { id, kind, topic, code, reason, at, bytes, path, facts } = letter;
  const entries = { kind, topic, since: at, error: code, why: reason, ...facts, size: byteSize(bytes), file: path };
  return [
    `${style.bold('envelope')} ${id}`,
    ...Object.entries(entries).map(([name, value]) => `  ${name.padEnd(10)} ${printable(String(value))}`),
  ];
}
