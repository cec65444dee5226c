import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketed, quantile } from '../../../src/analysis/summary/buckets.ts';

const weighted = (...pairs: [value: number, ...counts: number[]][]) =>
  pairs.map(([value, ...counts]) => ({ value, counts }));

test('should put values into buckets of round width that lose none', () => {
  const buckets = bucketed(weighted([0, 1, 0], [9, 2, 1], [10, 3, 0], [99, 4, 1]), 10);
  assert.deepEqual(
    buckets.filter(({ counts }) => counts.some((count) => count > 0)),
    [
      { from: 0, to: 10, counts: [3, 1] },
      { from: 10, to: 20, counts: [3, 0] },
      { from: 90, to: 100, counts: [4, 1] },
    ],
  );
  assert.equal(buckets.length, 10);
});

test('should write bounds without the digits that binary fractions leave', () => {
  const values = Array.from({ length: 101 }, (_, i) => ({ value: i / 100, counts: [1] }));
  const buckets = bucketed(values, 10);
  assert.deepEqual(
    buckets.map(({ from }) => from),
    [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  );
  assert.equal(
    buckets.reduce((sum, { counts }) => sum + counts[0]!, 0),
    101,
  );
});

test('should keep whole numbers apart, negative ones too, when they are few', () => {
  assert.deepEqual(bucketed(weighted([-2, 1], [1, 5]), 60, { whole: true }), [
    { from: -2, to: -1, counts: [1] },
    { from: -1, to: 0, counts: [0] },
    { from: 0, to: 1, counts: [0] },
    { from: 1, to: 2, counts: [5] },
  ]);
});

test('should give one bucket for one value and none for nothing', () => {
  assert.deepEqual(bucketed(weighted([7, 2]), 10), [{ from: 7, to: 8, counts: [2] }]);
  assert.deepEqual(bucketed([], 10), []);
});

test('should find the value that a share of all do not exceed', () => {
  const values = weighted([1, 1], [2, 0], [3, 2], [9, 1]);
  assert.deepEqual(
    [0, 0.25, 0.5, 0.75, 1].map((share) => quantile(values, share)),
    [1, 1, 3, 3, 9],
  );
  assert.equal(quantile([], 0.5), undefined);
});
