import type { TrioGenotypes } from './site.ts';

const NO: readonly number[] = [0, 0];
const HET: readonly number[] = [0, 1];
const HOM: readonly number[] = [1, 1];

function trio(child: readonly number[], mother: readonly number[], father: readonly number[]): TrioGenotypes {
  return { child, mother, father };
}

/**
 * What the invented family carries of the clinical variants, by ClinVar accession; nobody carries the others. The child
 * has a de novo variant, a compound heterozygous pair and a homozygous recessive one, which no real child would have
 * together, and what every family has: carrier states, an incidental finding, drug responses, harmless variants.
 */
export const STORY: ReadonlyMap<string, TrioGenotypes> = new Map([
  ['VCV000013326', trio(HET, NO, NO)], // PTPN11 p.Asn308Asp: de novo
  ['VCV000007105', trio(HET, NO, HET)], // CFTR p.Phe508del: from the father …
  ['VCV000007115', trio(HET, HET, NO)], // CFTR p.Gly542Ter: … and from the mother
  ['VCV000017004', trio(HOM, HET, HET)], // GJB2 c.35del: homozygous
  ['VCV000017677', trio(HET, HET, NO)], // BRCA1 c.5266dup: incidental finding
  ['VCV000015126', trio(HET, NO, HET)], // HBB p.Glu7Lys: carrier
  ['VCV000000009', trio(HET, HET, NO)], // HFE p.Cys282Tyr
  ['VCV000037123', trio(HET, HET, [0])], // G6PD p.Val98Met, on X
  ['VCV000017967', trio(NO, HET, NO)], // SERPINA1 p.Glu366Lys: mother only
  ['VCV000000642', trio(NO, NO, HET)], // F5 p.Arg534Gln: father only
  ['VCV000017864', trio(HET, NO, HET)], // APOE p.Cys130Arg
  ['VCV000003520', trio(HET, HET, HET)], // MTHFR p.Ala222Val
  ['VCV000016897', trio(HOM, HET, HET)], // CYP2C19 c.681G>A: drug response
  ['VCV000002211', trio(HET, HOM, NO)], // VKORC1 c.-1639G>A: drug response
  ['VCV000037346', trio(HET, NO, HET)], // SLCO1B1 p.Val174Ala: drug response
  ['VCV000012351', trio(HOM, HET, HOM)], // TP53 p.Pro72Arg: benign
  ['VCV000009329', trio(HET, HET, NO)], // BRCA2 p.Asn372His: benign
  ['VCV000041812', trio(HET, NO, HET)], // BRCA1 p.Pro871Leu, p.Glu1038Gly, p.Lys1183Arg, p.Ser1613Gly: benign, one haplotype
  ['VCV000041815', trio(HET, NO, HET)],
  ['VCV000041818', trio(HET, NO, HET)],
  ['VCV000041827', trio(HET, NO, HET)],
]);
