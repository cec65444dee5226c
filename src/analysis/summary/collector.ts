import {
  BOUNDS_STRIDE,
  bufferOf,
  END_ALT,
  END_CHROM,
  END_FILTER,
  END_QUAL,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';
import { parseFloatBytes } from '../../vcf/decimal-bytes.ts';
import type { Header } from '../../vcf/header/model.ts';
import { AlleleCounter } from './allele-counter.ts';
import { Alleles } from './alleles.ts';
import { AnnotationCounter, splitNames } from './annotation-counter.ts';
import { DepthCounter } from './depth-counter.ts';
import { Genotypes } from './genotypes.ts';
import { NameCounts } from './name-counts.ts';
import { SampleCounter } from './sample-counter.ts';
import { SiteCounter } from './site-counter.ts';
import { SiteInfo } from './site-info.ts';
import type { Summary } from './summary.ts';

/** Counts the records of one file, a block at a time. What it holds does not grow with the number of records. */
export class SummaryCollector {
  readonly #alleles = new Alleles();
  readonly #info = new SiteInfo();
  readonly #genotypes: Genotypes;
  readonly #sites = new SiteCounter();
  readonly #alleleCounter: AlleleCounter;
  readonly #depths = new DepthCounter();
  readonly #samples: SampleCounter;
  readonly #chromosomes = new NameCounts();
  readonly #filters = new NameCounts();
  readonly #annotations: AnnotationCounter;

  constructor(header: Header) {
    this.#genotypes = new Genotypes(header.samples.length);
    this.#alleleCounter = new AlleleCounter(header.samples.length);
    this.#samples = new SampleCounter(header.samples);
    this.#annotations = new AnnotationCounter(header);
  }

  /** Rows as the reader gives them: one a record, not split. */
  add(block: VariantBlock): void {
    const bytes = bufferOf(block);
    for (let row = 0; row < block.count; row++) this.#addRow(block, bytes, row);
    this.#annotations.add(block, bytes);
  }

  #addRow(block: VariantBlock, bytes: Buffer, row: number): void {
    const { bounds } = block;
    const base = row * BOUNDS_STRIDE;
    this.#chromosomes.add(bytes, bounds[base + LINE_START]!, bounds[base + END_CHROM]!);
    this.#filters.add(bytes, bounds[base + END_QUAL]! + 1, bounds[base + END_FILTER]!);
    this.#alleles.read(block, bytes, row);
    this.#info.read(block, bytes, row);
    this.#genotypes.read(block, bytes, row, this.#alleles.count);
    this.#sites.add(this.#alleles);
    const quality = parseFloatBytes(bytes, bounds[base + END_ALT]! + 1, bounds[base + END_QUAL]!);
    this.#alleleCounter.add(this.#alleles, this.#info, this.#genotypes, quality);
    this.#depths.add(this.#info, this.#genotypes);
    this.#samples.add(this.#alleles, this.#genotypes);
  }

  finish(): Summary {
    return {
      sites: this.#sites.finish(),
      ...this.#alleleCounter.finish(),
      depths: this.#depths.finish(),
      samples: this.#samples.finish(),
      chromosomes: this.#chromosomes.finish(),
      filters: splitNames(this.#filters.finish(), ';'),
      annotations: this.#annotations.finish(),
    };
  }
}
