import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VcfAgentError } from '../../src/core/errors.ts';
import type { CompareOp, Filter } from '../../src/core/filter.ts';
import { parseFilter } from '../../src/core/filter-parser.ts';

const column = (name: string, op: CompareOp, value: string): Filter => ({
  kind: 'compare',
  field: { kind: 'column', name },
  op,
  value,
});
const info = (key: string, op: CompareOp, value: string): Filter => ({
  kind: 'compare',
  field: { kind: 'info', key },
  op,
  value,
});
const present = (name: string, is = true): Filter => ({
  kind: 'present',
  field: { kind: 'column', name },
  present: is,
});
const region = (chrom: string, start: number, end?: number): Filter => ({ kind: 'region', chrom, start, end });

const ACCEPTED: readonly (readonly [string, Filter])[] = [
  ['gene=BRCA1', column('gene', '=', 'BRCA1')],
  ['  Gene  ==  "BRCA1"  ', column('gene', '=', 'BRCA1')],
  ["symbol='a b\\'c\\\\'", column('gene', '=', "a b'c\\")],
  ['qual>=3e1', column('qual', '>=', '3e1')],
  ['stars<>2', column('stars', '!=', '2')],
  ['clin_sig!~benign', column('clinsig', '!~', 'benign')],
  ['hgvs_c=NM_007294.4:c.1T>C', column('hgvs_c', '=', 'NM_007294.4:c.1T>C')],
  ['hgvs_p=p.(Glu23fs)', column('hgvs_p', '=', 'p.(Glu23fs)')],
  ['(hgvs_p=p.Gly1=)', column('hgvs_p', '=', 'p.Gly1=')],
  ['info.DP>30', info('DP', '>', '30')],
  ['INFO/MC=a,b', info('MC', '=', 'a,b')],
  ['af=.', present('af', false)],
  ['af != .', present('af')],
  ['id="."', column('id', '=', '.')],
  ['EXISTS( cadd )', present('cadd')],
  ['exists(info.DB)', { kind: 'present', field: { kind: 'info', key: 'DB' }, present: true }],
  ['exists(carrier)', { kind: 'present', field: { kind: 'carrier' }, present: true }],
  ['sample=NA12878', { kind: 'compare', field: { kind: 'carrier' }, op: '=', value: 'NA12878' }],
  ['chr17:43044295-43125483', region('chr17', 43044295, 43125483)],
  ['17:43,044,295-43,125,483', region('17', 43044295, 43125483)],
  ['chr17', region('chr17', 1)],
  ['x', region('x', 1)],
  ['chr17:123', region('chr17', 123, 123)],
  ['chr17:123-', region('chr17', 123)],
  ['chr17:-123', region('chr17', 1, 123)],
  ['HLA-A*01:01:5-7', region('HLA-A*01:01', 5, 7)],
  ['chrUn_KI270742v1', region('chrUn_KI270742v1', 1)],
  ['not gene=A', { kind: 'not', term: column('gene', '=', 'A') }],
  ['NOT(gene=A)', { kind: 'not', term: column('gene', '=', 'A') }],
  [
    'gene=A or gene=B and not af<1 or chr1',
    {
      kind: 'or',
      terms: [
        column('gene', '=', 'A'),
        { kind: 'and', terms: [column('gene', '=', 'B'), { kind: 'not', term: column('af', '<', '1') }] },
        region('chr1', 1),
      ],
    },
  ],
  [
    '(gene=A or gene=B) AND af<1',
    {
      kind: 'and',
      terms: [{ kind: 'or', terms: [column('gene', '=', 'A'), column('gene', '=', 'B')] }, column('af', '<', '1')],
    },
  ],
  ['gene in (A, "B,C")', { kind: 'or', terms: [column('gene', '=', 'A'), column('gene', '=', 'B,C')] }],
  ['gene in(A)', column('gene', '=', 'A')],
  ['id not in (rs1,rs2)', { kind: 'and', terms: [column('id', '!=', 'rs1'), column('id', '!=', 'rs2')] }],
  [
    'key=chr17:43094692:G:<DEL>',
    {
      kind: 'and',
      terms: [
        column('chrom', '=', 'chr17'),
        column('pos', '=', '43094692'),
        column('ref', '=', 'G'),
        column('alt', '=', '<DEL>'),
      ],
    },
  ],
  ['hgvs=c.1T>C', { kind: 'or', terms: [column('hgvs_c', '=', 'c.1T>C'), column('hgvs_p', '=', 'c.1T>C')] }],
  [
    'hgvs!=x',
    {
      kind: 'and',
      terms: [
        { kind: 'or', terms: [present('hgvs_c'), present('hgvs_p')] },
        { kind: 'not', term: { kind: 'or', terms: [column('hgvs_c', '=', 'x'), column('hgvs_p', '=', 'x')] } },
      ],
    },
  ],
];

/** Text, column of the complaint, and a word that it has to contain. */
const REFUSED: readonly (readonly [string, number, RegExp])[] = [
  ['', 1, /ends here/],
  ['gene', 5, /comparison after gene/],
  ['gene=', 6, /value/],
  ['gene=""', 6, /empty/],
  ['gene="A', 6, /not closed/],
  ['gnee=BRCA1', 1, /did you mean gene\?/],
  ['clinisg~x', 1, /did you mean clinsig\?/],
  ['pathogenic', 1, /no field .*no region/],
  ['DP>30', 1, /info\.DP/],
  ['gene=A gene=B', 8, /and, or/],
  ['gene=A and', 11, /ends here/],
  ['gene=A)', 7, /No \(/],
  ['(gene=A', 1, /has no \)/],
  ['gene<A', 6, /no </],
  ['af~1', 4, /no ~/],
  ['af<x', 4, /number/],
  ['af<0x10', 4, /number/],
  ['af<1e99', 4, /number/],
  ['pos=1.5', 5, /whole number/],
  ['info.DP>x', 9, /number/],
  ['af<.', 4, /missing/],
  ['carrier~x', 9, /= or !=/],
  ['key=17:1', 5, /chrom:pos:ref:alt/],
  ['key>17:1:A:T', 5, /= or !=/],
  ['exists(key)', 8, /key/],
  ['exists gene', 1, /no region/],
  ['gene in A', 9, /\(/],
  ['gene in (A B)', 12, /, or \)/],
  ['gene in ()', 10, /value/],
  ['gene not A', 10, /in after not/],
  ['chr17:', 7, /position/],
  ['chr17:9-5', 1, /before/],
  ['chr17:0-5', 7, /position/],
  ['chr17:1-99999999999', 9, /position/],
  ['=A', 1, /cannot stand here/],
  ['gene=a\0b', 7, /NUL/],
  ['! gene=A', 1, /cannot stand here/],
];

describe('parseFilter', () => {
  for (const [text, expected] of ACCEPTED) {
    test(`should read ${JSON.stringify(text)}`, () => assert.deepEqual(parseFilter(text), expected));
  }

  for (const [text, at, words] of REFUSED) {
    test(`should name the column when ${JSON.stringify(text)} cannot be read`, () => {
      assert.throws(
        () => parseFilter(text),
        (error) => {
          assert.ok(error instanceof VcfAgentError);
          assert.equal(error.code, 'FILTER_SYNTAX');
          assert.match(error.message, words);
          assert.equal(error.context.column, at);
          return true;
        },
      );
    });
  }

  test('should put the caret below the place when the filter is long', () => {
    const text = `${'gene=BRCA1 or '.repeat(20)}gnee=A or gene=B`;
    const lines = caught(text).message.split('\n');
    assert.equal(lines[1]?.slice(lines[2]?.indexOf('^')).slice(0, 4), 'gnee');
  });

  test('should refuse what is too long, too deep or has too many comparisons, without exhausting anything', () => {
    assert.match(caught('x'.repeat(10_001)).message, /10000 characters/);
    assert.match(caught(`${'('.repeat(4_000)}gene=A`).message, /deeper than 100/);
    assert.match(caught(`${'not '.repeat(2_000)}gene=A`).message, /deeper than 100/);
    assert.match(caught(Array(1_001).fill('x').join(' or ')).message, /1000 comparisons/);
    assert.match(caught(`id in (${'a,'.repeat(1_001)}a)`).message, /1000 comparisons/);
    assert.equal(parseFilter(`${'('.repeat(99)}gene=A${')'.repeat(99)}`).kind, 'compare');
  });

  test('should read or refuse with FILTER_SYNTAX whatever is thrown at it', () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
    let state = seed;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return Math.floor((state / 0x80000000) * below);
    };
    const parts = ['gene', 'af', 'info.X', '=', '!=', '<', '~', ' and ', ' or ', 'not ', '(', ')', '"', "'", '\\', '.'];
    parts.push('chr1:5-9', 'in', ',', ' ', '\u{1f9ec}', '\0', '1e5', 'exists(', 'key=1:2:A:T', 'carrier');
    for (let i = 0; i < 20_000; i++) {
      const text = Array.from({ length: random(12) }, () => parts[random(parts.length)]).join('');
      try {
        parseFilter(text);
      } catch (error) {
        const known = error instanceof VcfAgentError && error.code === 'FILTER_SYNTAX';
        assert.ok(known, `SEED=${seed} node --test test/core/filter-parser.test.ts: ${JSON.stringify(text)}: ${error}`);
      }
    }
  });
});

function caught(text: string): Error {
  try {
    parseFilter(text);
  } catch (error) {
    return error as Error;
  }
  throw new Error(`${text} was read`);
}
