import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DEFAULT_PROFILE } from '../../src/analysis/acmg/profile.ts';
import { neighbourhoodDot, neighbourhoodSvg } from '../../src/app/graph-picture.ts';
import { review, reviewedVariant } from '../../src/app/reviews.ts';
import type { VariantRow } from '../../src/core/ports.ts';
import { GraphProcess } from '../../src/stores/graph/process.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';

const TRIO = join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz');

let rig: TestApp;
/** Every stored variant, and who carries it: what the answers are compared with. */
let rows: VariantRow[];
const carriers = new Map<bigint, Set<string>>();

before(async () => {
  rig = await openTestApp();
  await rig.app.ingest(TRIO, INGEST);
  const { rows: all } = await rig.app.store.query(undefined, { tenant: 'default', limit: 10_000 });
  rows = [...all];
  const ids = rows.map(({ id }) => id);
  for (const { rowId, sample } of await rig.app.store.carriers('default', ids)) {
    carriers.set(rowId, (carriers.get(rowId) ?? new Set()).add(sample));
  }
});

after(() => rig[Symbol.asyncDispose]());

const keyOf = ({ chrom, pos, ref, alt }: VariantRow) => `${chrom.replace(/^chr/, '')}:${pos}:${ref}:${alt}`;

test('should find the rare variants that two samples share, as the tables have them', async () => {
  const { rows: found, truncated } = await rig.app.graph.shared('child', 'mother', { maxAf: 0.001, limit: 5000 });
  const wanted = rows.filter(({ id, annotations: { af } }) => {
    const who = carriers.get(id);
    return who?.has('child') && who.has('mother') && (af === null || Number(af) <= 0.001);
  });
  assert.equal(truncated, false);
  assert.deepEqual(found.map(([key]) => key).sort(), wanted.map(keyOf).sort());
  const byKey = new Map(wanted.map((row) => [keyOf(row), row]));
  for (const [key, genes, , impact, af, clinsig] of found) {
    const { annotations } = byKey.get(String(key))!;
    const own = annotations.gene === null ? [] : [annotations.gene];
    assert.deepEqual(genes ?? [], annotations.genes ?? own, String(key));
    assert.deepEqual([af, clinsig], [annotations.af, annotations.clinsig], String(key));
    // Without a gene there is nothing to say it of.
    if (own.length > 0) assert.deepEqual(impact, [annotations.impact], String(key));
  }
  const order = ['HIGH', 'MODERATE', 'LOW', 'MODIFIER', ''];
  const ranks = found.map(([, , , impact]) => order.indexOf(Array.isArray(impact) ? String(impact[0]) : ''));
  assert.deepEqual(ranks, ranks.toSorted());
  assert.ok(ranks.includes(0) && ranks.includes(3));
});

test('should find the genes that are hit in several samples, as the tables have them', async () => {
  const { rows: found } = await rig.app.graph.genes({ samples: 3, maxAf: 0.05, limit: 5000 });
  const hit = new Map<string, { samples: Set<string>; variants: Set<string> }>();
  for (const row of rows) {
    const { gene, impact, af } = row.annotations;
    if (typeof gene !== 'string' || (impact !== 'HIGH' && impact !== 'MODERATE') || Number(af ?? 0) > 0.05) continue;
    const of = hit.get(gene) ?? { samples: new Set(), variants: new Set() };
    hit.set(gene, of);
    for (const sample of carriers.get(row.id) ?? []) {
      of.samples.add(sample);
      of.variants.add(keyOf(row));
    }
  }
  const wanted = [...hit].filter(([, { samples }]) => samples.size >= 3);
  const asked = found.map(([gene, samples, variants, names]) => [gene, samples, variants, names]);
  assert.ok(asked.length > 10);
  assert.deepEqual(
    asked.sort(),
    wanted.map(([gene, { samples, variants }]) => [gene, samples.size, variants.size, [...samples].sort()]).sort(),
  );
});

test('should find what is stored around a variant, and say who is not there', async () => {
  const found = await rig.app.graph.neighbours('chr17:43057062:T:TG');
  assert.deepEqual(found.nodes[0], { id: 'Variant:17:43057062:T:TG', label: 'Variant', name: '17:43057062:T:TG' });
  const names = found.nodes.map(({ label, name }) => `${label} ${name}`);
  for (const name of ['Gene BRCA1', 'Transcript NM_007294.4', 'Sample child', 'Sample mother', 'File trio.vcf.gz']) {
    assert.ok(names.includes(name), name);
  }
  const carried = found.edges.find(({ from }) => from === 'Sample:child');
  assert.deepEqual([carried?.label, carried?.to], ['HasVariant', 'Variant:17:43057062:T:TG']);
  assert.equal((await rig.app.graph.neighbours('17-43057062-T-TG', { limit: 2 })).truncated, true);
  await assert.rejects(rig.app.graph.neighbours('17:1:A:C'), { code: 'NOT_FOUND' });
  await assert.rejects(rig.app.graph.neighbours('BRCA1'), { code: 'USAGE' });
  await assert.rejects(rig.app.graph.shared('child', 'aunt'), { code: 'NOT_FOUND' });
});

test('should draw neighbours so that names from files stay text', () => {
  const nasty = `<script>"a"&'b'\\\n]]>`;
  const drawn = {
    nodes: [
      { id: 'Variant:1', label: 'Variant', name: '1:1:A:C' },
      { id: 'Disease:x', label: 'Disease', name: nasty },
    ],
    edges: [{ from: 'Variant:1', to: 'Disease:x', label: 'AssociatedWith', text: nasty }],
    truncated: true,
  };
  const svg = neighbourhoodSvg(drawn);
  assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  assert.doesNotMatch(svg, /<script|href=|url\(|@import/);
  assert.match(svg, /not all of it/);
  const texts = svg.replaceAll(/<[^>]*>/g, '');
  assert.doesNotMatch(texts, /[<>]|&(?!amp;|lt;|gt;|quot;|#39;)/);
  const dot = neighbourhoodDot(drawn);
  assert.ok(dot.includes(`[label="Disease\\n<script>\\"a\\"&'b'\\\\\\n]]>"`), dot);
});

test("should show the kept verdicts, and a reviewer's class in place of ours", async () => {
  const [file] = await rig.app.store.files('default');
  const classOf = async () => {
    const statement = `MATCH (:Variant {key: '17:43057062:T:TG'})-[a:AnalyzedBy]->(j:Analysis) RETURN a.class, a.points, a.met`;
    return (await rig.app.graph.cypher(statement)).rows;
  };
  assert.deepEqual(await classOf(), []);
  await rig.app.judge(file!.fileId, { profile: DEFAULT_PROFILE, lossOfFunctionGenes: new Set(['BRCA1']) });
  const row = rows.find((candidate) => keyOf(candidate) === '17:43057062:T:TG')!;
  const [kept] = await rig.app.store.verdicts.query('default', { ids: [row.id], limit: 1 });
  assert.deepEqual(await classOf(), [[kept!.class, kept!.points, kept!.met]]);
  const count = 'MATCH (:Variant)-[a:AnalyzedBy]->(:Analysis) RETURN count(*)';
  assert.deepEqual((await rig.app.graph.cypher(count)).rows, [[rows.length]]);
  await review(rig.app.store, 'default', reviewedVariant([row], [file!]), {
    class: 'Benign',
    comment: 'for the test',
    reviewer: 'eve',
  });
  assert.deepEqual(await classOf(), [['Benign', kept!.points, kept!.met]]);
});

test('should fail to prove a graph that lost a relation, and prove it when it is made anew', async () => {
  const [file] = await rig.app.store.files('default');
  const graphOf = async () => {
    const { ok, projections } = await rig.app.prove(file!.fileId);
    return { ok, graph: projections.find(({ name }) => name === 'graph') };
  };
  const whole = await graphOf();
  assert.deepEqual([whole.ok, whole.graph?.ok], [true, true]);
  assert.ok(whole.graph!.held.rows > rows.length);
  const [path] = globSync('**/graph/tenants/*/graph', { cwd: rig.folder });
  await using database = new GraphProcess();
  const limits = { bufferBytes: 2 ** 28, threads: 1 };
  await database.request({ kind: 'open', path: join(rig.folder, path!), readOnly: false, ...limits });
  const statement = 'MATCH (:Variant)-[l:LocatedIn]->(:Gene) WITH l LIMIT 1 DELETE l';
  await database.request({ kind: 'run', statement });
  await database.request({ kind: 'close' });
  await database.kill();
  const cut = await graphOf();
  assert.deepEqual([cut.ok, cut.graph?.ok], [false, false]);
  assert.equal(cut.graph!.held.rows, whole.graph!.held.rows - 1);
  await rig.app.projections.rebuild('graph');
  assert.deepEqual(await graphOf(), whole);
});
