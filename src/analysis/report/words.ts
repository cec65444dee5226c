import type { VerdictClass } from '../../core/verdicts.ts';
import type { OwnClinvar } from '../acmg/report.ts';
import type { Sum } from '../acmg/score.ts';
import type { Mode, ModeStatus } from '../family/finding.ts';
import { escapeHtml } from '../summary/escape-html.ts';

/** Class of a class in the style sheet. */
const SHORT: Readonly<Record<VerdictClass, string>> = {
  Pathogenic: 'P',
  'Likely pathogenic': 'LP',
  'Uncertain significance': 'VUS',
  'Likely benign': 'LB',
  Benign: 'B',
  'not classified': 'none',
};

export function badge(name: VerdictClass): string {
  return `<span class="badge ${SHORT[name]}">${escapeHtml(name)}</span>`;
}

/** For a column: the letters that the field uses. */
export function shortBadge(name: VerdictClass): string {
  const letters = SHORT[name] === 'none' ? '–' : SHORT[name];
  return `<span class="badge ${SHORT[name]}" title="${escapeHtml(name)}">${letters}</span>`;
}

export function signed(points: number): string {
  return points > 0 ? `+${points}` : points < 0 ? `−${-points}` : '0';
}

export function sumText(sum: Sum): string {
  return `${sum.class} (${signed(sum.points)})`;
}

/** Short enough for a column: `0.0012`, `3.1e-6`. */
export function frequencyText(value: number): string {
  return value !== 0 && value < 0.0001 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

/** As the file has it, without the underscores. */
export function clinvarText(clinvar: OwnClinvar | undefined): string {
  if (clinvar === undefined) return '';
  const stars = clinvar.stars === undefined ? '' : ` ${'★'.repeat(clinvar.stars)}${'☆'.repeat(4 - clinvar.stars)}`;
  return `${clinvar.significance.replaceAll('_', ' ')}${stars}`;
}

/** Sequence Ontology terms as people read them. */
export function consequenceText(terms: string): string {
  return terms.replaceAll('_variant', '').replaceAll('_', ' ').replaceAll('&', ', ');
}

export const MODES: Readonly<Record<Mode, string>> = {
  deNovo: 'de novo',
  autosomalDominant: 'autosomal dominant',
  autosomalRecessive: 'autosomal recessive',
  compoundHeterozygous: 'compound heterozygous',
  xLinkedRecessive: 'X-linked recessive',
  xLinkedDominant: 'X-linked dominant',
  yLinked: 'Y-linked',
};

export const MODE_STATUS: Readonly<Record<ModeStatus, string>> = {
  met: 'fits',
  possible: 'possible',
  notAssessable: 'not assessable',
};

/** An allele of an indel may have thousands of bases. */
export function shortKey(key: string): string {
  return key
    .split(':')
    .map((part) => (part.length <= 14 ? part : `${part.slice(0, 10)}…${part.length}`))
    .join(':');
}
