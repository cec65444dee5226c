import { bufferOf, type VariantBlock } from '../../core/variant-block.ts';
import type { AnnotatedRow } from '../../vcf/info/annotated-row.ts';
import { type Annotator, createAnnotator } from '../../vcf/info/annotator.ts';
import type { AnnotatedHeader } from '../../vcf/info/plan.ts';
import {
  type AnnotationSources,
  type Population,
  type Scope,
  SOURCES,
  type Source,
  type VariantEvidence,
} from './evidence.ts';
import { declaredSources, EvidencePlan, type PopulationSource, type ValueSource } from './evidence-plan.ts';
import { placeOfRow, type RowPlace } from './place.ts';
import { lowComplexityOf, readTranscript } from './transcript-reader.ts';

const NO_POPULATIONS: readonly Population[] = [];
const NOT_A_MARK = /^(0|false|no|none)$/i;

/**
 * Takes the evidence for the rules out of the rows of one file, by what its header declares, and remembers which sources of
 * annotation have spoken so far.
 */
export class EvidenceReader {
  readonly #plan: EvidencePlan;
  readonly #annotator: Annotator;
  readonly #declared: ReadonlySet<Source>;
  readonly #seen = new Set<Source>();
  #bytes: Buffer = Buffer.alloc(0);
  #block: VariantBlock | undefined;
  #read: VariantEvidence[] = [];

  constructor(header: AnnotatedHeader) {
    this.#plan = new EvidencePlan(header);
    this.#declared = declaredSources(header, this.#plan);
    this.#annotator = createAnnotator(header, {
      keys: this.#plan.keys,
      visit: (row) => this.#read.push(this.#evidenceOf(this.#block!, row)),
    });
  }

  /** Sources as the rows read so far show them. */
  get sources(): AnnotationSources {
    return Object.fromEntries(
      SOURCES.map((source) => [
        source,
        this.#seen.has(source) ? 'annotated' : this.#declared.has(source) ? 'empty' : 'absent',
      ]),
    ) as AnnotationSources;
  }

  /** Whether every source that the header declares has spoken, so that what is missing from now on means something. */
  get knowsSources(): boolean {
    return this.#seen.size >= this.#declared.size;
  }

  /** One a row, of a normalised block: one ALT a row. */
  read(block: VariantBlock): readonly VariantEvidence[] {
    this.#bytes = bufferOf(block);
    this.#block = block;
    this.#read = [];
    this.#annotator.annotate(block);
    const read = this.#read;
    // A file without any annotation is not visited.
    for (let row = read.length; row < block.count; row++) read.push({ ...this.#place(block, row), ...NO_ANNOTATION });
    this.#block = undefined;
    this.#read = [];
    return read;
  }

  #evidenceOf(block: VariantBlock, row: AnnotatedRow): VariantEvidence {
    const { populations, repeats, columns } = this.#plan.of(row.reader?.layout);
    const transcript = readTranscript(row, this.#bytes, columns);
    const marked = this.#firstMark(row, repeats);
    const evidence = {
      ...this.#place(block, row.row),
      transcript,
      populations: this.#populations(row, populations),
      revel: numberOf(row.text('revel')),
      cadd: numberOf(row.text('cadd')),
      spliceai: numberOf(row.text('spliceai')),
      repeat: marked ?? lowComplexityOf(row, this.#bytes, columns),
      clinvar: clinvarOf(row),
    };
    this.#see('repeats', marked !== undefined);
    this.#see('domains', columns.domains >= 0 && row.reader?.has(row.entry, columns.domains) === true);
    this.#see('transcripts', transcript !== undefined);
    this.#see('loftee', transcript?.loftee !== undefined);
    this.#see('nmd', transcript?.escapesNmd === true);
    this.#see('gnomad', evidence.populations.length > 0);
    this.#see('revel', evidence.revel !== undefined);
    this.#see('cadd', evidence.cadd !== undefined);
    this.#see('spliceai', evidence.spliceai !== undefined);
    return evidence;
  }

  #see(source: Source, speaks: boolean): void {
    if (speaks) this.#seen.add(source);
  }

  #place(block: VariantBlock, row: number): RowPlace & Pick<VariantEvidence, 'scope'> {
    const place = placeOfRow(block, this.#bytes, row);
    return { ...place, scope: scopeOf(place) };
  }

  #populations(row: AnnotatedRow, sources: readonly PopulationSource[]): readonly Population[] {
    let found: Population[] | undefined;
    for (const { frequency, alleleNumber, homozygotes } of sources) {
      const text = this.#text(row, frequency);
      const value = numberOf(text);
      if (value === undefined) continue;
      // Of several values one may be another allele's: the largest keeps PM2 away, and of unknown size it does not make BA1.
      const isSure = onlyNumber(text) !== undefined;
      found ??= [];
      found.push({
        name: frequency.name,
        frequency: value,
        alleleNumber: isSure ? onlyNumber(alleleNumber && this.#text(row, alleleNumber)) : undefined,
        homozygotes: isSure ? onlyNumber(homozygotes && this.#text(row, homozygotes)) : undefined,
      });
    }
    return found ?? NO_POPULATIONS;
  }

  #firstMark(row: AnnotatedRow, sources: readonly ValueSource[]): string | undefined {
    for (const source of sources) {
      const text = this.#text(row, source);
      if (text !== undefined && !NOT_A_MARK.test(text)) return source.name;
    }
    return undefined;
  }

  #text({ info, slots, reader, entry }: AnnotatedRow, { key, column }: ValueSource): string | undefined {
    if (key >= 0) {
      const slot = slots[key] ?? -1;
      return info.has(slot) ? this.#bytes.toString('latin1', info.start(slot), info.end(slot)) : undefined;
    }
    if (reader === undefined || !reader.has(entry, column)) return undefined;
    return this.#bytes.toString('latin1', reader.start(entry, column), reader.end(entry, column));
  }
}

const NO_ANNOTATION = {
  transcript: undefined,
  populations: NO_POPULATIONS,
  revel: undefined,
  cadd: undefined,
  spliceai: undefined,
  repeat: undefined,
  clinvar: undefined,
} as const;

function onlyNumber(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Of several numbers (`0.1&0.2`) the largest, as everywhere else; undefined for what is none. */
function numberOf(text: string | undefined): number | undefined {
  const only = onlyNumber(text);
  if (only !== undefined || text === undefined) return only;
  const several = text.split(/[&,|]/).map(Number).filter(Number.isFinite);
  return several.length === 0 ? undefined : several.reduce((most, value) => Math.max(most, value));
}

function clinvarOf(row: AnnotatedRow): VariantEvidence['clinvar'] {
  const significance = row.text('clinsig');
  return significance === undefined ? undefined : { significance, stars: numberOf(row.text('stars')) };
}

const MITOCHONDRION = /^(chr)?mt?$/i;
const BASES = /^[ACGTN]+$/i;

function scopeOf({ chrom, ref, alt }: RowPlace): Scope {
  if (!BASES.test(alt) || !BASES.test(ref)) return 'structural';
  return MITOCHONDRION.test(chrom) ? 'mitochondrial' : 'sequence';
}
