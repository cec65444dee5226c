import { ANNOTATION_WIDTH } from '../../core/annotation.ts';
import {
  BOUNDS_STRIDE,
  END_ALT,
  END_CHROM,
  END_FILTER,
  END_ID,
  END_INFO,
  END_POS,
  END_QUAL,
  END_REF,
  LINE_END,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';
import { ANNOTATIONS, type ColumnType, type ParquetColumns } from './columns.ts';
import { KeyReader, type Others, typedValue, type Value } from './values.ts';

/** One person's genotype: the values of FORMAT in the order of the columns. */
export interface Genotype {
  readonly sample: string;
  readonly values: readonly Value[];
  readonly others: Others | undefined;
}

/** One row of the table, in the order of its columns. */
export interface ParquetRow {
  /** LINE_COLUMNS, then ANNOTATIONS, then INFO. */
  readonly values: readonly Value[];
  readonly otherInfo: Others | undefined;
  readonly genotypes: readonly Genotype[] | undefined;
}

const DOUBLE: ColumnType = { scalar: 'DOUBLE', isList: false };

/** Makes rows of stored lines and their typed columns. */
export class RowReader {
  readonly #info: KeyReader;
  readonly #format: KeyReader | undefined;
  readonly #samples: readonly string[];

  constructor({ info, format }: ParquetColumns, samples: readonly string[]) {
    this.#info = new KeyReader(info);
    this.#format = format === undefined ? undefined : new KeyReader(format);
    this.#samples = samples;
  }

  /** `annotations`: `count * ANNOTATION_WIDTH` texts, as a stored envelope has them. */
  row(block: VariantBlock, bytes: Buffer, row: number, annotations: readonly (string | null)[]): ParquetRow {
    const base = row * BOUNDS_STRIDE;
    const { bounds } = block;
    const text = (from: number, to: number): string =>
      bytes.toString('utf8', from === LINE_START ? bounds[base]! : bounds[base + from]! + 1, bounds[base + to]);
    const [chrom, pos] = [text(LINE_START, END_CHROM), text(END_CHROM, END_POS)];
    const [ref, alt] = [text(END_ID, END_REF), text(END_REF, END_ALT)];
    const { values: info, others } = this.#info.info(text(END_FILTER, END_INFO));
    return {
      values: [
        `${chrom}:${pos}:${ref}:${alt}`,
        chrom,
        Number(pos),
        unlessMissing(text(END_POS, END_ID)),
        ref,
        unlessMissing(alt),
        typedValue(text(END_ALT, END_QUAL), DOUBLE) ?? null,
        unlessMissing(text(END_QUAL, END_FILTER)),
        block.ordinals[row]! + 1,
        block.alleles[row]!,
        ...ANNOTATIONS.map(({ type }, column) =>
          annotationOf(annotations[row * ANNOTATION_WIDTH + column] ?? null, type),
        ),
        ...info,
      ],
      otherInfo: others,
      genotypes: this.#format && this.#genotypes(this.#format, text(END_INFO, LINE_END)),
    };
  }

  #genotypes(format: KeyReader, text: string): readonly Genotype[] {
    const [keys = '', ...columns] = text.split('\t');
    const names = keys.split(':');
    return columns.map((column, sample) => ({ sample: this.#samples[sample] ?? '', ...format.sample(names, column) }));
  }
}

function unlessMissing(text: string): string | null {
  return text === '.' ? null : text;
}

/** As the store prints it: a list is joined by commas. */
function annotationOf(text: string | null, type: ColumnType): Value {
  if (text === null || type.scalar === 'VARCHAR') return text !== null && type.isList ? text.split(',') : text;
  return typedValue(text, type) ?? null;
}
