import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BOUNDS_STRIDE, END_CHROM, END_INFO, LINE_END, LINE_START } from '../../src/core/variant-block.ts';
import { findRowFault, scanBounds } from '../../src/vcf/lines.ts';

const field = fc.string({ unit: fc.constantFrom('A', '0', ';', ' '), maxLength: 90 });

test('should find the bounds that splitting at tabs gives, wherever the line stands', () => {
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 12 }), field, (fields, around) => {
      const line = fields.join('\t');
      const bytes = Buffer.from(`${around}\n${line}\nx\ty\t${around}`);
      const start = around.length + 1;
      const bounds = new Uint32Array(2 * BOUNDS_STRIDE);
      const columns = scanBounds(bytes, start, start + line.length, bounds, 1);
      assert.equal(columns, Math.min(fields.length, 9));
      if (columns < 8) return;
      const row = [...bounds.subarray(BOUNDS_STRIDE)];
      assert.equal(row[LINE_START], start);
      assert.equal(row[LINE_END], start + line.length);
      for (let end = END_CHROM; end <= END_INFO; end++) {
        const from: number = end === END_CHROM ? row[LINE_START]! : row[end - 1]! + 1;
        assert.equal(bytes.toString('utf8', from, row[end]), fields[end - 1]);
      }
    }),
  );
});

test('should take every position from 0 to 2147483647 and nothing else', () => {
  const faultOf = (pos: string) => {
    const line = Buffer.from(`1\t${pos}\t.\tA\tC\t.\t.\t.`);
    const bounds = new Uint32Array(BOUNDS_STRIDE);
    return findRowFault(line, bounds, 0, scanBounds(line, 0, line.length, bounds, 0), 0)?.code;
  };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (pos) => assert.equal(faultOf(String(pos)), undefined)),
  );
  for (const pos of ['', '-1', '+1', '01', '00', '1.0', '1e3', ' 1', '2147483648', '99999999999', 'NaN', '٣']) {
    assert.equal(faultOf(pos), 'POS_NOT_INTEGER', pos);
  }
});
