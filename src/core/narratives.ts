import type { Cancellable } from './ports.ts';
import type { VerdictClass } from './verdicts.ts';

/** The narrator that is always there: what it says follows from the evidence by fixed sentences. */
export const RULES_PROVIDER = 'rules';

/** A request that any of the configured providers may answer, as the router chooses. */
export const ANY_PROVIDER = 'any';

/** One piece of evidence, as narrators get it and cite it. */
export interface EvidenceItem {
  /** `[A-Za-z0-9_.:-]`, 64 characters at most: `PVS1`, `revel`, `gnomADe_AF`, `clinvar`; `class` and `points` are the verdict. */
  readonly id: string;
  /** What the program says of it, in words of its own; a few of them may quote the file. */
  readonly text: string;
  /** As the file or the rules have it. */
  readonly value: string | number | null;
}

/** What is to be narrated: all that a narrator may know of a variant. */
export interface NarrationSubject {
  /** `17:43045712:T:C`. */
  readonly variantKey: string;
  readonly gene: string | null;
  readonly class: VerdictClass;
  readonly points: number;
  readonly evidence: readonly EvidenceItem[];
  /** SHA-256 (hex) over all of the above. */
  readonly digest: string;
}

export interface AnalysisRequest {
  /** SHA-256 (hex) of the correlation id and `asked`: asked again it is the same request. */
  readonly requestId: string;
  /** SHA-256 (hex) of tenant, file, variant, evidence and prompt version: what several providers are asked has one. */
  readonly correlationId: string;
  readonly fileId: number;
  /** Row id of the variant. */
  readonly variantId: bigint;
  /** Name of a provider, or ANY_PROVIDER. */
  readonly asked: string;
  readonly promptVersion: string;
  readonly subject: NarrationSubject;
}

export interface Statement {
  readonly text: string;
  /** Evidence ids, at least one. */
  readonly cites: readonly string[];
}

export interface Narration {
  readonly statements: readonly Statement[];
  /** Id of the evidence that weighs most, as the narrator sees it. */
  readonly decisive: string | null;
}

/**
 * Why a provider's answer is not the one that is shown. `rejected`: it answered, and said what the evidence does not; the
 * others: there was no answer.
 */
export type AttemptFailureKind =
  | 'rejected'
  | 'timeout'
  | 'rate limited'
  | 'refused'
  | 'server error'
  | 'cut off'
  | 'malformed'
  | 'withheld'
  | 'unavailable'
  | 'budget used up';

export interface FailedAttempt {
  readonly provider: string;
  readonly model: string;
  readonly kind: AttemptFailureKind;
  /** In words of this program; what a provider wrote is not repeated but for the word that is objected to. */
  readonly reason: string;
}

export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Millionths of a US dollar. */
  readonly costMicroUsd: number;
}

/** The answer to a request. There is exactly one a request, whoever failed on the way. */
export interface NewNarrative extends Narration {
  readonly requestId: string;
  /** Who wrote it: a provider's name, or RULES_PROVIDER. */
  readonly provider: string;
  readonly model: string;
  /** In the order in which they were tried. */
  readonly failures: readonly FailedAttempt[];
  /** Of all attempts together. */
  readonly usage: TokenUsage;
  /** The same model had answered for the same variant and evidence before; nobody was asked. */
  readonly cached: boolean;
  readonly durationMs: number;
}

export interface Narrative extends NewNarrative, Omit<AnalysisRequest, 'subject'> {
  readonly subject: NarrationSubject;
  readonly answeredAt: Date;
}

export interface NarrativeQuery extends Cancellable {
  readonly fileId?: number | undefined;
  /** Row ids of variants. */
  readonly variantIds?: readonly bigint[] | undefined;
  readonly requestIds?: readonly string[] | undefined;
}

/** Of one provider and one day (UTC), of all tenants together: null is no limit. */
export interface BudgetLimits {
  readonly requests: number | null;
  readonly tokens: number | null;
  readonly costMicroUsd: number | null;
}

/** What is spent or is about to be. */
export type Spending = { readonly [Kind in keyof BudgetLimits]: number };

/** A request that is about to leave this machine. */
export interface EgressEntry {
  readonly tenant: string;
  readonly fileId: number;
  readonly requestId: string;
  readonly provider: string;
  /** Host and port. */
  readonly host: string;
  /** SHA-256 (hex) of the body as it is sent. */
  readonly bodyDigest: string;
  readonly bodyBytes: number;
  /** How many pieces of each kind were taken out of it: `sampleNames`, `fileNames`, `genotypes`. */
  readonly withheld: Readonly<Record<string, number>>;
}

/** Keeps requests and their answers, what was spent, and what left this machine. Reads are of one tenant each. */
export interface NarrativeStore {
  /** Keeps requests unless they are there. Those of files that are gone are left out. Returns the ids that have no answer yet. */
  addRequests(tenant: string, requests: readonly AnalysisRequest[], options?: Cancellable): Promise<readonly string[]>;
  /** Those of these ids that are there and have no answer. */
  unanswered(tenant: string, requestIds: readonly string[], options?: Cancellable): Promise<readonly string[]>;
  /** Those of these ids that are there, with whether they are answered. */
  requests(
    tenant: string,
    requestIds: readonly string[],
    options?: Cancellable,
  ): Promise<readonly (AnalysisRequest & { readonly answered: boolean })[]>;
  /**
   * Keeps answers in one transaction, with an outbox entry of kind `analysis` for each file. The first answer to a request
   * stays, whatever comes after it; what nobody asked (its file is gone) is left out. Returns the ids that were new.
   */
  saveNarratives(
    tenant: string,
    narratives: readonly NewNarrative[],
    options?: Cancellable,
  ): Promise<readonly string[]>;
  /** In the order of variants, then of the providers' names. */
  narratives(tenant: string, wanted: NarrativeQuery): Promise<readonly Narrative[]>;
  /** What one of these models has said of the same variant with the same evidence, accepted then. */
  cached(
    tenant: string,
    request: Pick<AnalysisRequest, 'subject' | 'promptVersion'>,
    models: readonly { readonly provider: string; readonly model: string }[],
    options?: Cancellable,
  ): Promise<Pick<NewNarrative, 'provider' | 'model' | 'statements' | 'decisive'> | undefined>;
  /** Books what is about to be spent today if the limits allow it; false: they do not, and nothing is booked. */
  reserve(provider: string, spending: Spending, limits: BudgetLimits, options?: Cancellable): Promise<boolean>;
  /** Corrects what was booked by how much it differs from what was spent. */
  settle(provider: string, difference: Spending, options?: Cancellable): Promise<void>;
  spentToday(provider: string, options?: Cancellable): Promise<Spending>;
  /** Before anything leaves. */
  logEgress(entry: EgressEntry, options?: Cancellable): Promise<void>;
}
