import type { TranscriptEvidence } from '../../../../src/analysis/acmg/evidence.ts';
import { type Case, type Setting, variant, variantWith, worked } from '../given.ts';

const TREE = 'Abou Tayoun et al. 2018, Hum Mutat 39:1517, figure 1';
const MECHANISM = 'Abou Tayoun et al. 2018, Hum Mutat 39:1517, table 1: only where loss of function is a mechanism';
const TRANSCRIPTS =
  'Abou Tayoun et al. 2018, Hum Mutat 39:1517: the exon must be in a biologically relevant transcript';
const LOFTEE = 'Karczewski et al. 2020, Nature 581:434 (LOFTEE)';

const NO_PLUGIN: Setting = { sources: { nmd: 'absent' } };
const stop = (transcript: Partial<TranscriptEvidence> = {}) => variantWith('stop_gained', transcript);
const exon = (number: number, of: number) => ({ exon: { number, of } });
const protein = (proteinPosition: number, proteinLength: number) => ({ proteinPosition, proteinLength });

export const NULL_CASES: readonly Case[] = [
  worked('a stop before the last but one exon', TREE, stop(exon(3, 12)), { PVS1: 'veryStrong' }, NO_PLUGIN),
  worked('a frameshift there', TREE, variantWith('frameshift_variant', exon(3, 12)), { PVS1: 'veryStrong' }, NO_PLUGIN),
  worked('in the last exon, more than a tenth gone', TREE, stop({ ...exon(12, 12), ...protein(90, 100) }), {
    PVS1: 'strong',
  }),
  worked('in the last exon, exactly a tenth gone', TREE, stop({ ...exon(12, 12), ...protein(91, 100) }), {
    PVS1: 'moderate',
  }),
  worked('in the last exon, length unknown', TREE, stop(exon(12, 12)), { PVS1: 'moderate' }),
  worked('in the only exon', TREE, stop({ ...exon(1, 1), ...protein(10, 100) }), { PVS1: 'strong' }, NO_PLUGIN),
  worked(
    'in the last but one exon, no plugin: perhaps in its last 50 bases',
    TREE,
    stop(exon(11, 12)),
    { PVS1: 'moderate' },
    NO_PLUGIN,
  ),
  worked(
    'the same, with much of the protein gone',
    TREE,
    stop({ ...exon(11, 12), ...protein(500, 1000) }),
    { PVS1: 'strong' },
    NO_PLUGIN,
  ),
  worked('in the last but one exon, and the plugin finds no escape', TREE, stop(exon(11, 12)), { PVS1: 'veryStrong' }),
  worked('the plugin finds an escape', TREE, stop({ ...exon(3, 12), escapesNmd: true }), { PVS1: 'moderate' }),
  worked(
    'the plugin finds an escape, nine tenths gone',
    TREE,
    stop({ ...exon(3, 12), ...protein(100, 1000), escapesNmd: true }),
    { PVS1: 'strong' },
  ),
  worked('no exon, no plugin', TREE, stop(), { PVS1: 'moderate' }, NO_PLUGIN),
  worked("LOFTEE's rule of 50 bases fails", TREE, stop({ ...exon(11, 12), loftee: 'HC', escapesFiftyBases: true }), {
    PVS1: 'moderate',
  }),
  worked(
    "LOFTEE's rule of 50 bases holds",
    TREE,
    stop({ ...exon(11, 12), loftee: 'HC', escapesFiftyBases: false }),
    { PVS1: 'veryStrong' },
    NO_PLUGIN,
  ),
  worked('high confidence', LOFTEE, stop({ ...exon(3, 12), loftee: 'HC' }), { PVS1: 'veryStrong' }),
  worked(
    'low confidence for an incomplete coding sequence',
    LOFTEE,
    stop({ ...exon(3, 12), loftee: 'LC', lofteeFilter: 'INCOMPLETE_CDS' }),
    { PVS1: 'no' },
  ),
  worked(
    'low confidence at the end of the protein only',
    LOFTEE,
    stop({ ...exon(12, 12), loftee: 'LC', lofteeFilter: 'END_TRUNC' }),
    { PVS1: 'moderate' },
  ),
  worked(
    'low confidence at the end and for another reason',
    LOFTEE,
    stop({ ...exon(3, 12), loftee: 'LC', lofteeFilter: 'END_TRUNC&ANC_ALLELE' }),
    { PVS1: 'no' },
  ),
  worked(
    'low confidence of a splice site',
    LOFTEE,
    variantWith('splice_donor_variant', { loftee: 'LC', lofteeFilter: 'NON_CAN_SPLICE' }),
    { PVS1: 'no' },
  ),

  worked('a splice site: the frame is not known, so the least of the tree', TREE, variantWith('splice_donor_variant'), {
    PVS1: 'moderate',
  }),
  worked(
    'an acceptor with more terms',
    TREE,
    variantWith('splice_acceptor_variant&coding_sequence_variant&intron_variant'),
    { PVS1: 'moderate' },
  ),
  worked(
    'a profile may set another strength for it',
    TREE,
    variantWith('splice_donor_variant'),
    { PVS1: 'strong' },
    { profile: { pvs1: { removedFraction: 0.1, spliceFrameUnknown: 'strong' } } },
  ),
  worked(
    'the fifth base of a donor is no canonical splice site',
    TREE,
    variantWith('splice_donor_5th_base_variant&intron_variant'),
    { PVS1: 'no' },
  ),
  worked('the start is lost in every transcript', TREE, variantWith('start_lost', { inEveryTranscript: true }), {
    PVS1: 'supporting',
  }),
  worked('another transcript starts elsewhere', TREE, variantWith('start_lost', { inEveryTranscript: false }), {
    PVS1: 'no',
  }),
  worked('the whole transcript is deleted', TREE, variantWith('transcript_ablation'), { PVS1: 'veryStrong' }),
  worked('a missense variant is not null', TREE, variantWith('missense_variant'), { PVS1: 'no' }),
  worked('a lost stop is PM4', TREE, variantWith('stop_lost'), { PVS1: 'no', PM4: 'moderate' }),

  worked('a gene that is not listed', MECHANISM, stop({ ...exon(3, 12), gene: 'OTHER' }), { PVS1: 'no' }),
  worked('no list of genes', MECHANISM, stop(exon(3, 12)), { PVS1: '?' }, { genes: null }),
  worked('no gene in the annotation', MECHANISM, stop({ ...exon(3, 12), gene: undefined }), { PVS1: '?' }),
  worked(
    'without a list a missense variant still is not null',
    MECHANISM,
    variantWith('missense_variant'),
    { PVS1: 'no' },
    { genes: null },
  ),

  worked('canonical', TRANSCRIPTS, stop({ ...exon(3, 12), rank: 'canonical' }), { PVS1: 'veryStrong' }),
  worked('MANE Plus Clinical', TRANSCRIPTS, stop({ ...exon(3, 12), rank: 'MANE Plus Clinical' }), {
    PVS1: 'veryStrong',
  }),
  worked('neither, and others of the gene are not affected', TRANSCRIPTS, stop({ ...exon(3, 12), rank: 'other' }), {
    PVS1: '?',
  }),
  worked(
    'neither, but every transcript is affected',
    TRANSCRIPTS,
    stop({ ...exon(3, 12), rank: 'other', inEveryTranscript: true }),
    { PVS1: 'veryStrong' },
  ),
  worked(
    'an annotation that knows no MANE, and only some transcripts',
    TRANSCRIPTS,
    stop({ ...exon(3, 12), rank: 'unknown' }),
    { PVS1: '?' },
  ),
  worked('a transcript that makes no protein', TRANSCRIPTS, stop({ ...exon(3, 12), proteinCoding: false }), {
    PVS1: 'no',
  }),
  worked('no transcript annotation', TRANSCRIPTS, variant(), {
    PVS1: '?',
    PM4: '?',
    PP3: '?',
    BP4: '?',
    BP7: '?',
    BP3: '?',
    PS1: '?',
    PM1: '?',
  }),
];
