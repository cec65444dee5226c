import { VcfAgentError } from './errors.ts';
import type { Cancellable } from './ports.ts';

/** The five classes of Richards 2015, from benign to pathogenic. */
export const CLASSES = [
  'Benign',
  'Likely benign',
  'Uncertain significance',
  'Likely pathogenic',
  'Pathogenic',
] as const;

export type PathogenicityClass = (typeof CLASSES)[number];

/** For what the guideline is not made for: mitochondrial and structural variants. */
export const NOT_CLASSIFIED = 'not classified';

export type VerdictClass = PathogenicityClass | typeof NOT_CLASSIFIED;

/** As the store and people number them: 1 is benign, 5 pathogenic, 0 not classified. */
export const VERDICT_CLASSES: readonly VerdictClass[] = [NOT_CLASSIFIED, ...CLASSES];

/** Stands on everything that shows a verdict. */
export const NOTICE = 'Research use only. Not for diagnosis or treatment; a person has to judge the evidence.';

const SHORT: Readonly<Record<string, PathogenicityClass>> = {
  b: 'Benign',
  lb: 'Likely benign',
  vus: 'Uncertain significance',
  lp: 'Likely pathogenic',
  p: 'Pathogenic',
};

/** The class that a person means: `LP`, `4`, `likely_pathogenic`, `Likely pathogenic`. */
export function classNamed(text: string): VerdictClass | undefined {
  const name = text.trim().toLowerCase().replaceAll(/[_-]/g, ' ');
  return (
    SHORT[name] ?? VERDICT_CLASSES.find((known, number) => known.toLowerCase() === name || String(number) === name)
  );
}

/** A class and the points that lead to it. */
export interface ClassSum {
  readonly class: VerdictClass;
  readonly points: number;
}

/** What is kept of the verdict on one stored variant. Its criteria are judged again when somebody asks for them; `digest` proves that they are the same. */
export interface NewVerdict extends ClassSum {
  /** Row id of the variant. */
  readonly id: bigint;
  /** Without the criteria that other variants in a loaded ClinVar decide. */
  readonly withoutClinvar: ClassSum;
  /** The lowest and the highest that it could still come to if the file carried what it lacks. */
  readonly least: VerdictClass;
  readonly greatest: VerdictClass;
  /** Criteria that are met, as ClinGen writes them: `PVS1_Strong`. */
  readonly met: readonly string[];
  /** Ours is pathogenic where ClinVar's own verdict is benign, or the other way. */
  readonly crossesClinvar: boolean;
  /** Over all evidence, and all else that its criteria and their reasons follow from: 32 hex digits. */
  readonly digest: string;
  /** A reviewer's class that holds now; it stands beside the computed one. */
  readonly reviewed: PathogenicityClass | undefined;
}

export interface KeptVerdict extends NewVerdict {
  readonly fileId: number;
  /** The run that wrote it. */
  readonly judgementId: number;
}

/** The class that counts: the reviewer's, where there is one. */
export function effectiveClass({ class: computed, reviewed }: Pick<NewVerdict, 'class' | 'reviewed'>): VerdictClass {
  return reviewed ?? computed;
}

/** All that the rules went by beside the file: with the lines it gives the verdicts again. Plain JSON. */
export interface JudgementInputs {
  /** Version of the rules. */
  readonly rules: string;
  /** Every threshold; its `name` is for people. */
  readonly profile: { readonly name: string };
  /** Whether each source of annotation speaks in the file. */
  readonly sources: Readonly<Record<string, string>>;
  /** Symbols in order; null: nobody said. */
  readonly lossOfFunctionGenes: readonly string[] | null;
  /** Names and versions of what annotated the file and of the loaded ClinVar, for people. */
  readonly annotations: Readonly<Record<string, string>>;
}

export interface NewJudgement {
  readonly inputs: JudgementInputs;
  /** Digest of the loaded ClinVar, kept as an annotation set; null: none was loaded. */
  readonly clinvar: string | null;
}

/** One run over a stored file. The newest holds for all of its verdicts, those that a partial run left alone, too. */
export interface Judgement extends NewJudgement {
  readonly judgementId: number;
  readonly fileId: number;
  readonly createdAt: Date;
  /** Variants judged in this run: all, or those that a newer ClinVar could change. */
  readonly judged: number;
  /** Of these, whose class or points are others than before; 0 in a first run. */
  readonly changed: number;
}

export interface VerdictQuery extends Cancellable {
  readonly fileId?: number | undefined;
  readonly ids?: readonly bigint[] | undefined;
  /** The class that counts is one of these. */
  readonly classes?: readonly VerdictClass[] | undefined;
  readonly minPoints?: number | undefined;
  /** `id` (default): as read; `points`: most first, then as read. */
  readonly order?: 'id' | 'points' | undefined;
  /** 1 to 100,000. */
  readonly limit: number;
  /** Goes on after this verdict, in the same order. */
  readonly after?: Pick<KeptVerdict, 'id' | 'points'> | undefined;
}

/** A verdict that a run found to be another than before. */
export interface VerdictChange {
  readonly id: bigint;
  readonly from: ClassSum;
  readonly to: ClassSum;
}

/** Where a stored variant lies, and in which gene: what tells whether a newer ClinVar can change its verdict. */
export interface VariantPlace {
  readonly id: bigint;
  readonly chrom: string;
  readonly pos: number;
  readonly gene: string | null;
}

/** The variant that a reviewer means. */
export interface ReviewedVariant {
  /** `17:43045712:T:C`, without `chr`, as its file was normalised. */
  readonly key: string;
  /** `GRCh37`, `GRCh38`, or empty where its files do not say. */
  readonly assembly: string;
}

export interface NewOverride extends ReviewedVariant {
  /** Null: the reviewer takes the last one back, and the computed class holds again. */
  readonly class: PathogenicityClass | null;
  /** 1 to 2,000 characters. */
  readonly comment: string;
  /** 1 to 200 characters. */
  readonly reviewer: string;
}

const MOST_COMMENT = 2000;
const MOST_REVIEWER = 200;

/** Throws USAGE for texts that are empty, too long or hold a NUL. */
export function checkOverride({ comment, reviewer }: Pick<NewOverride, 'comment' | 'reviewer'>): void {
  for (const [name, text, most] of [
    ['comment', comment, MOST_COMMENT],
    ['reviewer', reviewer, MOST_REVIEWER],
  ] as const) {
    if (text.trim() !== '' && text.length <= most && !text.includes('\0')) continue;
    throw new VcfAgentError('USAGE', `a ${name} has 1 to ${most} characters`);
  }
}

/** An entry of the history, which only grows. The last one of a variant holds. */
export interface Override extends NewOverride {
  readonly overrideId: number;
  readonly createdAt: Date;
}

/** Annotation that verdicts follow from and that no file carries: a loaded ClinVar. Kept as long as a judgement needs it. */
export interface AnnotationSet {
  readonly kind: 'clinvar';
  /** SHA-256 (hex) of `parts`, one after the other. */
  readonly digest: string;
  readonly name: string;
  readonly version: string;
  readonly parts: readonly Uint8Array[];
}

export type AnnotationSetFacts = Omit<AnnotationSet, 'parts'>;

export interface SaveOptions extends Cancellable {
  /** `all`: every other verdict of the file goes; `some`: what is not given stays. */
  readonly replace: 'all' | 'some';
  /** The newest judgement that the caller saw; throws OPTION_CONFLICT when somebody judged meanwhile. Undefined: whatever it is. */
  readonly basedOn?: number | undefined;
  /** The set that the judgement names. Sets that no file's newest judgement names go. */
  readonly clinvar?: AnnotationSet | undefined;
}

/** What is judged about stored variants. Of one tenant each; every change writes an outbox entry of kind `analysis`. */
export interface VerdictStore {
  /**
   * Writes a run and its verdicts, in the order of their ids, in one transaction. `batches` is asked only once no reviewer
   * can write until the end: what `overrides` says then holds. Throws NOT_FOUND for a file that is gone.
   */
  save(
    tenant: string,
    fileId: number,
    judgement: NewJudgement,
    batches: AsyncIterable<readonly NewVerdict[]>,
    options: SaveOptions,
  ): Promise<Judgement>;
  /** The runs over a file, newest first. */
  judgements(tenant: string, fileId: number, options?: Cancellable): Promise<readonly Judgement[]>;
  /** Verdicts that a run changed, by id. */
  changes(tenant: string, judgementId: number, options?: Cancellable): Promise<readonly VerdictChange[]>;
  /** Every variant of a file, by id, some at a time. */
  places(tenant: string, fileId: number, options?: Cancellable): AsyncIterable<readonly VariantPlace[]>;
  query(tenant: string, wanted: VerdictQuery): Promise<readonly KeptVerdict[]>;
  /** How many of a file's variants are of each class that counts. */
  counts(tenant: string, fileId: number, options?: Cancellable): Promise<ReadonlyMap<VerdictClass, number>>;
  /** Adds an entry, and marks the verdicts of `rowIds`, the stored rows of this variant. Throws USAGE for text out of bounds. */
  addOverride(tenant: string, override: NewOverride, rowIds: readonly bigint[]): Promise<Override>;
  /** Whole histories, oldest first, of one variant or of all. */
  overrides(tenant: string, of?: ReviewedVariant, options?: Cancellable): Promise<readonly Override[]>;
  annotationSets(tenant: string, options?: Cancellable): Promise<readonly AnnotationSetFacts[]>;
  /** Throws NOT_FOUND, and ENVELOPE_CORRUPT when its parts are not what was kept. */
  annotationSet(tenant: string, digest: string, options?: Cancellable): Promise<AnnotationSet>;
}
