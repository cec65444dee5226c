import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderReport } from '../../../src/analysis/report/html.ts';
import type { Narrative } from '../../../src/core/narratives.ts';
import type { Override } from '../../../src/core/verdicts.ts';
import { NOTICE } from '../../../src/core/verdicts.ts';
import { population, variantWith } from '../acmg/given.ts';
import { caseReport, caseVariant } from './given.ts';

const EVIL = '<script>alert("x")</script><img src=http://evil.example/a.png>';

function overrideOf(given: Partial<Override> = {}): Override {
  const createdAt = new Date('2026-01-02T00:00:00Z');
  const whole = {
    overrideId: 1,
    key: '2:1000:A:G',
    assembly: '',
    class: 'Pathogenic',
    comment: 'seen',
    reviewer: 'A. B.',
  };
  return { ...whole, createdAt, ...given } as Override;
}

function narrativeOf(text: string): Narrative {
  const facts = { requestId: '', correlationId: '', fileId: 1, variantId: 1n, asked: 'x', promptVersion: '1' };
  const subject = { variantKey: '2:1000:A:G', gene: null, class: 'Benign', points: 0, evidence: [], digest: '' };
  const usage = { inputTokens: 0, outputTokens: 0, costMicroUsd: 0 };
  const answer = { provider: 'x', model: text, decisive: null, cached: false, durationMs: 0, usage };
  const failures = [{ provider: text, model: text, kind: 'rejected', reason: text }];
  return {
    ...facts,
    ...answer,
    subject,
    failures,
    statements: [{ text, cites: [text] }],
    answeredAt: new Date(0),
  } as Narrative;
}

describe('renderReport', () => {
  test('should show whatever a file, a reviewer or a model says as text, never as markup', () => {
    const evidence = {
      ...variantWith(EVIL, {
        gene: EVIL,
        name: EVIL,
        hgvsC: EVIL,
        hgvsP: EVIL,
        others: [{ role: 'worst', transcript: EVIL, gene: EVIL, consequence: EVIL }],
      }),
      chrom: EVIL,
      id: EVIL,
      ref: EVIL,
      populations: [{ ...population(0.1), name: EVIL }],
      families: [
        { family: EVIL, ordinal: 1, modes: [{ mode: 'deNovo', status: 'possible', reasons: [EVIL] }], partners: [] },
      ],
    } as const;
    const variant = caseVariant({
      evidence,
      clinvar: { significance: EVIL, stars: 1, id: undefined },
      line: {
        qual: undefined,
        filter: EVIL,
        genotypes: [{ sample: EVIL, genotype: EVIL, carries: true, depth: 1, quality: 2, alleleDepths: EVIL }],
        carriers: { count: 1, samples: [EVIL] },
      },
      reviewed: 'Pathogenic',
      overrides: [overrideOf({ comment: EVIL, reviewer: EVIL })],
      narratives: [narrativeOf(EVIL)],
    });
    const html = renderReport(
      caseReport([variant], {
        file: {
          name: EVIL,
          sha256: EVIL,
          stored: { fileId: 1, storeDigest: EVIL },
          samples: [EVIL],
          contigs: new Map(),
        },
        subject: { kind: 'family', members: [{ sample: EVIL, about: EVIL, affected: true }] },
        provenance: { profile: EVIL, annotations: { [EVIL]: EVIL } },
      }),
    );
    assert.ok(html.split('&lt;script&gt;').length > 25, 'the places were reached');
    assert.doesNotMatch(html, /<script|<img|<iframe|<link|\son\w+=/i);
    // No attribute of ours is left by a quote, and nothing is fetched.
    const attributes = html.matchAll(/\s(?:href|src|style|class|title|aria-label)="([^"]*)"/g);
    for (const [, value] of attributes) assert.doesNotMatch(value ?? '', /[<>]/);
    assert.doesNotMatch(html, /(?:href|src)="(?!#v\d+")/);
    assert.doesNotMatch(html, /url\(|@import/);
  });

  test('should forbid the page to load or run anything, and say what it is for, at both ends', () => {
    const html = renderReport(caseReport([]));
    assert.match(
      html,
      /http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"/,
    );
    assert.equal(html.split(NOTICE).length, 3);
    assert.match(html, /@media print/);
    assert.match(html, /No variant is to be shown/);
  });

  test('should show when it was made, by which rules, of what', () => {
    const html = renderReport(caseReport([caseVariant()]));
    for (const text of ['2026-02-03 04:05 UTC', 'version 1, profile clingen', 'VEP v113', 'ab'.repeat(32), 'a.vcf'])
      assert.ok(html.includes(text), text);
  });

  test('should show every criterion once, with why, and what would move an uncertain variant', () => {
    const variant = caseVariant({ evidence: { ...variantWith('missense_variant'), revel: 0.95 } });
    const html = renderReport(caseReport([variant]));
    const article = /<article id="v1">(.+?)<\/article>/s.exec(html)?.[1] ?? '';
    for (const { criterion, reason } of variant.verdict.outcomes) {
      assert.match(article, new RegExp(`<td>${criterion}(_\\w+)?( \\(heuristic\\))?<td>`), criterion);
      assert.ok(article.includes(reason.replaceAll("'", '&#39;')), reason);
    }
    assert.match(article, /PP3_Strong<td>\+4<td>REVEL 0.95 <cite>\[revel = 0.95\]/);
    assert.match(article, /What would move it/);
    assert.match(article, /without ClinVar-derived criteria: Uncertain significance \(\+5\)/);
  });

  test("should show a reviewer's class before the computed one, with its history", () => {
    const taken = overrideOf({ class: null, comment: 'not so', createdAt: new Date('2026-01-03T00:00:00Z') });
    const html = renderReport(
      caseReport([
        caseVariant({ class: 'Pathogenic', reviewed: 'Pathogenic', overrides: [overrideOf()] }),
        caseVariant({ overrides: [overrideOf(), taken] }),
      ]),
    );
    assert.match(html, /<span class="badge P">Pathogenic<\/span><\/h3><p class="sub">computed: Uncertain significance/);
    assert.match(html, /classes: Pathogenic holds now/);
    assert.match(html, /classes: none holds now.+taken back<td>not so/s);
  });

  test('should show transcripts side by side when they differ, and what families say', () => {
    const others = [{ role: 'canonical', transcript: 'NM_2', gene: 'OTHER', consequence: 'stop_gained' }] as const;
    const partner = { variant: variantWith('stop_gained'), gene: 'GENE', phase: 'trans', by: 'parents' } as const;
    const evidence = {
      ...variantWith('missense_variant', { others }),
      families: [
        {
          family: 'F1',
          ordinal: 1,
          modes: [{ mode: 'compoundHeterozygous', status: 'met', reasons: [] }],
          partners: [{ ...partner, status: 'met', reasons: ['from each parent one'] }],
        },
      ],
    } as const;
    const html = renderReport(caseReport([caseVariant({ evidence })]));
    assert.match(html, /<td>canonical<td>NM_2<td>OTHER<td>stop gained/);
    assert.match(html, /<td class="wrap">compound heterozygous</);
    assert.match(html, /with 2:1000:A:G<td>in trans by parents<td>fits; from each parent one/);
  });
});
