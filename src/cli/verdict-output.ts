import type { Classified } from '../analysis/acmg/classify-file.ts';
import { type Provenance, verdictJson } from '../analysis/acmg/report.ts';
import type { Mode } from '../analysis/family/finding.ts';
import { CLASSES, NOT_CLASSIFIED, NOTICE, type PathogenicityClass } from '../core/verdicts.ts';
import type { Context } from './context.ts';
import { modeName } from './family-text.ts';
import { count, plural } from './format.ts';
import { renderTable } from './table.ts';
import { verdictCard, verdictColumns } from './verdict-text.ts';

/** Most verdicts shown as text when nobody says how many. */
export const VERDICTS_SHOWN = 50;

/** What is shown: a verdict on a line of a file, or on a stored variant, with a reviewer's class where there is one. */
export interface Shown extends Classified {
  readonly id?: bigint;
  readonly reviewed?: PathogenicityClass | undefined;
}

export interface VerdictOutputOptions {
  /** Most verdicts printed, 0 for all. */
  readonly limit?: number;
  /** A card a variant instead of a line. */
  readonly criteria?: boolean;
  /** Families of a pedigree that are looked at. */
  readonly families?: number;
}

/** Prints verdicts as they come, as many as asked for, and in the end how many there were of each class. */
export class VerdictOutput {
  readonly #context: Context;
  readonly #provenance: Provenance;
  readonly #limit: number;
  readonly #cards: boolean;
  readonly #families: number;
  readonly #modes = new Map<string, number>();
  readonly #rows: Shown[] = [];
  readonly #classes = new Map<string, number>();
  #judged = 0;
  #wanted = 0;

  constructor(
    context: Context,
    provenance: Provenance,
    { limit, criteria = false, families = 0 }: VerdictOutputOptions,
  ) {
    this.#context = context;
    this.#provenance = provenance;
    const most = limit ?? (context.options.json ? 0 : VERDICTS_SHOWN);
    this.#limit = most === 0 ? Number.POSITIVE_INFINITY : most;
    this.#cards = criteria;
    this.#families = families;
  }

  /** `isWanted`: to be shown, if the limit allows. */
  async add(classified: Shown, isWanted: boolean): Promise<void> {
    const { evidence, verdict, clinvar } = classified;
    const name = verdict.applies ? verdict.class : NOT_CLASSIFIED;
    this.#judged++;
    this.#classes.set(name, (this.#classes.get(name) ?? 0) + 1);
    for (const name of modesOf(evidence)) this.#modes.set(name, (this.#modes.get(name) ?? 0) + 1);
    if (!isWanted || ++this.#wanted > this.#limit) return;
    if (this.#context.options.json) {
      const { id, reviewed } = classified;
      const stored = id === undefined ? {} : { row: id, reviewed: reviewed ?? null, effective: reviewed ?? name };
      await this.#context.printJson({ ...verdictJson(evidence, verdict, clinvar, this.#provenance), ...stored });
    } else if (this.#cards) {
      await this.#context.print(`${verdictCard(classified, this.#context.style).join('\n')}\n`);
    } else this.#rows.push(classified);
  }

  async end({ rejected, truncated }: { readonly rejected: number; readonly truncated: boolean }): Promise<void> {
    const names = [...CLASSES.toReversed(), NOT_CLASSIFIED];
    const counts = names.map((name) => [name, this.#classes.get(name) ?? 0] as const);
    const variants = this.#judged;
    const { options, style } = this.#context;
    if (options.json) {
      const classes = Object.fromEntries(counts);
      await this.#context.printJson({
        type: 'summary',
        variants,
        classes,
        ...(this.#families === 0 ? {} : { families: this.#families, modes: Object.fromEntries(this.#modes) }),
        rejected,
        truncated,
        ...this.#provenance,
        notice: NOTICE,
      });
      return;
    }
    const hidden = Math.max(0, this.#wanted - this.#limit);
    const found = counts
      .filter(([, times]) => times > 0)
      .map(([name, times]) => `${count(times)} ${name.toLowerCase()}`);
    const lines = [
      ...(this.#rows.length === 0
        ? []
        : [...renderTable(this.#rows, verdictColumns(style, this.#families === 1), this.#context), '']),
      ...(hidden === 0 ? [] : [style.dim(`… and ${count(hidden)} more (--limit 0 shows all)`)]),
      `${style.bold(plural(variants, 'variant'))}${found.length === 0 ? '' : `: ${found.join(', ')}`}`,
      ...(this.#families === 0 ? [] : [this.#familyLine()]),
      ...(rejected === 0 ? [] : [style.yellow(`${plural(rejected, 'record')} could not be read`)]),
      ...(truncated ? [style.yellow('the file ended early')] : []),
      style.yellow(NOTICE),
    ];
    await this.#context.print(lines.join('\n'));
  }

  #familyLine(): string {
    const told = [...this.#modes].map(([name, times]) => `${count(times)} ${modeName(name as Mode)}`);
    return `${this.#families === 1 ? '1 family' : `${count(this.#families)} families`}: ${told.join(', ') || 'no mode of inheritance fits any variant'}`;
  }
}

/** Modes that the genotypes of some family show; each once. */
function modesOf({ families = [] }: Classified['evidence']): ReadonlySet<Mode> {
  const shown = families.flatMap(({ modes }) => modes.filter(({ status }) => status === 'met'));
  return new Set(shown.map(({ mode }) => mode));
}
