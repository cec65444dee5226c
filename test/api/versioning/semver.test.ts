import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRange, parseVersion, satisfies } from '../../../src/api/versioning/semver.ts';

const allows = (range: string, version: string) => satisfies(parseVersion(version)!, parseRange(range)!);

/** By hand from https://semver.org and node-semver's description of ranges. */
const CASES: readonly [range: string, within: readonly string[], outside: readonly string[]][] = [
  ['2', ['2.0.0', '2.9.9'], ['1.9.9', '3.0.0']],
  ['v2', ['2.1.0'], ['1.0.0']],
  ['2.1', ['2.1.0', '2.1.7'], ['2.0.9', '2.2.0']],
  ['2.1.3', ['2.1.3'], ['2.1.2', '2.1.4']],
  ['*', ['0.0.1', '9.0.0'], []],
  ['1.x', ['1.0.0', '1.9.0'], ['0.9.0', '2.0.0']],
  ['^1.2', ['1.2.0', '1.9.9'], ['1.1.9', '2.0.0']],
  ['^0.2.3', ['0.2.3', '0.2.9'], ['0.3.0', '0.2.2']],
  ['^0.0.3', ['0.0.3'], ['0.0.4']],
  ['^0', ['0.9.9'], ['1.0.0']],
  ['~1.2.3', ['1.2.3', '1.2.9'], ['1.3.0']],
  ['~1', ['1.9.0'], ['2.0.0']],
  ['>=1.0 <3', ['1.0.0', '2.9.9'], ['0.9.0', '3.0.0']],
  ['>1', ['2.0.0'], ['1.9.9']],
  ['> 1.2.3', ['1.2.4'], ['1.2.3']],
  ['<=2', ['2.9.9', '0.1.0'], ['3.0.0']],
  ['<2', ['1.9.9'], ['2.0.0']],
  ['1.0 - 2.0', ['1.0.0', '2.0.9'], ['2.1.0', '0.9.9']],
  ['1 || 3', ['1.5.0', '3.0.0'], ['2.0.0']],
  ['<1 >2', [], ['0.5.0', '1.5.0', '3.0.0']],
];

test('should allow what a range says, and nothing beside it', () => {
  for (const [range, within, outside] of CASES) {
    for (const version of within) assert.ok(allows(range, version), `${version} is in ${range}`);
    for (const version of outside) assert.ok(!allows(range, version), `${version} is not in ${range}`);
  }
});

test('should refuse what is no range, whatever it is', () => {
  for (const text of ['', 'latest', '1.2.3.4', '>>1', '1 -', '01', 'a'.repeat(200), '1||', '<script>']) {
    assert.equal(parseRange(text), undefined, text);
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseRange(text)));
});
