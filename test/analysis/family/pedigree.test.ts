import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parsePed } from '../../../src/analysis/family/pedigree.ts';

const places = (text: string): string[] =>
  parsePed(text).problems.map(({ code, severity, line, column }) => `${line}:${column} ${severity} ${code}`);

describe('a PED file', () => {
  test('should give families and their members when it has six columns', () => {
    const { pedigree, problems } = parsePed(
      '#family\tid\tfather\tmother\tsex\tphenotype\nF1\tc\tp\tm\t1\t2\textra\r\nF1 p 0 0 1 1\n\nF1\tm\t0\t0\t2\t0\nF2\tx\t0\t0\t0\t-9\n',
    );
    assert.deepEqual(problems, []);
    const nobody = { father: undefined, mother: undefined };
    assert.deepEqual(pedigree.families, [
      {
        id: 'F1',
        members: [
          { id: 'c', father: 'p', mother: 'm', sex: 'male', phenotype: 'affected' },
          { id: 'p', ...nobody, sex: 'male', phenotype: 'unaffected' },
          { id: 'm', ...nobody, sex: 'female', phenotype: 'unknown' },
        ],
      },
      { id: 'F2', members: [{ id: 'x', ...nobody, sex: 'unknown', phenotype: 'unknown' }] },
    ]);
  });

  test('should say where it is wrong', () => {
    const cases: Record<string, readonly string[]> = {
      '': ['1:1 error PED_EMPTY'],
      '# nothing\n\n': ['1:1 error PED_EMPTY'],
      'F a 0 0 1': ['1:10 error PED_TOO_FEW_COLUMNS', '1:1 error PED_EMPTY'],
      'F a 0 0 1 2\nF a 0 0 1 2': ['2:3 error PED_MEMBER_TWICE'],
      'F a 0 0 1 2\nG a 0 0 1 2': ['2:3 error PED_MEMBER_TWICE'],
      'F a 0 0 male 2': ['1:9 warning PED_SEX_UNKNOWN'],
      'F a 0 0 1 yes': ['1:11 warning PED_PHENOTYPE_UNKNOWN'],
      'F a p 0 1 2': ['1:5 warning PED_PARENT_NOT_LISTED'],
      'F a p 0 1 2\nG p 0 0 1 1': ['1:5 error PED_PARENT_NOT_LISTED'],
      'F a p p 1 2\nF p 0 0 1 1': ['1:7 error PED_ONE_PARENT_TWICE', '1:7 error PED_PARENT_SEX'],
      'F a p 0 1 2\nF p 0 0 2 1': ['1:5 error PED_PARENT_SEX'],
      'F a b 0 1 2\nF b a 0 1 1': ['1:3 error PED_OWN_ANCESTOR', '2:3 error PED_OWN_ANCESTOR'],
      [`F ${'a'.repeat(10_001)} 0 0 1 2\nF b 0 0 1 2`]: ['1:1 error PED_LINE_TOO_LONG'],
    };
    for (const [text, expected] of Object.entries(cases)) assert.deepEqual(places(text), expected, text.slice(0, 60));
  });

  test('should list a parent who has no line as somebody of whom nothing is known', () => {
    const [family] = parsePed('F a p m 1 2\nF b p m 2 2').pedigree.families;
    assert.deepEqual(
      family?.members.map(({ id, sex, phenotype }) => `${id} ${sex} ${phenotype}`),
      ['a male affected', 'b female affected', 'p male unknown', 'm female unknown'],
    );
  });

  test('should stop at a limit when it has more members than any cohort', () => {
    const lines = Array.from({ length: 100_002 }, (_, number) => `F ${number} 0 0 1 2`);
    const { pedigree, problems } = parsePed(lines.join('\n'));
    assert.equal(pedigree.families[0]?.members.length, 100_000);
    assert.deepEqual(
      problems.map(({ code, line }) => [code, line]),
      [['PED_TOO_MANY_MEMBERS', 100_001]],
    );
  });

  test('should be documented, every code of it and no other', () => {
    const root = join(import.meta.dirname, '..', '..', '..');
    const codesIn = (text: string): string[] => text.match(/PED_[A-Z_]+/g) ?? [];
    const sources = globSync('src/**/*.ts', { cwd: root }).map((path) => readFileSync(join(root, path), 'utf8'));
    const page = readFileSync(join(root, 'docs', 'acmg.md'), 'utf8');
    assert.deepEqual([...new Set(codesIn(page))].sort(), [...new Set(codesIn(sources.join('\n')))].sort());
  });

  test('should report a bounded number of problems', () => {
    assert.equal(parsePed('x\n'.repeat(5000)).problems.length, 1000);
  });

  test('should never throw, and only name places that are there, whatever the text', () => {
    const word = fc.constantFrom(
      'F',
      'G',
      'a',
      'b',
      'c',
      '0',
      '1',
      '2',
      '-9',
      '\u0000',
      '#',
      'ä',
      '\t',
      ' ',
      '\r\n',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 80 }), (words) => {
        const text = words.join(words.length % 2 ? ' ' : '');
        const lines = text.split(/\r\n|\n|\r/);
        for (const { line, column } of parsePed(text).problems) {
          assert.ok(line >= 1 && line <= lines.length);
          assert.ok(column >= 1 && column <= lines[line - 1]!.length + 1);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
