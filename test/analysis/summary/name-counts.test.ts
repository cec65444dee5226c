import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitNames } from '../../../src/analysis/summary/annotation-counter.ts';
import { NameCounts } from '../../../src/analysis/summary/name-counts.ts';

const count = (names: readonly string[]): NameCounts => {
  const counts = new NameCounts();
  for (const name of names) counts.add(Buffer.from(`<${name}>`), 1, 1 + Buffer.byteLength(name));
  return counts;
};

test('should count names, in the order in which they came or by how often', () => {
  const counts = count(['b', 'b', 'a', 'b', 'ab', 'é', 'é', 'é', 'é']);
  assert.deepEqual(counts.finish(), [
    { name: 'b', records: 3 },
    { name: 'a', records: 1 },
    { name: 'ab', records: 1 },
    { name: 'é', records: 4 },
  ]);
  assert.deepEqual(
    counts.finishByCount().map(({ name }) => name),
    ['é', 'b', 'a', 'ab'],
  );
});

test('should count an empty name that comes first', () => {
  assert.deepEqual(count(['', 'a']).finish(), [
    { name: '', records: 1 },
    { name: 'a', records: 1 },
  ]);
});

test('should count names beyond a bound together when every record has its own', () => {
  const names = count(Array.from({ length: 100_010 }, (_, i) => `n${i}`)).finish();
  assert.equal(names.length, 100_001);
  assert.deepEqual(names.at(-1), { name: '(others)', records: 10 });
});

test('should count each part of a list once when names are split', () => {
  const names = [
    { name: 'a&b', records: 3 },
    { name: 'a', records: 2 },
    { name: 'c&c', records: 1 },
  ];
  assert.deepEqual(splitNames(names, '&'), [
    { name: 'a', records: 5 },
    { name: 'b', records: 3 },
    { name: 'c', records: 1 },
  ]);
});
