import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Filter } from '../../../src/core/filter.ts';
import { unitOf } from '../../support/envelope.ts';
import { describeStores, type TestStore } from '../../support/stores.ts';

const CONTIGS = ['chr1', '2', 'chrM', 'scaffold'];
const GENES = ['A1', 'B2', 'C3', 'A1,B2', `long${'g'.repeat(600)}`];
const SEED = 20261122;

const region = fc
  .record({ chrom: fc.constantFrom('1', 'chr2', 'MT', 'scaffold', 'X'), start: fc.nat(700), length: fc.nat(300) })
  .map(
    ({ chrom, start, length }): Filter => ({
      kind: 'region',
      chrom,
      start: start + 1,
      end: length > 250 ? undefined : start + length,
    }),
  );
const compare = (name: string, ops: readonly string[], values: readonly string[]) =>
  fc
    .record({ op: fc.constantFrom(...ops), value: fc.constantFrom(...values) })
    .map(({ op, value }): Filter => ({ kind: 'compare', field: { kind: 'column', name }, op: op as '=', value }));
const leaf = fc.oneof(
  region,
  compare('gene', ['=', '!=', '~'], ['A1', 'B2', 'C3', GENES[4]!, 'none']),
  compare('pos', ['=', '<', '<=', '>', '>=', '!='], ['1', '40', '77', '500', '900']),
  compare('chrom', ['=', '!=', '~'], ['1', 'chr2', 'M', 'scaffold']),
  compare('af', ['<', '>='], ['0.5']),
  fc.constantFrom('DP', 'X').map((key): Filter => ({ kind: 'present', field: { kind: 'info', key }, present: true })),
);
const filters = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      terms: fc.array(tie('filter'), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), term: tie('filter') }),
  ),
})).filter;

describeStores('zones of PostgresStore', (open) => {
  let t: TestStore;

  before(async () => {
    t = await open();
    const random = fc.sample(fc.nat(999_999), { numRuns: 2_000, seed: SEED });
    const pick = (n: number) => random.pop()! % n;
    // Envelopes of five rows on one to three contigs, some with an ALT that ends far behind its POS.
    for (let envelope = 0; envelope < 40; envelope++) {
      const rows = Array.from({ length: 5 }, () => {
        const end = pick(4) === 0 ? `;END=${pick(900)}` : '';
        return `${CONTIGS[pick(4)]} ${1 + pick(900)} . A ${end === '' ? 'C' : '<DEL>'} . . ${pick(2) === 0 ? 'DP=1' : 'X'}${end}`;
      });
      const annotations = rows.map(() => {
        const genes = GENES[pick(GENES.length)]!;
        return { gene: genes.split(',')[0]!, ...(genes.includes(',') && { genes }), af: `0.${pick(10)}` };
      });
      await t.store.apply([
        unitOf(rows, { firstOrdinal: envelope * 5, annotations, source: envelope < 20 ? 'a' : 'b' }),
      ]);
    }
  });
  after(() => t.close());

  /** Below a double negation no zone is asked, so every row is looked at. */
  async function firstDifference(): Promise<Filter | undefined> {
    const ask = async (filter: Filter) =>
      (await t.store.query(filter, { tenant: 'default', limit: 1_000 })).rows.map(({ id }) => id);
    const check = async (filter: Filter) => {
      const everywhere: Filter = { kind: 'not', term: { kind: 'not', term: filter } };
      assert.deepEqual(await ask(filter), await ask(everywhere));
    };
    const result = await fc.check(fc.asyncProperty(filters, check), { numRuns: 100, seed: SEED, endOnFailure: true });
    return result.counterexample?.[0];
  }

  test(`should leave out no row that a filter accepts when zones are asked first (seed ${SEED})`, async () => {
    assert.equal(await firstDifference(), undefined);
  });

  for (const harm of [
    'update zones set last_pos = last_pos - 90',
    'update zones set first_pos = first_pos + 90',
    "update zones set genes = '{}'",
    `delete from zones where chrom = 'chrM'`,
  ]) {
    test(`should be caught by the test above when zones are wrong: ${harm}`, async () => {
      await t.sql('create table kept as select * from zones');
      await t.sql(harm);
      const found = await firstDifference();
      await t.sql('delete from zones');
      await t.sql('insert into zones select * from kept');
      await t.sql('drop table kept');
      assert.notEqual(found, undefined);
    });
  }
});
