import type { Narrative } from '../../core/narratives.ts';
import type { Override, PathogenicityClass, VerdictClass } from '../../core/verdicts.ts';
import type { Classified } from '../acmg/classify-file.ts';
import type { Provenance } from '../acmg/report.ts';

/** Changes whenever the JSON of a report changes its shape or meaning: docs/report.md. */
export const REPORT_VERSION = 1;

/** The file that a report is about. */
export interface CaseFile {
  readonly name: string;
  /** SHA-256 (hex) of its text; undefined: it was not read to its end. */
  readonly sha256: string | undefined;
  /** Of a stored file. */
  readonly stored: { readonly fileId: number; readonly storeDigest: string | undefined } | undefined;
  readonly samples: readonly string[];
  /** Contigs as the header declares them, with their lengths in bases where it does. */
  readonly contigs: ReadonlyMap<string, number | undefined>;
}

export interface SubjectMember {
  readonly sample: string;
  /** What the PED file says of the person, in words; empty without one. */
  readonly about: string;
  readonly affected: boolean;
}

/** Whom the report is about: variants that none of the affected carries are left out. */
export interface Subject {
  readonly kind: 'file' | 'sample' | 'family';
  /** Empty for a whole file. */
  readonly members: readonly SubjectMember[];
}

/** What a line says of one sample. */
export interface GenotypeFacts {
  readonly sample: string;
  /** As written; `.` when there is none. */
  readonly genotype: string;
  readonly carries: boolean;
  readonly depth: number | undefined;
  readonly quality: number | undefined;
  /** AD as written. */
  readonly alleleDepths: string | undefined;
}

export interface LineFacts {
  readonly qual: number | undefined;
  /** `PASS`, `.` or what failed. */
  readonly filter: string;
  /** Of the subject's members, in their order. */
  readonly genotypes: readonly GenotypeFacts[];
  readonly carriers: {
    readonly count: number;
    /** The first few. */
    readonly samples: readonly string[];
  };
}

/** What reviewers and narrators said of a variant. */
export interface Remarks {
  /** Row id of a stored variant. */
  readonly rowId: bigint | undefined;
  /** A reviewer's class that holds now. */
  readonly reviewed: PathogenicityClass | undefined;
  /** The whole history, oldest first. */
  readonly overrides: readonly Override[];
  readonly narratives: readonly Narrative[];
}

export const NO_REMARKS: Remarks = { rowId: undefined, reviewed: undefined, overrides: [], narratives: [] };

export interface CaseVariant extends Classified, Remarks {
  /** The class that counts: the reviewer's, where there is one. */
  readonly class: VerdictClass;
  readonly line: LineFacts;
}

/** What is known of one case, ranked. */
export interface CaseReport {
  readonly generatedAt: Date;
  readonly file: CaseFile;
  readonly subject: Subject;
  readonly provenance: Provenance;
  /** Variants judged, and those of them that the subject carries: these are counted below. */
  readonly judged: number;
  readonly considered: number;
  readonly rejected: number;
  readonly truncated: boolean;
  /** By the class that counts. */
  readonly classes: ReadonlyMap<VerdictClass, number>;
  /** How many variants have so many points, of those that are classified. */
  readonly points: ReadonlyMap<number, number>;
  /** First the highest class, then the most points; in the end those that ClinVar calls pathogenic and that rank below. */
  readonly variants: readonly CaseVariant[];
}
