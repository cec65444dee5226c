import { NOTICE } from '../../core/verdicts.ts';
import { RULES_VERSION } from '../acmg/criteria.ts';
import { keyOf } from '../acmg/evidence.ts';
import { label } from '../acmg/label.ts';
import { escapeHtml } from '../summary/escape-html.ts';
import { renderPage } from '../summary/page.ts';
import type { CaseReport, CaseVariant } from './case.ts';
import { notAssessed } from './not-assessed.ts';
import { plotSections } from './plots.ts';
import { REPORT_STYLE } from './style.ts';
import { hgvsOf, inheritanceText, variantArticle } from './variant-html.ts';
import { clinvarText, consequenceText, frequencyText, shortBadge, shortKey, signed } from './words.ts';

/** Genotypes in the ranked table: of more members they stand with the variant alone. */
const MEMBERS_IN_TABLE = 4;
/** Columns of the ranked table whose text may take several lines. */
const WRAPPED = new Set(['consequence', 'inheritance', 'criteria met', 'ClinVar says']);

/** One page for one case: opens offline, runs nothing. Everything that comes from a file or a model is escaped. */
export function renderReport(report: CaseReport): string {
  const title = titleOf(report);
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    notice(),
    facts(report),
    `<main><div class="cards">${plotSections(report).join('')}</div>`,
    ranked(report),
    '<h2 class="part">Variants</h2>',
    ...report.variants.map((variant, place) => variantArticle(variant, place + 1, report.provenance)),
    missing(report),
    `</main>${notice()}`,
  ];
  return renderPage({ title, body: body.join('\n'), style: REPORT_STYLE });
}

function notice(): string {
  return `<p class="notice">${escapeHtml(NOTICE)}</p>`;
}

function titleOf({ subject, file }: CaseReport): string {
  if (subject.kind === 'file') return `Variants of ${file.name}`;
  const affected = subject.members.filter((member) => member.affected);
  const names = (affected.length === 0 ? subject.members : affected).map(({ sample }) => sample);
  return `Variants of ${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''}`;
}

function facts({ file, subject, provenance, generatedAt, judged, considered, variants, ...rest }: CaseReport): string {
  const { rejected, truncated } = rest;
  const versions = Object.entries(provenance.annotations).map(([name, version]) => `${name} ${version}`);
  const rows: (readonly [string, string])[] = [
    ['file', `${file.name}${file.stored === undefined ? '' : ` (stored file ${file.stored.fileId})`}`],
    ['SHA-256 of its text', file.sha256 ?? 'not known: the file was not read to its end'],
    ...(file.stored?.storeDigest === undefined
      ? []
      : [['receipt, digest of the store', file.stored.storeDigest] as const]),
    ...subject.members.map(({ sample, about }) => ['sample', about === '' ? sample : `${sample} (${about})`] as const),
    [
      'variants',
      `${judged.toLocaleString('en')} judged, ${considered.toLocaleString('en')} considered, ${variants.length} shown`,
    ],
    ...(rejected === 0 ? [] : [['could not be read', `${rejected} records`] as const]),
    ...(truncated ? [['ended early', 'the file is not whole'] as const] : []),
    ['rules', `version ${RULES_VERSION}, profile ${provenance.profile}`],
    ['annotation', versions.length === 0 ? 'the header names no versions' : versions.join(' · ')],
    ['made at', generatedAt.toISOString().replace('T', ' ').slice(0, 16).concat(' UTC')],
  ];
  return `<dl>${rows.map(([name, value]) => `<dt>${escapeHtml(name)}<dd>${escapeHtml(value)}`).join('')}</dl>`;
}

function ranked({ variants, considered, subject }: CaseReport): string {
  if (variants.length === 0) return '<p>No variant is to be shown.</p>';
  const members = subject.members.length <= MEMBERS_IN_TABLE ? subject.members.map(({ sample }) => sample) : [];
  const hasFamilies = variants.some(({ evidence }) => evidence.families !== undefined);
  const titles = ['', 'variant', 'gene', 'change', 'consequence', 'class', 'points', 'without ClinVar'];
  titles.push(...(hasFamilies ? ['inheritance'] : []), 'criteria met', 'ClinVar says', 'frequency', ...members);
  const rows = variants.map((variant, place) => {
    const own = variant.line.genotypes.slice(0, members.length).map(({ genotype }) => escapeHtml(genotype));
    const cells = [...rankedCells(variant, place + 1, hasFamilies), ...own];
    return `<tr>${cells.map((cell, at) => `<td${WRAPPED.has(titles[at]!) ? ' class="wrap"' : ''}>${cell}`).join('')}`;
  });
  const head = `<tr>${titles.map((name) => `<th>${escapeHtml(name)}`).join('')}`;
  const more =
    considered > variants.length
      ? `<p>${(considered - variants.length).toLocaleString('en')} more were considered.</p>`
      : '';
  return `<h2 class="part">Ranked</h2><div class="scroll"><table class="left ranked">${head}${rows.join('')}</table></div>${more}`;
}

function rankedCells(
  { evidence, verdict, clinvar, class: counted, reviewed }: CaseVariant,
  rank: number,
  hasFamilies: boolean,
): string[] {
  const most = evidence.populations.reduce((largest, { frequency }) => Math.max(largest, frequency), -1);
  const met = verdict.outcomes.filter(({ status }) => status === 'met').map(label);
  return [
    `<a href="#v${rank}">${rank}</a>`,
    `<a href="#v${rank}">${escapeHtml(shortKey(keyOf(evidence)))}</a>`,
    escapeHtml(evidence.transcript?.gene ?? ''),
    escapeHtml(hgvsOf(evidence)),
    escapeHtml(consequenceText(evidence.transcript?.consequence ?? '')),
    shortBadge(counted) + (reviewed === undefined ? '' : ' by a reviewer'),
    verdict.applies ? signed(verdict.points) : '',
    verdict.applies ? signed(verdict.withoutClinvar.points) : '',
    ...(hasFamilies ? [escapeHtml(inheritanceText(evidence))] : []),
    escapeHtml(met.join(' ')),
    escapeHtml(clinvarText(clinvar)),
    most < 0 ? '' : frequencyText(most),
  ];
}

function missing({ variants }: CaseReport): string {
  const found = notAssessed(variants);
  if (found.length === 0) return '';
  const rows = found.map(({ criterion, variants: count, reasons }) => {
    const told = reasons.map(({ reason, variants: times }) =>
      escapeHtml(times === variants.length ? reason : `${reason} (${times} of ${variants.length})`),
    );
    return `<tr><td>${criterion}<td class="n">${count}<td>${told.join('<br>')}`;
  });
  const head = '<tr><th>criterion<th>variants<th>why';
  return `<h2 class="part">Not assessed</h2><div class="scroll"><table class="left">${head}${rows.join('')}</table></div>`;
}
