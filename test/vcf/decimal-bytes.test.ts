import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseFloatBytes, parseInteger } from '../../src/vcf/decimal-bytes.ts';

const asFloat = (text: string) => parseFloatBytes(Buffer.from(`x${text}y`), 1, 1 + Buffer.byteLength(text));
const asInteger = (text: string) => parseInteger(Buffer.from(`x${text}y`), 1, 1 + Buffer.byteLength(text));

test('should read every double as Number does when it is printed in any way', () => {
  const printed = fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 20 }));
  fc.assert(
    fc.property(printed, ([value, digits]) => {
      for (const text of [String(value), value.toExponential(digits), value.toPrecision(digits + 1)]) {
        assert.equal(asFloat(text), Number(text), text);
      }
    }),
  );
  for (const text of ['0', '-0', '+1.5', '1.', '.5', '1E5', '1e-7', '0.000000000000000000001', '123456789012345678']) {
    assert.equal(asFloat(text), Number(text), text);
  }
});

test('should read infinities, and refuse what is no number', () => {
  assert.equal(asFloat('inf'), Number.POSITIVE_INFINITY);
  assert.equal(asFloat('-Infinity'), Number.NEGATIVE_INFINITY);
  for (const text of ['', '.', '-', 'e5', '1e', '1e+', '1.2.3', '0x10', ' 1', '1 ', 'nan', '1_0', '--1']) {
    assert.ok(Number.isNaN(asFloat(text)), text);
  }
});

test('should read integers of up to 15 digits and refuse the rest', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 }), (value) => {
      assert.equal(asInteger(String(value)), value);
    }),
  );
  for (const text of ['', '-', '1.0', '1e3', 'abc', '1234567890123456']) assert.ok(Number.isNaN(asInteger(text)), text);
});
