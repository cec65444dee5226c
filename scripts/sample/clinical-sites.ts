import { CLINICAL_VARIANTS, type ClinicalVariant } from './clinical-variants.ts';
import { csqEntry, vepAlleles } from './csq.ts';
import type { Site, TrioGenotypes } from './site.ts';
import { STORY } from './story.ts';

const IMPACTS: Readonly<Record<string, string>> = {
  splice_acceptor_variant: 'HIGH',
  splice_donor_variant: 'HIGH',
  stop_gained: 'HIGH',
  frameshift_variant: 'HIGH',
  start_lost: 'HIGH',
  inframe_deletion: 'MODERATE',
  missense_variant: 'MODERATE',
  synonymous_variant: 'LOW',
  splice_donor_5th_base_variant: 'LOW',
  splice_donor_region_variant: 'LOW',
  splice_polypyrimidine_tract_variant: 'LOW',
};

/** The clinical variants as records: genotyped whether anybody carries them or not, as a panel of known sites is. */
export function clinicalSites(): readonly Site[] {
  return CLINICAL_VARIANTS.map((variant) => ({
    chrom: `chr${variant.chrom}`,
    pos: variant.pos,
    id: variant.rs,
    ref: variant.ref,
    alts: [variant.alt],
    filter: 'PASS',
    genotypes: STORY.get(variant.vcv) ?? nobody(variant),
    depth: 42,
    info: infoOf(variant),
  }));
}

function nobody({ chrom }: ClinicalVariant): TrioGenotypes {
  return { child: [0, 0], mother: [0, 0], father: chrom === 'X' ? [0] : [0, 0] };
}

function infoOf(variant: ClinicalVariant): readonly string[] {
  const frequencies = variant.frequencies === '' ? [] : variant.frequencies.split(',');
  return [
    'PANEL',
    ...frequencies,
    `CLNDN=${variant.condition}`,
    `CLNRELEASE=${variant.release}`,
    `CLNREVSTAT=${variant.review}`,
    `CLNSIG=${variant.significance}`,
    `CLNVCV=${variant.vcv}`,
    `GENEINFO=${variant.gene}:${variant.ncbiGene}`,
    `CSQ=${csqOf(variant)}`,
  ];
}

function csqOf(variant: ClinicalVariant): string {
  const [allele = ''] = vepAlleles(variant.ref, [variant.alt]);
  const [worst = ''] = variant.consequence.split('&');
  const protein = variant.protein === '' ? '' : `${variant.protein}:`;
  return csqEntry({
    Allele: allele,
    Consequence: variant.consequence,
    IMPACT: IMPACTS[worst] ?? 'MODIFIER',
    SYMBOL: variant.gene,
    Gene: variant.ncbiGene,
    Feature_type: 'Transcript',
    Feature: variant.transcript,
    BIOTYPE: 'protein_coding',
    HGVSc: `${variant.transcript}:${variant.hgvsC}`,
    HGVSp: variant.hgvsP === '' ? '' : `${protein}${variant.hgvsP}`,
    Existing_variation: variant.rs,
    HGNC_ID: `HGNC:${variant.hgnc}`,
    MANE_SELECT: variant.mane,
    CANONICAL: variant.mane === '' ? '' : 'YES',
  });
}
