import { isDeepStrictEqual } from 'node:util';
import { RULES_VERSION } from '../analysis/acmg/criteria.ts';
import type { JudgedLine } from '../analysis/acmg/judge-lines.ts';
import { digestSalt, keptVerdict } from '../analysis/acmg/keep-verdict.ts';
import type { ProofFailure } from '../consume/prove.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, StoredFile, VariantStore } from '../core/ports.ts';
import type { KeptVerdict } from '../core/verdicts.ts';
import { judgedUnder, rejudge } from './judge.ts';

export interface VerdictProof {
  /** Verdicts that follow from their lines. */
  readonly verdicts: number;
  readonly failures: readonly ProofFailure[];
}

const MAX_FAILURES = 100;

/**
 * Judges a stored file again by what its newest judgement went by, and compares every verdict that is kept: one that was
 * changed, lost or added by hand shows, and so does a kept ClinVar that is not the one that was loaded.
 */
export async function proveVerdicts(
  store: VariantStore,
  file: StoredFile,
  options: Cancellable = {},
): Promise<VerdictProof> {
  const { tenant, fileId } = file;
  const [newest] = await store.verdicts.judgements(tenant, fileId, options);
  const check = new VerdictChecks();
  const pages = new KeptPages(store, file, options);
  if (newest === undefined) {
    const [stray] = await pages.upTo(undefined);
    if (stray !== undefined) check.fail(`variant ${numberOf(stray)} has a verdict of no judgement`);
    return check;
  }
  if (newest.inputs.rules !== RULES_VERSION) {
    check.fail(`judged by rules ${newest.inputs.rules}, this program has ${RULES_VERSION}: judge again to prove it`);
    return check;
  }
  try {
    const { context } = await rejudge(store, file, { ...options, anew: true });
    const salt = digestSalt(context);
    for await (const batch of judgedUnder(store, file, context, options)) {
      const last = batch.at(-1);
      if (last !== undefined) check.batch(file, batch, await pages.upTo(last.id), salt);
    }
    for (const verdict of await pages.upTo(undefined)) check.fail(`variant ${numberOf(verdict)} is none`);
  } catch (error) {
    // A kept ClinVar that is damaged or gone: nothing can be proved, and nothing else is wrong with the program.
    const isDamaged = error instanceof VcfAgentError && ['ENVELOPE_CORRUPT', 'NOT_FOUND'].includes(error.code);
    if (!isDamaged) throw error;
    check.fail(error.message);
  }
  return check;
}

class VerdictChecks implements VerdictProof {
  readonly failures: ProofFailure[] = [];
  verdicts = 0;

  fail(detail: string): void {
    if (this.failures.length < MAX_FAILURES) this.failures.push({ kind: 'verdict', detail });
  }

  /** Both by id. */
  batch({ fileId }: StoredFile, judged: readonly JudgedLine[], kept: readonly KeptVerdict[], salt: string): void {
    const rest = new Map(kept.map((verdict) => [verdict.id, verdict]));
    for (const variant of judged) {
      const found = rest.get(variant.id);
      rest.delete(variant.id);
      const wrong = found === undefined ? 'has no verdict' : differenceOf(found, variant, fileId, salt);
      if (wrong === undefined) this.verdicts++;
      else this.fail(`variant ${numberOf(variant)} ${wrong}`);
    }
    for (const verdict of rest.values()) this.fail(`variant ${numberOf(verdict)} has a verdict, and is none`);
  }
}

function differenceOf(found: KeptVerdict, variant: JudgedLine, ownFileId: number, salt: string): string | undefined {
  const { fileId, judgementId: _, ...kept } = found;
  if (fileId !== ownFileId) return `has a verdict of file ${fileId}`;
  const follows = keptVerdict(variant, salt);
  if (isDeepStrictEqual(kept, follows)) return undefined;
  const keys = Object.keys(follows) as (keyof typeof follows)[];
  const different = keys.filter((key) => !isDeepStrictEqual(kept[key], follows[key]));
  return `has another ${different.join(', ')} than follows from its line`;
}

/** Counted within its file, from 0, as everywhere in a proof. */
function numberOf({ id }: { readonly id: bigint }): bigint {
  return id & 0xffff_ffffn;
}

const PAGE = 10_000;

/** The verdicts of a file in the order of their ids. */
class KeptPages {
  readonly #store: VariantStore;
  readonly #file: StoredFile;
  readonly #options: Cancellable;
  #page: readonly KeptVerdict[] = [];
  #at = 0;
  #isLast = false;

  constructor(store: VariantStore, file: StoredFile, options: Cancellable) {
    this.#store = store;
    this.#file = file;
    this.#options = options;
  }

  /** The next, as far as this id; undefined: all that are left. */
  async upTo(last: bigint | undefined): Promise<readonly KeptVerdict[]> {
    const taken: KeptVerdict[] = [];
    for (;;) {
      const next = this.#page[this.#at];
      if (next === undefined) {
        if (this.#isLast) return taken;
        await this.#fetch();
      } else {
        if (last !== undefined && next.id > last) return taken;
        taken.push(next);
        this.#at++;
      }
    }
  }

  async #fetch(): Promise<void> {
    const { tenant, fileId } = this.#file;
    const after = this.#page.at(-1);
    this.#page = await this.#store.verdicts.query(tenant, { fileId, limit: PAGE, after, ...this.#options });
    this.#at = 0;
    this.#isLast = this.#page.length < PAGE;
  }
}
