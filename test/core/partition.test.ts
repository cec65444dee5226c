import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionOf } from '../../src/core/partition.ts';

const AUTOSOMES = Array.from({ length: 22 }, (_, index) => String(index + 1));
const CHROMOSOMES = [...AUTOSOMES, 'X', 'Y', 'MT'];

test('should use every partition when the chromosomes of a genome are placed', () => {
  for (const partitions of [1, 2, 3, 4, 5, 10, 16, 25]) {
    const used = new Set(CHROMOSOMES.map((name) => partitionOf(name, partitions)));
    assert.deepEqual(
      [...used].sort((a, b) => a - b),
      [...Array(partitions).keys()],
    );
  }
});

test('should place a chromosome alike when it is named with chr or in its other spelling', () => {
  for (const name of CHROMOSOMES) {
    for (const alias of [`chr${name}`, `Chr${name}`, `CHR${name}`]) {
      assert.equal(partitionOf(alias, 10), partitionOf(name, 10), alias);
    }
  }
  assert.equal(partitionOf('chrM', 10), partitionOf('MT', 10));
  assert.equal(partitionOf('chrx', 10), partitionOf('X', 10));
});

/** The known mistake: whatever is no number after `chr` ends in one partition. */
test('should spread X, Y, MT and unplaced contigs when there are ten partitions', () => {
  assert.equal(new Set(['X', 'Y', 'MT'].map((name) => partitionOf(name, 10))).size, 3);
  const unplaced = Array.from({ length: 200 }, (_, index) => `chrUn_KI270${300 + index}v1`);
  const counts = new Array<number>(10).fill(0);
  for (const name of unplaced) counts[partitionOf(name, 10)]!++;
  assert.ok(Math.min(...counts) >= 8 && Math.max(...counts) <= 36, `uneven: ${counts}`);
});

test('should give no partition much more of a genome than another when there are ten', () => {
  const megabases = [
    248, 242, 198, 190, 182, 171, 159, 145, 138, 134, 135, 133, 114, 107, 102, 90, 83, 80, 59, 64, 47, 51, 156, 57, 0,
  ];
  const loads = new Array<number>(10).fill(0);
  for (const [index, name] of CHROMOSOMES.entries()) loads[partitionOf(name, 10)]! += megabases[index]!;
  assert.ok(Math.max(...loads) < 1.3 * Math.min(...loads), `uneven: ${loads}`);
});

/** What is in a log stays where it is: a change of these numbers breaks the order of sources that are on their way. */
test('should place keys as it always did when it is asked again', () => {
  const keys = ['1', '2', 'chr7', 'chr21', 'X', 'Y', 'MT', 'GL000008.2', ''];
  assert.deepEqual(
    keys.map((key) => partitionOf(key, 10)),
    [0, 1, 6, 8, 7, 9, 3, 9, 5],
  );
});
