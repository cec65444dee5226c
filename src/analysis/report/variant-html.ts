import type { Narrative } from '../../core/narratives.ts';
import { factsOf } from '../acmg/criteria.ts';
import { keyOf, type VariantEvidence } from '../acmg/evidence.ts';
import { label } from '../acmg/label.ts';
import { movesOf } from '../acmg/moves.ts';
import type { Outcome } from '../acmg/outcome.ts';
import { crosses, type Provenance, verdictJson } from '../acmg/report.ts';
import { posteriorOf } from '../acmg/score.ts';
import type { FamilyFinding } from '../family/finding.ts';
import { escapeHtml } from '../summary/escape-html.ts';
import type { CaseVariant } from './case.ts';
import {
  badge,
  clinvarText,
  consequenceText,
  frequencyText,
  MODE_STATUS,
  MODES,
  shortKey,
  signed,
  sumText,
} from './words.ts';

/** Everything about one variant. `rank` from 1. */
export function variantArticle(variant: CaseVariant, rank: number, provenance: Provenance): string {
  return [
    `<article id="v${rank}">`,
    heading(variant, rank),
    reviewers(variant),
    narratives(variant.narratives),
    criteria(variant, provenance),
    moves(variant),
    `<div class="pair">${[transcripts(variant), frequencies(variant), genotypes(variant), inheritance(variant)].join('')}</div>`,
    '</article>',
  ].join('');
}

/** HGVS without its transcript: protein when there is one. */
export function hgvsOf({ transcript }: VariantEvidence): string {
  return transcript?.hgvsP ?? transcript?.hgvsC ?? '';
}

function block(title: string, body: string): string {
  return `<div><h4>${escapeHtml(title)}</h4>${body}</div>`;
}

function table(
  rows: readonly (readonly string[])[],
  { classes = 'left', titles = [] as readonly string[] } = {},
): string {
  const head = titles.length === 0 ? '' : `<tr>${titles.map((title) => `<th>${escapeHtml(title)}`).join('')}`;
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}`).join('')}`).join('');
  return `<div class="scroll"><table class="${classes}">${head}${body}</table></div>`;
}

function heading({ evidence, verdict, clinvar, class: counted, reviewed }: CaseVariant, rank: number): string {
  const names = [evidence.transcript?.gene, hgvsOf(evidence), evidence.id === '.' ? undefined : evidence.id];
  const title = [shortKey(keyOf(evidence)), ...names.filter(Boolean)].map((part) => escapeHtml(part!)).join(' · ');
  const facts = verdict.applies
    ? [
        `${reviewed === undefined ? '' : `computed: ${verdict.class}, `}${signed(verdict.points)} points`,
        verdict.standAlone ? 'by BA1 alone' : `posterior ${posteriorOf(verdict.points).toFixed(3)}`,
        `without ClinVar-derived criteria: ${sumText(verdict.withoutClinvar)}`,
        verdict.least.class === verdict.greatest.class
          ? ''
          : `with what the file lacks: from ${sumText(verdict.least)} to ${sumText(verdict.greatest)}`,
      ]
    : [verdict.outcomes[0]?.reason ?? ''];
  const theirs = clinvarText(clinvar);
  const against = crosses(verdict, clinvar) ? ' <span class="crosses">against ours</span>' : '';
  return [
    `<h3>${rank}. ${title} ${badge(counted)}</h3>`,
    `<p class="sub">${facts.filter(Boolean).map(escapeHtml).join(' · ')}</p>`,
    theirs === '' ? '' : `<p class="sub">ClinVar says: ${escapeHtml(theirs)}${against}</p>`,
  ].join('');
}

function reviewers({ overrides, reviewed }: CaseVariant): string {
  if (overrides.length === 0) return '';
  const rows = overrides.map(({ class: given, comment, reviewer, createdAt }) => [
    createdAt.toISOString().slice(0, 10),
    escapeHtml(reviewer),
    given === null ? 'taken back' : badge(given),
    escapeHtml(comment),
  ]);
  const now = reviewed === undefined ? 'none holds now' : `${reviewed} holds now`;
  return block(`Reviewers' classes: ${now}`, table(rows));
}

function narratives(all: readonly Narrative[]): string {
  return all
    .map(({ provider, model, statements, failures }) => {
      const told = statements.map(
        ({ text, cites }) =>
          `<p class="quote">${escapeHtml(text)} <cite>[${cites.map(escapeHtml).join(', ')}]</cite></p>`,
      );
      const failed = failures.map(
        ({ provider: who, kind, reason }) => `<p><cite>${escapeHtml(`${who}: ${kind}: ${reason}`)}</cite></p>`,
      );
      const by = provider === 'rules' ? 'by fixed sentences of this program' : `by ${provider}, ${model}`;
      return block(`In words, ${by}`, [...told, ...failed].join(''));
    })
    .join('');
}

function criteria({ evidence, verdict, clinvar }: CaseVariant, provenance: Provenance): string {
  const values = verdictJson(evidence, verdict, clinvar, provenance).evidence as Values;
  const by = Object.groupBy(verdict.outcomes, ({ status }) => status);
  const { met = [], notMet = [], notAssessable = [] } = by;
  const cap = verdict.cap === 0 ? [] : [['PM1 and PP3', signed(verdict.cap), 'together no more than strong']];
  const rows = [...met.map((outcome) => [name(outcome), signed(outcome.points), why(outcome, values)]), ...cap];
  return [
    block('Criteria met', rows.length === 0 ? '<p>none</p>' : table(rows, { classes: 'left met' })),
    folded(`Not met: ${notMet.length}`, notMet, { values, classes: '' }),
    folded(`Not assessable: ${notAssessable.length}`, notAssessable, { values, classes: 'unknown' }),
  ].join('');
}

type Values = Readonly<Record<string, string | number>>;

function name(outcome: Outcome): string {
  return escapeHtml(label(outcome) + (factsOf(outcome.criterion).heuristic === true ? ' (heuristic)' : ''));
}

function why({ reason, evidence }: Outcome, values: Values): string {
  const cited = evidence.map((id) => `${id} = ${values[id] ?? '?'}`).join('; ');
  return `${escapeHtml(reason)}${cited === '' ? '' : ` <cite>[${escapeHtml(cited)}]</cite>`}`;
}

function folded(
  title: string,
  outcomes: readonly Outcome[],
  { values, classes }: { readonly values: Values; readonly classes: string },
): string {
  if (outcomes.length === 0) return '';
  const rows = outcomes.map((outcome) => [name(outcome), why(outcome, values)]);
  return `<details class="${classes}"><summary>${escapeHtml(title)}</summary>${table(rows, { classes: 'left dim' })}</details>`;
}

function moves({ verdict }: CaseVariant): string {
  const found = movesOf(verdict);
  if (found === undefined) return '';
  const { pointsToLikelyPathogenic, pointsToLikelyBenign, alone } = found;
  const bounds = `Likely pathogenic from ${signed(pointsToLikelyPathogenic)} more points, likely benign from ${signed(pointsToLikelyBenign)}.`;
  const rows = alone.map(({ criterion, points, class: then, lacks }) => [
    escapeHtml(`${criterion}${points === 0 ? '' : ` ${signed(points)}`}`),
    escapeHtml(then),
    escapeHtml(lacks),
  ]);
  const body = rows.length === 0 ? '' : table(rows, { titles: ['alone would do it', 'then', 'what is lacking'] });
  return block('What would move it', `<p>${bounds}</p>${body}`);
}

function transcripts({ evidence: { transcript } }: CaseVariant): string {
  if (transcript === undefined) return block('Transcripts', '<p>the file has no transcript annotation here</p>');
  const { name = '', gene = '', rank, consequence, hgvsC, hgvsP, others } = transcript;
  const rows = [
    [rank, name, gene, consequenceText(consequence), [hgvsC, hgvsP].filter(Boolean).join(' ')],
    ...others.map((other) => [other.role, other.transcript, other.gene ?? '', consequenceText(other.consequence), '']),
  ];
  return block('Transcripts', table(rows.map((cells) => cells.map(escapeHtml))));
}

function frequencies({ evidence: { populations } }: CaseVariant): string {
  if (populations.length === 0) return block('Population frequencies', '<p>none in the file</p>');
  const rows = populations.map(({ name, frequency, alleleNumber, homozygotes }) => [
    escapeHtml(name),
    frequencyText(frequency),
    alleleNumber?.toLocaleString('en') ?? '',
    homozygotes?.toLocaleString('en') ?? '',
  ]);
  return block('Population frequencies', table(rows, { titles: ['source', 'frequency', 'alleles', 'homozygotes'] }));
}

function genotypes({ line }: CaseVariant): string {
  const { genotypes: all, carriers, filter, qual } = line;
  const rows = all.map(({ sample, genotype, depth, quality, alleleDepths }) =>
    [sample, genotype, String(depth ?? ''), String(quality ?? ''), alleleDepths ?? ''].map(escapeHtml),
  );
  const named = carriers.samples.join(', ');
  const rest = carriers.count > carriers.samples.length ? `, and ${carriers.count - carriers.samples.length} more` : '';
  const facts = [
    `FILTER ${filter === '.' ? 'not set' : filter}`,
    qual === undefined ? 'no QUAL' : `QUAL ${qual}`,
    carriers.count === 0 ? 'nobody in the file carries it' : `carriers in the file: ${named}${rest}`,
  ];
  const body = rows.length === 0 ? '' : table(rows, { titles: ['sample', 'GT', 'DP', 'GQ', 'AD'] });
  return block('Calls', `<p>${facts.map(escapeHtml).join(' · ')}</p>${body}`);
}

function inheritance({ evidence: { families = [] } }: CaseVariant): string {
  if (families.length === 0) return '';
  return block('Inheritance', families.map(familyHtml).join(''));
}

function familyHtml({ family, modes, partners }: FamilyFinding<VariantEvidence>): string {
  const rows = [
    ...modes.map(({ mode, status, reasons }) => [MODES[mode], MODE_STATUS[status], reasons.join('; ')]),
    ...partners.map(({ variant, phase, by, status, reasons }) => [
      `with ${shortKey(keyOf(variant))}`,
      `${phase === 'unknown' ? 'phase not known' : `in ${phase}`}${by === undefined ? '' : ` by ${by}`}`,
      [status === undefined ? '' : MODE_STATUS[status], ...reasons].filter(Boolean).join('; '),
    ]),
  ];
  const body =
    rows.length === 0 ? '<p>no mode of inheritance fits</p>' : table(rows.map((cells) => cells.map(escapeHtml)));
  return `<p>${escapeHtml(`family ${family}`)}</p>${body}`;
}

/** Modes that the genotypes show, else those that are possible. */
export function inheritanceText({ families = [] }: VariantEvidence): string {
  const found = families.flatMap(({ modes }) => modes);
  const met = found.filter(({ status }) => status === 'met');
  const shown = met.length > 0 ? met : found.filter(({ status }) => status === 'possible');
  const names = [...new Set(shown.map(({ mode }) => MODES[mode]))].join(', ');
  return met.length > 0 || names === '' ? names : `${names}?`;
}
