import { createHash } from 'node:crypto';
import { VcfAgentError } from '../../core/errors.ts';
import type { AnnotationSet } from '../../core/verdicts.ts';
import { type ClinvarParts, FIELDS, MemoryClinvar } from './clinvar-memory.ts';

/** What the first part says: everything but the columns. */
interface Facts extends Pick<ClinvarParts, 'release' | 'texts'> {
  readonly version: 1;
  readonly assembly: string | null;
  readonly chromosomes: readonly { readonly name: string; readonly rows: number }[];
}

const NUMBER_BYTES = Uint32Array.BYTES_PER_ELEMENT;

/**
 * A loaded ClinVar as it is kept with the verdicts that follow from it: a part of JSON, then one a chromosome with its columns
 * (uint32, little-endian) one after the other. `name`: of its file, for people.
 */
export function clinvarSet(clinvar: MemoryClinvar, name: string): AnnotationSet {
  const { release, assembly = null, texts, chromosomes } = clinvar.toParts();
  const facts: Facts = {
    version: 1,
    release,
    assembly,
    texts,
    chromosomes: chromosomes.map(({ name: chrom, columns }) => ({ name: chrom, rows: columns.pos.length })),
  };
  const parts = [
    Buffer.from(JSON.stringify(facts)),
    ...chromosomes.map(({ columns }) => Buffer.concat(FIELDS.map((field) => bytesOf(columns[field])))),
  ];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const version = [release, assembly].filter(Boolean).join(', ');
  return { kind: 'clinvar', digest: hash.digest('hex'), name, version, parts };
}

/** The index that was kept. Throws ENVELOPE_CORRUPT for parts that none was made to. */
export function clinvarOfSet({ parts: [first, ...columns] }: Pick<AnnotationSet, 'parts'>): MemoryClinvar {
  const facts = JSON.parse(Buffer.from(first ?? []).toString() || '{}') as Partial<Facts>;
  const { release, assembly, texts, chromosomes } = facts;
  if (facts.version !== 1 || release === undefined || texts === undefined || chromosomes?.length !== columns.length) {
    throw new VcfAgentError('ENVELOPE_CORRUPT', 'the kept ClinVar is not one that this version packed');
  }
  return MemoryClinvar.fromParts({
    release,
    assembly: assembly ?? undefined,
    texts,
    chromosomes: chromosomes.map(({ name, rows }, i) => ({ name, columns: columnsOf(columns[i]!, rows) })),
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function columnsOf(bytes: Uint8Array, rows: number): ClinvarParts['chromosomes'][number]['columns'] {
  // A copy: numbers must lie at a multiple of four.
  const numbers = new Uint32Array(Uint8Array.from(bytes.subarray(0, FIELDS.length * rows * NUMBER_BYTES)).buffer);
  const entries = FIELDS.map((field, i) => [field, numbers.subarray(i * rows, (i + 1) * rows)] as const);
  return Object.fromEntries(entries) as ReturnType<typeof columnsOf>;
}
