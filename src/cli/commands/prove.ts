import type { App } from '../../app/app.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { count, plural, printable, shortDigest } from '../format.ts';
import { findStoredFile } from '../inputs.ts';
import type { Registry } from '../program.ts';

type Proof = Awaited<ReturnType<App['prove']>>;
type ProofFailure = Proof['failures'][number];

const EXAMPLES = `
Examples:
  vcf-agent prove                    every stored file
  vcf-agent prove trio.vcf.gz        one file, by name, number or digest

Recomputes every digest from the rows in PostgreSQL and compares them with the ledger and the receipt.
A row that was deleted, doubled or changed makes it fail (exit 1) and names the records.
`;

export function addProve({ program, run }: Registry): void {
  program
    .command('prove')
    .summary('prove that nothing was lost, doubled or changed')
    .description('Proves from the rows that a stored file is complete: nothing lost, nothing doubled, nothing changed.')
    .argument('[file...]', 'name, number or digest of stored files (default: all)')
    .addHelpText('after', EXAMPLES)
    .action(run(prove));
}

async function prove(context: Context, args: readonly string[]): Promise<number> {
  return context.withApp(async (app) => {
    const stored = await app.store.files(app.tenant);
    const wanted = args.length === 0 ? stored : args.map((arg) => findStoredFile(stored, arg));
    if (wanted.length === 0) context.note('No file is stored yet: there is nothing to prove.');
    let ok = true;
    for (const file of wanted) {
      const progress = context.progress(`prove ${file.name}`);
      const proof = await app.prove(file.fileId, {
        signal: context.signal,
        onProgress: (checked, variants) =>
          progress.update({
            phase: 'prove',
            bytesRead: checked,
            totalBytes: variants,
            recordsRead: checked,
            variantsSent: checked,
            variantsApplied: checked,
          }),
      });
      progress.finish();
      await printProof(context, proof);
      ok &&= proof.ok;
    }
    return ok ? EXIT.ok : EXIT.failed;
  });
}

/** One line when it holds; every failure with the records it is about when it does not. */
async function printProof(context: Context, proof: Proof): Promise<void> {
  if (context.options.json) {
    await context.printJson(proof);
    return;
  }
  const { green, red, bold, dim } = context.style;
  const name = `${bold(printable(proof.name))} ${dim(`(file ${proof.fileId})`)}`;
  const what = `${plural(proof.variants, 'variant')} in ${plural(proof.envelopes, 'envelope')}`;
  if (proof.ok) {
    const also = proof.projections.map((projection) => `, ${projection.name} holds the same`).join('');
    await context.print(
      `${green('✔ proved')}  ${name}  ${what}, digest ${shortDigest(proof.storeDigest)} as in the receipt${also}`,
    );
    return;
  }
  await context.print(`${red('✘ not proved')}  ${name}  ${plural(proof.failures.length, 'failure')} in ${what}`);
  for (const failure of proof.failures)
    await context.print(`  ${red(failure.kind.padEnd(9))} ${where(failure)}${printable(failure.detail)}`);
}

function where({ firstOrdinal, lastOrdinal }: ProofFailure): string {
  if (firstOrdinal === undefined || lastOrdinal === undefined) return '';
  return `records ${count(firstOrdinal + 1)}–${count(lastOrdinal + 1)}: `;
}
