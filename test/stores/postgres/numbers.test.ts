import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decimalOf, parseDecimal, parseUnsigned } from '../../../src/stores/postgres/numbers.ts';

function parse(text: string): number {
  const bytes = Buffer.from(`\t${text}\t`, 'latin1');
  return parseDecimal(bytes, 1, bytes.length - 1);
}

describe('parseDecimal', () => {
  test('should agree with Number when given any decimal', () => {
    const digits = fc.stringMatching(/^[0-9]{0,20}$/);
    const exponent = fc.oneof(fc.constant(''), fc.stringMatching(/^[eE][-+]?[0-9]{1,3}$/));
    const decimal = fc.tuple(fc.constantFrom('', '-'), digits, fc.constantFrom('', '.'), digits, exponent);
    fc.assert(
      fc.property(decimal, ([sign, whole, dot, fraction, power]) => {
        fc.pre(whole !== '' || (dot !== '' && fraction !== ''));
        const text = `${sign}${whole}${dot}${fraction}${power}`;
        assert.equal(parse(text), Number(text), text);
      }),
      { numRuns: 5_000 },
    );
  });

  test('should give NaN when the text is no decimal', () => {
    for (const text of [
      '',
      '.',
      '-',
      '-.',
      'e5',
      '1e',
      '1e+',
      '1.2.3',
      '0x10',
      'Infinity',
      'nan',
      ' 1',
      '1 ',
      '1,2',
      '--1',
      '1e5x',
    ]) {
      assert.ok(Number.isNaN(parse(text)), text);
      assert.ok(Number.isNaN(decimalOf(text)), text);
    }
  });

  test('should agree with its slow half when given any text', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[-+.eE0-9x,]{0,12}$/), (text) => {
        assert.ok(Object.is(parse(text), decimalOf(text)), text);
      }),
      { numRuns: 5_000 },
    );
  });
});

test('should read a position from bytes when the reader has checked it', () => {
  assert.equal(parseUnsigned(Buffer.from('\t2147483647\t'), 1, 11), 2147483647);
});
