export type Impact = 'HIGH' | 'MODERATE' | 'LOW' | 'MODIFIER';

/**
 * Sequence Ontology consequence terms from most to least severe, with their impact, as Ensembl publishes them
 * (https://www.ensembl.org/info/genome/variation/prediction/predicted_data.html). Behind `=`: other names of the same
 * term (ClinVar's MC, bcftools csq, older VEP). Behind `~`: terms that Ensembl does not rank, put beside their nearest.
 */
const RANKING: readonly (readonly [names: string, impact: Impact])[] = [
  ['transcript_ablation~exon_loss_variant', 'HIGH'],
  ['splice_acceptor_variant=splice_acceptor', 'HIGH'],
  ['splice_donor_variant=splice_donor', 'HIGH'],
  ['stop_gained=nonsense', 'HIGH'],
  ['frameshift_variant=frameshift', 'HIGH'],
  ['stop_lost', 'HIGH'],
  ['start_lost~initiator_codon_variant~initiatior_codon_variant', 'HIGH'],
  ['transcript_amplification', 'HIGH'],
  ['feature_elongation', 'HIGH'],
  ['feature_truncation', 'HIGH'],
  ['inframe_insertion~conservative_inframe_insertion~disruptive_inframe_insertion', 'MODERATE'],
  ['inframe_deletion~conservative_inframe_deletion~disruptive_inframe_deletion', 'MODERATE'],
  ['missense_variant=missense', 'MODERATE'],
  ['protein_altering_variant=inframe_altering~inframe_indel~inframe_variant', 'MODERATE'],
  ['splice_donor_5th_base_variant', 'LOW'],
  ['splice_region_variant=splice_region', 'LOW'],
  ['splice_donor_region_variant', 'LOW'],
  ['splice_polypyrimidine_tract_variant', 'LOW'],
  ['incomplete_terminal_codon_variant', 'LOW'],
  ['start_retained_variant=start_retained', 'LOW'],
  ['stop_retained_variant=stop_retained', 'LOW'],
  ['synonymous_variant=synonymous', 'LOW'],
  ['coding_sequence_variant=coding_sequence', 'MODIFIER'],
  ['mature_miRNA_variant', 'MODIFIER'],
  ['5_prime_UTR_variant=5_prime_utr', 'MODIFIER'],
  ['3_prime_UTR_variant=3_prime_utr', 'MODIFIER'],
  ['non_coding_transcript_exon_variant=non_coding_exon_variant', 'MODIFIER'],
  ['intron_variant=intron', 'MODIFIER'],
  ['NMD_transcript_variant', 'MODIFIER'],
  ['non_coding_transcript_variant=non-coding_transcript_variant=nc_transcript_variant=non_coding', 'MODIFIER'],
  ['coding_transcript_variant', 'MODIFIER'],
  ['upstream_gene_variant~genic_upstream_transcript_variant', 'MODIFIER'],
  ['downstream_gene_variant~genic_downstream_transcript_variant', 'MODIFIER'],
  ['TFBS_ablation', 'MODIFIER'],
  ['TFBS_amplification', 'MODIFIER'],
  ['TF_binding_site_variant', 'MODIFIER'],
  ['regulatory_region_ablation', 'MODIFIER'],
  ['regulatory_region_amplification', 'MODIFIER'],
  ['regulatory_region_variant', 'MODIFIER'],
  ['intergenic_variant=intergenic~intergenic_region', 'MODIFIER'],
  ['sequence_variant', 'MODIFIER'],
];

/** Severity of a consequence that holds no known term: below every known one. */
export const UNKNOWN_SEVERITY = RANKING.length;

interface Term {
  readonly name: Uint8Array;
  readonly severity: number;
  readonly canonical: string;
  readonly foreign: boolean;
}

/** bcftools csq marks what lies behind a stop codon: `*missense`. */
const STAR = 0x2a;
const SLOTS = 512;
const encoder = new TextEncoder();
const table: (readonly Term[] | undefined)[] = buildTable();

function buildTable(): (readonly Term[] | undefined)[] {
  const slots: Term[][] = [];
  RANKING.forEach(([names], severity) => {
    const [canonical = ''] = names.split(/[=~]/);
    for (const [, kind, name = ''] of names.matchAll(/([=~]?)([^=~]+)/g)) {
      const bytes = encoder.encode(name);
      const slot = slotOf(bytes, 0, bytes.length);
      slots[slot] ??= [];
      slots[slot].push({ name: bytes, severity, canonical: kind === '=' ? canonical : name, foreign: kind === '=' });
    }
  });
  return slots;
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function find(bytes: Uint8Array, start: number, end: number): Term | undefined {
  const candidates = table[slotOf(bytes, start, end)];
  if (candidates === undefined) return undefined;
  for (const term of candidates) {
    if (term.name.length !== end - start) continue;
    let same = true;
    for (let i = 0; same && i < term.name.length; i++) same = term.name[i] === bytes[start + i];
    if (same) return term;
  }
  return undefined;
}

/** Severity of a consequence (`&`-joined terms): the rank of its worst term, 0 the most severe, UNKNOWN_SEVERITY if none is known. */
export function severityOf(bytes: Uint8Array, start: number, end: number): number {
  let worst = UNKNOWN_SEVERITY;
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && bytes[at] !== 0x26) continue;
    const term = find(bytes, bytes[from] === STAR ? from + 1 : from, at);
    if (term !== undefined && term.severity < worst) worst = term.severity;
    from = at + 1;
  }
  return worst;
}

export function impactOf(severity: number): Impact | undefined {
  return RANKING[severity]?.[1];
}

/** Whether some term of `bytes[start..end)` goes by another name than its Sequence Ontology one (`nonsense`, `*missense`). */
export function hasForeignTerm(bytes: Uint8Array, start: number, end: number): boolean {
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && bytes[at] !== 0x26) continue;
    if (bytes[from] === STAR) return true;
    const term = find(bytes, from, at);
    if (term?.foreign) return true;
    from = at + 1;
  }
  return false;
}

/** The consequence with every term under its Sequence Ontology name (`nonsense` is `stop_gained`); unknown terms stay. */
export function canonicalConsequence(text: string): string {
  return text
    .split('&')
    .map((written) => {
      const term = written.startsWith('*') ? written.slice(1) : written;
      const bytes = encoder.encode(term);
      return find(bytes, 0, bytes.length)?.canonical ?? term;
    })
    .join('&');
}
