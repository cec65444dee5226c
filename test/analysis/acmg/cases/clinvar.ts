import type { ClinvarEntry } from '../../../../src/analysis/acmg/clinvar-memory.ts';
import type { TranscriptEvidence, VariantEvidence } from '../../../../src/analysis/acmg/evidence.ts';
import { type Case, type Setting, variantWith, worked } from '../given.ts';

const RICHARDS = 'Richards et al. 2015, Genet Med 17:405, table 3; BRCA1 codon 61 in ClinVar of 2026-02-26';
const SPLICING = 'Richards et al. 2015, Genet Med 17:405, PS1: beware of changes that impact splicing';
const HEURISTIC = 'docs/acmg.md: a heuristic of ours after Richards et al. 2015, table 3 and 4';

const entry = (given: Partial<ClinvarEntry> & Pick<ClinvarEntry, 'pos' | 'ref' | 'alt' | 'id'>): ClinvarEntry => ({
  chrom: '17',
  genes: ['BRCA1'],
  significance: 'Pathogenic',
  stars: 2,
  effect: 'missense',
  ...given,
});

/** BRCA1 p.Cys61: TGT on the minus strand, so c.181T is A at 43106487, c.182G is C at 43106486, c.183T is A at 43106485 (GRCh38). */
const CYS61_GLY = entry({ id: '17661', pos: 43106487, ref: 'A', alt: 'C', stars: 3 });
const CYS61_ARG = entry({
  id: '54360',
  pos: 43106487,
  ref: 'A',
  alt: 'G',
  significance: 'Pathogenic/Likely_pathogenic',
});
const CYS61_SER = entry({ id: '54359', pos: 43106487, ref: 'A', alt: 'T' });
const CYS61_TYR = entry({ id: '54364', pos: 43106486, ref: 'C', alt: 'T' });
const CODON_61: Setting = { clinvar: [CYS61_GLY, CYS61_ARG, CYS61_SER, CYS61_TYR] };
const only = (...clinvar: ClinvarEntry[]): Setting => ({ clinvar });

function brca1(
  pos: number,
  alleles: string,
  codons: string,
  more: Partial<VariantEvidence> = {},
  transcript: Partial<TranscriptEvidence> = {},
): VariantEvidence {
  const [ref = '', alt = ''] = alleles.split('>');
  const given = { chrom: 'chr17', pos, ref, alt, spliceai: 0, ...more };
  return variantWith('missense_variant', { gene: 'BRCA1', codons, strand: -1, ...transcript }, given);
}

/** c.182G>C, p.Cys61Ser. */
const SER_ANOTHER_WAY = brca1(43106486, 'C>G', 'tGt/tCt');
/** c.182G>T, p.Cys61Phe. */
const PHE = brca1(43106486, 'C>A', 'tGt/tTt');

const range = (count: number, make: (place: number) => ClinvarEntry): ClinvarEntry[] =>
  Array.from({ length: count }, (_, place) => make(place));
/** Missense variants of GENE around position 1000 of chromosome 2, from 3 bases away on. */
const near = (place: number, given: Partial<ClinvarEntry> = {}): ClinvarEntry =>
  entry({ id: `n${place}`, chrom: '2', pos: 1003 + place, ref: 'C', alt: 'T', genes: ['GENE'], stars: 1, ...given });
/** The same, far away. */
const far = (place: number, given: Partial<ClinvarEntry> = {}): ClinvarEntry =>
  near(place, { id: `f${place}`, pos: 500_000 + place, ...given });
const here = variantWith('missense_variant');
const of = (...groups: ClinvarEntry[][]): Setting => ({ clinvar: groups.flat() });
const truncating = { effect: 'truncating' } as const;
const benign = { significance: 'Benign' };

export const CLINVAR_CASES: readonly Case[] = [
  worked('the same amino acid by another base', RICHARDS, SER_ANOTHER_WAY, { PS1: 'strong', PM5: 'no' }, CODON_61),
  worked('another amino acid at the residue', RICHARDS, PHE, { PS1: 'no', PM5: 'moderate' }, CODON_61),
  worked(
    'the variant itself never counts, the others of the residue do',
    RICHARDS,
    brca1(43106487, 'A>T', 'Tgt/Agt'),
    { PS1: 'no', PM5: 'moderate' },
    CODON_61,
  ),
  worked(
    'the variant itself, alone',
    RICHARDS,
    brca1(43106487, 'A>T', 'Tgt/Agt'),
    { PS1: 'no', PM5: 'no' },
    only(CYS61_SER),
  ),
  worked('Pathogenic/Likely pathogenic is established', RICHARDS, PHE, { PM5: 'moderate' }, only(CYS61_ARG)),
  worked(
    'likely pathogenic alone is not',
    RICHARDS,
    PHE,
    { PM5: 'no' },
    only({ ...CYS61_SER, significance: 'Likely_pathogenic' }),
  ),
  worked('one star is not enough', RICHARDS, PHE, { PM5: 'no' }, only({ ...CYS61_SER, stars: 1 })),
  worked(
    'low penetrance is not counted',
    RICHARDS,
    PHE,
    { PM5: 'no' },
    only({ ...CYS61_SER, significance: 'Pathogenic,_low_penetrance' }),
  ),
  worked(
    'conflicting is not counted',
    RICHARDS,
    PHE,
    { PM5: 'no' },
    only({ ...CYS61_SER, significance: 'Conflicting_classifications_of_pathogenicity' }),
  ),
  worked(
    'a risk factor beside pathogenic does not take it away',
    RICHARDS,
    PHE,
    { PM5: 'moderate' },
    only({ ...CYS61_SER, significance: 'Pathogenic|risk_factor' }),
  ),
  worked(
    'a stop in the codon is no missense variant',
    RICHARDS,
    PHE,
    { PM5: 'no' },
    only(entry({ id: '868252', pos: 43106485, ref: 'A', alt: 'T', effect: 'truncating' })),
  ),
  worked(
    'a silent variant of the codon',
    RICHARDS,
    PHE,
    { PM5: 'no' },
    only(entry({ id: 'x', pos: 43106485, ref: 'A', alt: 'G' })),
  ),
  worked('another gene at the same place', RICHARDS, PHE, { PM5: 'no' }, only({ ...CYS61_SER, genes: ['OTHER'] })),
  worked(
    'an intron cuts the codon: the base there is not the codon’s',
    RICHARDS,
    PHE,
    { PM5: 'no' },
    only(entry({ id: 'x', pos: 43106487, ref: 'G', alt: 'C' })),
  ),
  worked('the next codon', RICHARDS, PHE, { PM5: 'no' }, only(entry({ id: 'x', pos: 43106488, ref: 'C', alt: 'A' }))),
  worked(
    'on the plus strand',
    RICHARDS,
    variantWith(
      'missense_variant',
      { codons: 'Ggt/Agt', strand: 1 },
      { chrom: '7', pos: 100, ref: 'G', alt: 'A', spliceai: 0 },
    ),
    { PS1: 'no', PM5: 'moderate' },
    only(entry({ id: 'x', chrom: '7', pos: 101, ref: 'G', alt: 'A', genes: ['GENE'] })),
  ),
  worked(
    'SpliceAI predicts an effect at the cut-off',
    SPLICING,
    brca1(43106486, 'C>G', 'tGt/tCt', { spliceai: 0.2 }),
    { PS1: 'no', PM5: 'no' },
    CODON_61,
  ),
  worked(
    'and below it does not',
    SPLICING,
    brca1(43106486, 'C>G', 'tGt/tCt', { spliceai: 0.19 }),
    { PS1: 'strong' },
    CODON_61,
  ),
  worked('two bases at once', RICHARDS, brca1(43106486, 'CA>GG', 'TGt/CCt'), { PS1: '?', PM5: '?' }, CODON_61),
  worked(
    'an annotation without codons',
    RICHARDS,
    brca1(43106486, 'C>G', '', {}, { codons: undefined }),
    { PS1: '?', PM5: '?' },
    CODON_61,
  ),
  worked('no ClinVar was loaded', RICHARDS, PHE, { PS1: '?', PM5: '?', PM1: '?', PP2: '?', BP1: '?' }),
  worked(
    'a stop is nothing for PS1 and PM5',
    RICHARDS,
    variantWith('stop_gained'),
    { PS1: 'no', PM5: 'no', PM1: 'no', PP2: 'no', BP1: 'no' },
    CODON_61,
  ),

  worked('four pathogenic neighbours, no benign one', HEURISTIC, here, { PM1: 'moderate' }, of(range(4, near))),
  worked('three are too few', HEURISTIC, here, { PM1: 'no' }, of(range(3, near))),
  worked('one benign among them', HEURISTIC, here, { PM1: 'no' }, of(range(4, near), [near(9, benign)])),
  worked('25 bases away still counts', HEURISTIC, here, { PM1: 'moderate' }, of(range(3, near), [near(22)])),
  worked('26 bases away does not', HEURISTIC, here, { PM1: 'no' }, of(range(3, near), [near(23)])),
  worked('the own residue is left to PS1 and PM5', HEURISTIC, here, { PM1: 'no' }, of(range(3, near), [near(-1)])),
  worked(
    'truncating neighbours tell of no hotspot',
    HEURISTIC,
    here,
    { PM1: 'no' },
    of(range(4, (place) => near(place, truncating))),
  ),
  worked('no stars', HEURISTIC, here, { PM1: 'no' }, of(range(4, (place) => near(place, { stars: 0 })))),

  worked(
    '8 of 10 pathogenic variants are missense',
    HEURISTIC,
    here,
    { PP2: 'supporting', BP1: 'no' },
    of(
      range(8, far),
      range(2, (place) => far(20 + place, truncating)),
    ),
  ),
  worked(
    '7 of 10 are',
    HEURISTIC,
    here,
    { PP2: 'no' },
    of(
      range(7, far),
      range(3, (place) => far(20 + place, truncating)),
    ),
  ),
  worked('nine pathogenic variants are too few', HEURISTIC, here, { PP2: 'no' }, of(range(9, far))),
  worked(
    'one benign of ten missense variants',
    HEURISTIC,
    here,
    { PP2: 'supporting' },
    of(range(9, far), [far(20, truncating), far(30, benign)]),
  ),
  worked(
    'two benign of eleven',
    HEURISTIC,
    here,
    { PP2: 'no' },
    of(range(9, far), [far(20, truncating), far(30, benign), far(31, benign)]),
  ),
  worked(
    '9 of 10 pathogenic variants truncate',
    HEURISTIC,
    here,
    { BP1: 'supporting', PP2: 'no' },
    of(
      [far(0)],
      range(9, (place) => far(20 + place, truncating)),
    ),
  ),
  worked(
    '8 of 10 do',
    HEURISTIC,
    here,
    { BP1: 'no' },
    of(
      range(2, far),
      range(8, (place) => far(20 + place, truncating)),
    ),
  ),
  worked(
    'the variant itself is taken off its gene’s counts',
    HEURISTIC,
    here,
    { PP2: 'no' },
    of(range(9, far), [near(-3, { ref: 'A', alt: 'G' })]),
  ),
  worked(
    'without heuristics',
    HEURISTIC,
    here,
    { PM1: '?', PP2: '?', BP1: '?', PS1: '?' },
    { ...of(range(9, near)), profile: { heuristics: null } },
  ),
];
