import type { GraphSink } from './batch.ts';

/** The verdict on a row that is kept now. */
export interface GraphVerdict {
  /** Row id of the variant. */
  readonly row: number;
  /** Number of the judgement. */
  readonly judgement: number;
  /** The one that counts. */
  readonly class: string;
  readonly points: number;
  readonly met: readonly string[];
}

/** Pages of a file's verdicts in the order of its rows. */
export type VerdictPages = AsyncGenerator<readonly GraphVerdict[], void, undefined>;

export function projectVerdict(verdict: GraphVerdict, variantKey: string, sink: GraphSink): void {
  const { row, judgement, points, met } = verdict;
  sink.node('Analysis', judgement, () => []);
  sink.relation({
    relation: 'AnalyzedBy',
    from: 'Variant',
    to: 'Analysis',
    fromKey: variantKey,
    toKey: judgement,
    values: [row, verdict.class, points, met],
  });
}

/** Takes verdicts from their pages as rows ask for them, which come in the same order. */
export class VerdictCursor {
  readonly #pages: AsyncIterator<readonly GraphVerdict[]>;
  #page: readonly GraphVerdict[] = [];
  #at = 0;
  #isOver = false;

  constructor(pages: VerdictPages) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** Those before this row that were not taken yet. */
  async before(endRow: number): Promise<readonly GraphVerdict[]> {
    const taken: GraphVerdict[] = [];
    for (;;) {
      while (this.#at < this.#page.length && this.#page[this.#at]!.row < endRow) taken.push(this.#page[this.#at++]!);
      if (this.#at < this.#page.length || this.#isOver) return taken;
      const next = await this.#pages.next();
      this.#isOver = next.done === true;
      this.#page = next.done === true ? [] : next.value;
      this.#at = 0;
    }
  }

  /** Ends the pages, whether all were taken or not. */
  async close(): Promise<void> {
    await this.#pages.return?.();
  }
}
