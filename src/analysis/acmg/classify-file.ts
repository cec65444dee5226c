import { VcfAgentError } from '../../core/errors.ts';
import type { Problem } from '../../core/problem.ts';
import type { Header } from '../../vcf/header/model.ts';
import { createNormaliser } from '../../vcf/normalise/normaliser.ts';
import { type OpenOptions, openVcf, type VcfReader } from '../../vcf/open.ts';
import type { Pedigree } from '../family/pedigree.ts';
import { annotationVersions } from './annotation-versions.ts';
import { assemblyNamed, assemblyOf } from './assembly.ts';
import { classify, type Verdict } from './classify.ts';
import type { ClinvarIndex } from './clinvar.ts';
import type { RuleContext } from './context.ts';
import type { VariantEvidence } from './evidence.ts';
import { EvidenceReader } from './evidence-reader.ts';
import { FamilyStream } from './family-stream.ts';
import { type OwnClinvar, ownClinvar, type Provenance } from './report.ts';

export interface ClassifyOptions
  extends Pick<OpenOptions, 'signal' | 'limits' | 'stdin'>,
    Omit<RuleContext, 'sources'> {
  /** Families among the file's samples: then PS2, PM6, PM3 and BP2 are judged too. */
  readonly pedigree?: Pedigree | undefined;
}

export interface Classified {
  readonly evidence: VariantEvidence;
  readonly verdict: Verdict;
  readonly clinvar: OwnClinvar | undefined;
}

/** Pure: the verdict of one variant, with ClinVar's own beside it. */
export function judgeVariant(evidence: VariantEvidence, context: RuleContext): Classified {
  return { evidence, verdict: classify(evidence, context), clinvar: ownClinvar(evidence, context.clinvar) };
}

const RECORDS_AT_A_TIME = 1000;

const PARTNERS_MISSED: Problem = {
  code: 'PED_PARTNERS_MISSED',
  severity: 'warning',
  line: 0,
  column: 0,
  field: 'POS',
  message: 'compound heterozygotes may be missed: the file is not sorted, or a gene has too many variants',
};

/**
 * That a variant is missing in gnomAD means something only in a file in which gnomAD speaks at all. So variants are held back
 * until every source that the header declares has spoken once, but no more of them than this.
 */
const MOST_HELD_BACK = 50_000;

/** Opens a VCF or BCF file whose variants are to be judged. Throws what `openVcf` does; OPTION_CONFLICT for a ClinVar of another assembly. */
export async function openClassification(input: string, options: ClassifyOptions): Promise<Classification> {
  const { signal, limits, stdin, pedigree, ...rules } = options;
  const vcf = await openVcf(input, { signal, limits, stdin });
  try {
    checkAssembly(vcf.header, rules.clinvar);
  } catch (error) {
    await vcf.close();
    throw error;
  }
  const families = pedigree && new FamilyStream(vcf.header, pedigree, rules);
  if (families?.families === 0) {
    await vcf.close();
    throw new VcfAgentError('OPTION_CONFLICT', 'no affected member of the pedigree is a sample of the file');
  }
  return new Classification(vcf, rules, families, signal);
}

/** Throws OPTION_CONFLICT for a ClinVar of another assembly than the file's, where both say which. */
export function checkAssembly(header: Header, clinvar: ClinvarIndex | undefined): void {
  const own = assemblyOf(header);
  const clinvars = assemblyNamed(clinvar?.assembly ?? '');
  if (own === undefined || clinvars === undefined || own === clinvars) return;
  throw new VcfAgentError(
    'OPTION_CONFLICT',
    `the file is of ${own}, the ClinVar of ${clinvars}: take ClinVar's VCF of ${own}`,
  );
}

/** Names and versions of what annotated a file, and of the ClinVar that was loaded beside it. */
export function provenanceOf(
  header: Header,
  { profile, clinvar }: Pick<RuleContext, 'profile' | 'clinvar'>,
): Provenance {
  return { profile: profile.name, annotations: { ...annotationVersions(header), ...loadedVersion(clinvar) } };
}

export class Classification implements AsyncDisposable {
  readonly provenance: Provenance;
  /** Records that could not be read, so far. */
  rejected = 0;
  truncated = false;
  readonly #vcf: VcfReader;
  readonly #reader: EvidenceReader;
  readonly #rules: Omit<RuleContext, 'sources'>;
  readonly #signal: AbortSignal | undefined;
  readonly #families: FamilyStream | undefined;

  constructor(
    vcf: VcfReader,
    rules: Omit<RuleContext, 'sources'>,
    families: FamilyStream | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#vcf = vcf;
    this.#rules = rules;
    this.#signal = signal;
    this.#families = families;
    this.#reader = new EvidenceReader(vcf.header);
    this.provenance = provenanceOf(vcf.header, rules);
  }

  /** Families of the pedigree that are looked at; 0 without one. */
  get families(): number {
    return this.#families?.families ?? 0;
  }

  /** What of the pedigree could not be used, and, at the end, whether partners may have been missed. */
  get familyProblems(): readonly Problem[] {
    if (this.#families === undefined) return [];
    return [...this.#families.problems, ...(this.#families.interrupted ? [PARTNERS_MISSED] : [])];
  }

  /** One verdict a variant, in the file's order. A record without ALT is no variant. */
  async *batches(): AsyncGenerator<readonly Classified[]> {
    let held: VariantEvidence[] = [];
    for await (const evidence of this.#evidence()) {
      held.push(...evidence);
      if (!this.#reader.knowsSources && held.length < MOST_HELD_BACK) continue;
      yield this.#judge(held);
      held = [];
    }
    yield this.#judge(held);
  }

  async *#evidence(): AsyncGenerator<readonly VariantEvidence[]> {
    const { header } = this.#vcf;
    const normaliser = createNormaliser(header, { split: 'bcftools' });
    const signal = this.#signal;
    for await (const batch of this.#vcf.batches({ maxRecords: RECORDS_AT_A_TIME, signal })) {
      const { block, rejected } = normaliser.block(batch.block, batch.lines);
      this.rejected += batch.rejected.length + rejected.length;
      this.truncated ||= batch.truncation !== undefined;
      const evidence = this.#reader.read(block);
      yield this.#families?.add(block, evidence) ?? evidence.filter(({ alt }) => alt !== '.');
    }
    if (this.#families !== undefined) yield this.#families.finish();
  }

  #judge(held: readonly VariantEvidence[]): readonly Classified[] {
    const context = { ...this.#rules, sources: this.#reader.sources };
    return held.map((evidence) => judgeVariant(evidence, context));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#vcf.close();
  }
}

function loadedVersion(clinvar: ClinvarIndex | undefined): Readonly<Record<string, string>> {
  if (clinvar === undefined) return {};
  const { release, assembly, size } = clinvar;
  return { 'loaded ClinVar': [release, assembly, `${size} records`].filter(Boolean).join(', ') };
}
