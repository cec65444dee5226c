import type { VariantBlock } from '../../core/variant-block.ts';
import {
  effectiveClass,
  NOT_CLASSIFIED,
  type PathogenicityClass,
  VERDICT_CLASSES,
  type VerdictClass,
} from '../../core/verdicts.ts';
import type { Classified } from '../acmg/classify-file.ts';
import { sideOf, verdictOf } from '../acmg/clinvar.ts';
import type { LineFacts } from './case.ts';
import { lineFacts, rowsCarriedBy } from './line-facts.ts';
import type { Paired } from './pair-lines.ts';

export interface CollectorOptions {
  /** Most variants kept, and most of those that only ClinVar calls pathogenic. */
  readonly top: number;
  /** The file's samples, in the header's order. */
  readonly samples: readonly string[];
  /** Places in the header of those whose genotypes are shown. */
  readonly members: readonly number[];
  /** Places of those of whom at least one must carry a variant; undefined: nobody has to. */
  readonly carriers: readonly number[] | undefined;
}

/** A variant that may be shown. */
export interface Candidate {
  readonly judged: Classified;
  readonly class: VerdictClass;
  readonly line: LineFacts;
  /** Its number among the variants of the file, from 0: decides between equals. */
  readonly variant: number;
}

export interface Collected {
  readonly judged: number;
  readonly considered: number;
  readonly classes: ReadonlyMap<VerdictClass, number>;
  readonly points: ReadonlyMap<number, number>;
  readonly candidates: readonly Candidate[];
}

/** What a reviewer said. */
interface Reviewed {
  readonly reviewed?: PathogenicityClass | undefined;
}

/**
 * Counts a case's variants as they come and keeps the first of them by rank, and those that ClinVar calls pathogenic: as many
 * of each at most, so memory does not grow with the file.
 */
export class CaseCollector {
  readonly #options: CollectorOptions;
  readonly #carriers: ReadonlySet<number> | undefined;
  readonly #classes = new Map<VerdictClass, number>();
  readonly #points = new Map<number, number>();
  #candidates: Candidate[] = [];
  /** Whoever ranks below it is not among the first. */
  #last: Candidate | undefined;
  /** What ClinVar calls pathogenic is shown whatever its points: as many again. */
  #named: Candidate[] = [];
  #judged = 0;
  #considered = 0;
  #block: VariantBlock | undefined;
  #carried: ReadonlySet<number> = new Set();

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#carriers = options.carriers && new Set(options.carriers);
  }

  add({ judged, block, bytes, row, variant }: Paired<Classified & Reviewed>): void {
    this.#judged++;
    if (!this.#isCarried(block, row)) return;
    this.#considered++;
    const { verdict } = judged;
    const computed = verdict.applies ? verdict.class : NOT_CLASSIFIED;
    const counted = effectiveClass({ class: computed, reviewed: judged.reviewed });
    this.#classes.set(counted, (this.#classes.get(counted) ?? 0) + 1);
    if (verdict.applies) this.#points.set(verdict.points, (this.#points.get(verdict.points) ?? 0) + 1);
    const candidate = { judged, class: counted, variant };
    const isAmongFirst = this.#last === undefined || byRank(candidate, this.#last) < 0;
    const isNamed = isPathogenicInClinvar(judged);
    if (!isAmongFirst && !isNamed) return;
    const whole = { ...candidate, line: lineFacts(block, bytes, row, this.#options) };
    if (isAmongFirst) this.#candidates.push(whole);
    if (isNamed) this.#named.push(whole);
    if (Math.max(this.#candidates.length, this.#named.length) >= 2 * this.#options.top) this.#cut();
  }

  finish(): Collected {
    this.#cut();
    return {
      judged: this.#judged,
      considered: this.#considered,
      classes: this.#classes,
      points: this.#points,
      candidates: [...this.#candidates, ...this.#named.filter((named) => !this.#candidates.includes(named))],
    };
  }

  #isCarried(block: VariantBlock, row: number): boolean {
    if (this.#carriers === undefined) return true;
    if (block !== this.#block) {
      this.#block = block;
      this.#carried = rowsCarriedBy(this.#carriers, block, this.#options.samples.length);
    }
    return this.#carried.has(row);
  }

  #cut(): void {
    const { top } = this.#options;
    this.#candidates = this.#candidates.sort(byRank).slice(0, top);
    this.#named = this.#named.sort(byRank).slice(0, top);
    this.#last = this.#candidates[top - 1];
  }
}

type Ranked = Omit<Candidate, 'line'>;

function isPathogenicInClinvar({ clinvar }: Classified): boolean {
  return clinvar !== undefined && sideOf({ verdict: verdictOf(clinvar.significance) }) === 'pathogenic';
}

/** Highest class first, then most points, then what ClinVar calls pathogenic, then as they stand in the file. */
function byRank(a: Ranked, b: Ranked): number {
  return (
    VERDICT_CLASSES.indexOf(b.class) - VERDICT_CLASSES.indexOf(a.class) ||
    b.judged.verdict.points - a.judged.verdict.points ||
    Number(isPathogenicInClinvar(b.judged)) - Number(isPathogenicInClinvar(a.judged)) ||
    a.variant - b.variant
  );
}
