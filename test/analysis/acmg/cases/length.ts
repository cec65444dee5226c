import { type Case, type Setting, variantWith, worked } from '../given.ts';

const RICHARDS = 'Richards et al. 2015, Genet Med 17:405, tables 3 and 4';
const NO_REPEATS: Setting = { sources: { repeats: 'absent' } };
const NO_DOMAINS: Setting = { sources: { domains: 'absent' } };
const deletion = variantWith('inframe_deletion');
const inRepeat = variantWith('inframe_insertion', {}, { repeat: 'RepeatMasker' });

export const LENGTH_CASES: readonly Case[] = [
  worked('in frame, outside repeats', RICHARDS, deletion, { PM4: 'moderate', BP3: 'no' }),
  worked('an insertion likewise', RICHARDS, variantWith('inframe_insertion'), { PM4: 'moderate', BP3: 'no' }),
  worked("SnpEff's terms", RICHARDS, variantWith('disruptive_inframe_deletion'), { PM4: 'moderate' }),
  worked('a repeat, no domain', RICHARDS, inRepeat, { PM4: 'no', BP3: 'supporting' }),
  worked(
    'a repeat in a domain',
    RICHARDS,
    variantWith('inframe_deletion', { domains: ['Pfam:PF00069'] }, { repeat: 'lcr' }),
    { PM4: 'no', BP3: 'no' },
  ),
  worked('a repeat, domains unknown', RICHARDS, inRepeat, { PM4: 'no', BP3: '?' }, NO_DOMAINS),
  worked('repeats unknown', RICHARDS, deletion, { PM4: '?', BP3: '?' }, NO_REPEATS),
  worked(
    'repeats declared, but never seen',
    RICHARDS,
    deletion,
    { PM4: '?', BP3: '?' },
    { sources: { repeats: 'empty' } },
  ),
  worked(
    'a lost stop needs no repeats',
    RICHARDS,
    variantWith('stop_lost'),
    { PM4: 'moderate', BP3: 'no' },
    NO_REPEATS,
  ),
  worked('a frameshift is PVS1', RICHARDS, variantWith('frameshift_variant'), { PM4: 'no', BP3: 'no' }),
  worked('a retained stop changes nothing', RICHARDS, variantWith('stop_retained_variant'), { PM4: 'no', BP3: 'no' }),
];
