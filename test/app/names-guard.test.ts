import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NamesGuard } from '../../src/app/names-guard.ts';

const guard = new NamesGuard([{ name: 'family one.vcf.gz', sampleNames: ['NA12878', 'Jo', 'a.b'] }]);

for (const text of ['NA12878', 'variants of na12878.', 'jo: stop gained', 'from family one.vcf.gz', 'x a.b y']) {
  test(`should not allow "${text}", which has the name of a sample or a file`, () => {
    assert.equal(guard.allows(text), false);
  });
}

for (const text of ['', 'a job', 'NA128789', 'xNA12878', 'family one', 'a-b', 'joé']) {
  test(`should allow "${text}"`, () => {
    assert.equal(guard.allows(text), true);
  });
}
