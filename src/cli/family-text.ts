import { keyOf, type VariantEvidence } from '../analysis/acmg/evidence.ts';
import type { FamilyFinding, Mode, ModeFinding, ModeStatus, Partner } from '../analysis/family/finding.ts';
import { printable } from './format.ts';

type Finding = FamilyFinding<VariantEvidence>;

const MODES: Readonly<Record<Mode, string>> = {
  deNovo: 'de novo',
  autosomalDominant: 'dominant',
  autosomalRecessive: 'recessive',
  compoundHeterozygous: 'compound het',
  xLinkedRecessive: 'X recessive',
  xLinkedDominant: 'X dominant',
  yLinked: 'Y linked',
};

const MARKS: Readonly<Record<ModeStatus, string>> = { met: '', possible: '?', notAssessable: ' (not assessable)' };

/** A mode in a few words. */
export function modeName(mode: Mode): string {
  return MODES[mode];
}

function modeText({ mode, status }: ModeFinding): string {
  return `${MODES[mode]}${MARKS[status]}`;
}

/** Modes that fit, of every family: `FAM1: de novo, dominant?`; the family is named when there are several. */
export function familiesText({ families = [] }: VariantEvidence, isAlone: boolean): string {
  return families
    .flatMap(({ family, modes }) => {
      const told = modes.filter(({ status }) => status !== 'notAssessable').map(modeText);
      return told.length === 0 ? [] : [`${isAlone ? '' : `${printable(family)}: `}${told.join(', ')}`];
    })
    .join('; ');
}

/** What each family says, a line each, and its partners below. */
export function familyLines({ families = [] }: VariantEvidence): string[] {
  return families.flatMap((finding) => [
    `  ${modesLine(finding)}`,
    ...finding.partners.map((one) => `    ${partnerText(one)}`),
  ]);
}

function modesLine({ family, modes }: Finding): string {
  const told = modes.map((mode) => {
    const why = mode.reasons.length === 0 ? '' : ` (${mode.reasons.map(printable).join('; ')})`;
    return `${modeText(mode)}${why}`;
  });
  return `family ${printable(family)}: ${told.join(', ') || 'no mode of inheritance fits'}`;
}

function partnerText({ variant, gene, phase, by, status, reasons }: Partner<VariantEvidence>): string {
  const place =
    phase === 'unknown' ? 'phase unknown' : `in ${phase}${by === 'parents' ? ' by the parents' : ' by phasing'}`;
  const why = reasons.length === 0 ? '' : ` (${reasons.map(printable).join('; ')})`;
  const what = status === undefined ? 'beside' : 'with';
  return `${what} ${printable(keyOf(variant))} ${printable(gene)}, ${place}${why}`;
}
