import { variantRowId } from '../../core/ids.ts';
import type { StoredLines } from '../../core/ports.ts';
import { pickRows, type VariantBlock } from '../../core/variant-block.ts';
import type { PathogenicityClass } from '../../core/verdicts.ts';
import type { Header } from '../../vcf/header/model.ts';
import { type Classified, judgeVariant } from './classify-file.ts';
import type { RuleContext } from './context.ts';
import type { AnnotationSources, VariantEvidence } from './evidence.ts';
import { EvidenceReader } from './evidence-reader.ts';

/** A stored variant, judged. */
export interface JudgedLine extends Classified {
  /** Row id. */
  readonly id: bigint;
  /** The reviewer's class that holds now. */
  readonly reviewed: PathogenicityClass | undefined;
}

/** Which sources speak in a stored file: looks until all that the header declares have spoken, or to the file's end. */
export async function sourcesIn(header: Header, lines: AsyncIterable<StoredLines>): Promise<AnnotationSources> {
  const reader = new EvidenceReader(header);
  for await (const { block } of lines) {
    reader.read(block);
    if (reader.knowsSources) break;
  }
  return reader.sources;
}

export interface JudgeLinesOptions {
  /** Only these; undefined: all. */
  readonly wanted?: ReadonlySet<bigint> | undefined;
  /** What reviewers say; undefined: nothing at all. */
  readonly reviewOf?: ((evidence: VariantEvidence) => PathogenicityClass | undefined) | undefined;
}

/**
 * One verdict a stored variant (a record without ALT is none), an envelope at a time, by id. Pure: the same lines and context
 * give the same.
 */
export async function* judgeLines(
  { fileId, header }: { readonly fileId: number; readonly header: Header },
  lines: AsyncIterable<StoredLines>,
  context: RuleContext,
  { wanted, reviewOf }: JudgeLinesOptions,
): AsyncGenerator<readonly JudgedLine[]> {
  const reader = new EvidenceReader(header);
  for await (const { firstVariant, block } of lines) {
    const rows = wanted === undefined ? undefined : rowsOf(block, (row) => wanted.has(idOf(row)));
    const read = reader.read(rows === undefined ? block : pickRows(block, rows));
    const judged: JudgedLine[] = [];
    for (const [place, one] of read.entries()) {
      if (one.alt === '.') continue;
      const { evidence, verdict, clinvar } = judgeVariant(one, context);
      const id = idOf(rows?.[place] ?? place);
      judged.push({ id, evidence, verdict, clinvar, reviewed: reviewOf?.(evidence) });
    }
    yield judged;

    function idOf(row: number): bigint {
      return variantRowId(fileId, firstVariant + row);
    }
  }
}

function rowsOf({ count }: VariantBlock, isWanted: (row: number) => boolean): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (isWanted(row)) rows.push(row);
  return rows;
}
