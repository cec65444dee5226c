import type { Problem } from '../../core/problem.ts';
import { bufferOf, type VariantBlock } from '../../core/variant-block.ts';
import type { Header } from '../../vcf/header/model.ts';
import { assemblyOf } from '../acmg/assembly.ts';
import { type Call, CallReader, type QualityLimits } from './calls.ts';
import { chromosomeClass } from './chromosome-class.ts';
import type { FamilyRow } from './compound-search.ts';
import { householdOf } from './household.ts';
import { Inheritance } from './inheritance.ts';
import type { Pedigree } from './pedigree.ts';

/** What the families of a pedigree have of one row. */
export interface FamiliesOfRow {
  readonly calls: readonly Call[];
  /** Families of which an affected member has the variant, or may have it. */
  readonly families: readonly FamilyRow[];
}

const NOBODY: FamiliesOfRow = { calls: [], families: [] };

/** Reads the genotypes of a pedigree's members in the rows of one file, and tells each family's modes of inheritance. */
export class FamilyReader {
  /** Families with an affected member in the file, in the order of the PED file. */
  readonly families: readonly Inheritance[];
  /** What in the pedigree cannot be used with this file. */
  readonly problems: readonly Problem[];
  readonly #calls: CallReader;
  readonly #assembly: ReturnType<typeof assemblyOf>;

  constructor(header: Pick<Header, 'samples' | 'contigs' | 'lines'>, { families }: Pedigree, limits: QualityLimits) {
    const columns = new Map(header.samples.map((name, column) => [name, column]));
    const wanted = families
      .flatMap(({ members }) => members.map(({ id }) => columns.get(id)))
      .filter((column) => column !== undefined)
      .sort((a, b) => a - b);
    const places = new Map(wanted.map((column, place) => [header.samples[column], place]));
    const all = families.map(
      (family, index) => new Inheritance(householdOf(family, index + 1, (id) => places.get(id) ?? -1)),
    );
    this.families = all.filter(({ hasAffected }) => hasAffected);
    this.problems = all.flatMap(({ hasAffected, household }) =>
      hasAffected
        ? []
        : [
            withoutAffected(
              household.family,
              household.people.every(({ call }) => call < 0),
            ),
          ],
    );
    this.#calls = new CallReader(wanted, limits);
    this.#assembly = assemblyOf(header);
  }

  /** `bytes` is the block's memory as a Buffer. The block is normalised: one ALT a row. */
  read(block: VariantBlock, row: number, chrom: string, pos: number, bytes: Buffer = bufferOf(block)): FamiliesOfRow {
    if (this.families.length === 0) return NOBODY;
    const calls = this.#calls.read(block, row, bytes);
    const where = chromosomeClass(chrom, pos, this.#assembly);
    const families: FamilyRow[] = [];
    for (const inheritance of this.families) {
      const copies = inheritance.copies(calls, where);
      if (!inheritance.concerns(copies)) continue;
      families.push({ inheritance, copies, modes: inheritance.modes(copies, where), paired: where === 'autosome' });
    }
    return families.length === 0 ? NOBODY : { calls, families };
  }
}

function withoutAffected(family: string, isAbsent: boolean): Problem {
  const message = isAbsent ? 'no member is a sample of the file' : 'no affected member is a sample of the file';
  const code = isAbsent ? 'PED_FAMILY_NOT_IN_FILE' : 'PED_NO_AFFECTED';
  return { code, severity: 'warning', line: 0, column: 0, field: 'family', message: `family ${family}: ${message}` };
}
