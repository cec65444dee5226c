import { variantRowId } from '../../core/ids.ts';
import type { StoredLines } from '../../core/ports.ts';
import { pickRows, type VariantBlock } from '../../core/variant-block.ts';
import type { Header } from '../../vcf/header/model.ts';
import { type Classified, judgeVariant } from './classify-file.ts';
import type { RuleContext } from './context.ts';
import type { AnnotationSources } from './evidence.ts';
import { EvidenceReader } from './evidence-reader.ts';

/** A stored variant, judged. */
export interface JudgedLine extends Classified {
  /** Row id. */
  readonly id: bigint;
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

/**
 * One verdict a stored variant (a record without ALT is none), an envelope at a time, by id. Pure: the same lines and context
 * give the same. `wanted`: only these.
 */
export async function* judgeLines(
  { fileId, header }: { readonly fileId: number; readonly header: Header },
  lines: AsyncIterable<StoredLines>,
  context: RuleContext,
  wanted?: ReadonlySet<bigint>,
): AsyncGenerator<readonly JudgedLine[]> {
  const reader = new EvidenceReader(header);
  for await (const { firstVariant, block } of lines) {
    const rows = wanted === undefined ? undefined : rowsOf(block, (row) => wanted.has(idOf(row)));
    const evidence = reader.read(rows === undefined ? block : pickRows(block, rows));
    const judged: JudgedLine[] = [];
    for (const [place, one] of evidence.entries()) {
      if (one.alt === '.') continue;
      judged.push({ id: idOf(rows?.[place] ?? place), ...judgeVariant(one, context) });
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
