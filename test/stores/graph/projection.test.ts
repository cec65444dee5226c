import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { ProjectionEntry } from '../../../src/core/projection.ts';
import type { GraphVerdict } from '../../../src/stores/graph/project-verdicts.ts';
import { firstAndEnd } from '../../../src/stores/graph/schema.ts';
import {
  ask,
  census,
  deletionOf,
  envelopeEntries,
  expectedOf,
  filesById,
  type GraphFile,
  type GraphLine,
  graphFile,
  openGraph,
  openTestGraph,
  place,
} from '../../support/graph.ts';

const CSQ =
  '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations from Ensembl VEP. Format: Allele|Consequence|IMPACT|SYMBOL|Gene|Feature_type|Feature|HGVSc|HGVSp|Amino_acids|Codons">\n';

const TRIO = graphFile(
  1,
  [
    {
      text: 'chr17 100 rs1 A C 50 PASS CSQ=C|missense_variant|MODERATE|BRCA1|ENSG1|Transcript|ENST1|ENST1:c.1A>C|ENSP1:p.Met1Leu|M/L|Atg/Ctg,C|stop_gained|HIGH|BRCA1|ENSG1|Transcript|ENST2||||,C|downstream_gene_variant|MODIFIER|NBR2|ENSG2|Transcript|ENST3|||| GT:GQ:DP:AD 0/1:99:30:14,16 0/0:99:30:30,0',
      annotations: {
        gene: 'BRCA1',
        clinsig: 'Pathogenic',
        stars: '2',
        condition: 'Breast_cancer|not_provided',
        af: '0.0001',
      },
    },
    { text: 'chr17 200 . G T . . . GT 1|1 0/1' },
  ],
  { samples: ['child', 'mother'], header: CSQ },
);

const OTHER = graphFile(
  2,
  [
    {
      text: '17 100 . A C 9 q10 . GT 0/1',
      annotations: { gene: 'BRCA1', consequence: 'missense_variant', hgvs_c: 'c.1A>C' },
    },
  ],
  { samples: ['aunt'] },
);

test('should make nodes once and say on relations what each file says when two files hold one variant', async () => {
  await using rig = await openTestGraph();
  const { graph } = rig;
  await graph.apply([...envelopeEntries(TRIO), ...envelopeEntries(OTHER)], filesById(TRIO, OTHER), place(3));
  assert.deepEqual(await census(graph), {
    File: 2,
    Sample: 3,
    Variant: 2,
    Gene: 2,
    Transcript: 3,
    Disease: 1,
    AppliedEnvelope: 2,
  });
  const { rows: reported } = await ask(
    graph,
    "MATCH (v:Variant {key: '17:100:A:C'})-[r:ReportedIn]->(f:File) RETURN f.name, r.id, r.quality, r.filter, r.af, r.clinsig, r.stars ORDER BY f.id",
  );
  assert.deepEqual(reported, [
    ['file-1.vcf', 'rs1', 50, 'PASS', 0.0001, 'Pathogenic', 2],
    ['file-2.vcf', null, 9, 'q10', null, null, null],
  ]);
  const { rows: located } = await ask(
    graph,
    'MATCH (v:Variant)-[l:LocatedIn]->(t:Transcript) RETURN t.id, l.gene, l.impact, l.consequence, l.amino_acid_change, l.codon_change ORDER BY t.id',
  );
  assert.deepEqual(located, [
    ['ENST1', 'BRCA1', 'MODERATE', 'missense_variant', 'p.Met1Leu', 'Atg/Ctg'],
    ['ENST2', 'BRCA1', 'HIGH', 'stop_gained', null, null],
    ['ENST3', 'NBR2', 'MODIFIER', 'downstream_gene_variant', null, null],
  ]);
  const { rows: genes } = await ask(
    graph,
    'MATCH (v:Variant)-[l:LocatedIn]->(g:Gene) RETURN g.symbol, l.consequence, l.codon_change ORDER BY l.`row`, g.symbol',
  );
  assert.deepEqual(genes, [
    ['BRCA1', 'stop_gained', null],
    ['NBR2', 'downstream_gene_variant', null],
    ['BRCA1', 'missense_variant', 'c.1A>C'],
  ]);
  const { rows: carried } = await ask(
    graph,
    'MATCH (s:Sample)-[h:HasVariant]->(v:Variant) RETURN s.name, v.position, h.genotype, h.quality, h.depth, h.allele_depth ORDER BY h.`row`, s.name',
  );
  assert.deepEqual(carried, [
    ['child', 100, '0/1', 99, 30, [14, 16]],
    ['child', 200, '1|1', null, null, null],
    ['mother', 200, '0/1', null, null, null],
    ['aunt', 100, '0/1', null, null, null],
  ]);
});

test('should leave what other files say and nothing else when a file is deleted', async () => {
  await using rig = await openTestGraph();
  const { graph } = rig;
  await graph.apply([...envelopeEntries(TRIO), ...envelopeEntries(OTHER)], filesById(TRIO, OTHER), place(3));
  const other = await graph.contents(2);
  await graph.apply([deletionOf(TRIO)], new Map(), place(4));
  assert.deepEqual(await census(graph), { File: 1, Sample: 1, Variant: 1, Gene: 1, AppliedEnvelope: 1 });
  assert.deepEqual(await graph.contents(2), other);
  assert.equal((await graph.contents(1)).rows, 0);
  await graph.apply([deletionOf(OTHER)], new Map(), place(5));
  assert.deepEqual(await census(graph), {});
  assert.deepEqual(await graph.watermark(), place(5));
});

test('should change nothing when entries come again, cut into other batches', async () => {
  await using rig = await openTestGraph();
  const lines = Array.from({ length: 30 }, (_, i): GraphLine => ({ text: `1 ${i % 20} . A C . . . GT 0/1` }));
  const file = graphFile(7, lines, { samples: ['s'], batch: 6 });
  const entries = envelopeEntries(file);
  await rig.graph.apply(entries.slice(0, 3), filesById(file), place(3));
  await rig.graph.apply(entries.slice(1), filesById(file), place(5));
  await rig.graph.apply([entries[4]!, entries[4]!], filesById(file), place(5));
  const contents = await rig.graph.contents(7);
  assert.deepEqual(contents, await expectedOf(rig.graph, file));
  assert.equal(contents.rows, 61);
});

test('should keep tenants apart, each in a database of its own', async () => {
  await using rig = await openTestGraph();
  const mine = graphFile(1, [{ text: '1 5 . A C . . .' }], { tenant: 'mine' });
  const yours = graphFile(2, [{ text: '1 6 . A C . . .' }], { tenant: 'yours' });
  await rig.graph.apply([...envelopeEntries(mine), ...envelopeEntries(yours)], filesById(mine, yours), place(2));
  const keys = async (tenant: string) => (await ask(rig.graph, 'MATCH (v:Variant) RETURN v.key', { tenant })).rows;
  assert.deepEqual(await keys('mine'), [['1:5:A:C']]);
  assert.deepEqual(await keys('yours'), [['1:6:A:C']]);
  assert.deepEqual(await keys('../mine'), []);
  assert.equal((await rig.graph.contents(2)).rows, 1);
});

test('should be damaged, and whole again from an empty folder, when its process is killed while it writes', async () => {
  await using rig = await openTestGraph();
  const lines = Array.from({ length: 4000 }, (_, i): GraphLine => ({ text: `1 ${i} . A C . . .` }));
  const file = graphFile(3, lines, { batch: 1000 });
  const applying = rig.graph.apply(envelopeEntries(file), filesById(file), place(4));
  const refused = assert.rejects(applying, { code: 'PROJECTION_DAMAGED' });
  while (rig.graph.writerPid === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
  process.kill(rig.graph.writerPid, 'SIGKILL');
  await refused;
  await assert.rejects(openGraph(rig.folder), { code: 'PROJECTION_DAMAGED' });
});

test('should go on where it was when an apply is aborted', async () => {
  await using rig = await openTestGraph();
  await rig.graph.apply(envelopeEntries(OTHER), filesById(OTHER), place(1));
  const aborting = AbortSignal.abort();
  await assert.rejects(rig.graph.apply(envelopeEntries(TRIO), filesById(TRIO), place(2), { signal: aborting }));
  const again = await openGraph(rig.folder);
  assert.deepEqual(await again.watermark(), place(1));
  await again.apply(envelopeEntries(TRIO), filesById(TRIO), place(2));
  assert.deepEqual(await again.contents(1), await expectedOf(again, TRIO));
});

test('should hold texts as they are when they have quotes, commas, line ends and letters of any script', async () => {
  await using rig = await openTestGraph();
  const odd = [
    'plain',
    'a,b',
    'q"uo"te',
    "it's",
    'back\\slash',
    'end\\',
    'ünï—🧬',
    'NULL',
    '[1]',
    '{a:1}',
    '#c',
    'x'.repeat(9000),
    'cr\rhere',
    '\u2028',
  ];
  const lines = odd.map(
    (text, i): GraphLine => ({
      text: `1\t${i + 1}\t${text}\tA\tC\t.\t${text}\t.`,
      annotations: { gene: text, condition: text, clinsig: text, af: ['1e-45', '0.1', '3.0000001e-05'][i % 3]! },
    }),
  );
  const long = 'ACGT'.repeat(100_000);
  const file = graphFile(1, [
    ...lines,
    { text: `2\t1\t.\t${long}\tA\t1e300\tPASS\t.` },
    { text: '2\t1\t.\tA\t<DEL>\t-0\t.\t.' },
  ]);
  await rig.graph.apply(envelopeEntries(file), filesById(file), place(1));
  assert.deepEqual(await rig.graph.contents(1), await expectedOf(rig.graph, file));
  const { rows } = await ask(
    rig.graph,
    `MATCH (g:Gene)<-[:LocatedIn]-(v:Variant)-[r:ReportedIn]->(:File) WHERE g.symbol IN $odd
     RETURN g.symbol, r.id ORDER BY v.position`,
    { parameters: { odd } },
  );
  assert.deepEqual(
    rows,
    odd.map((text) => [text, text]),
  );
});

test('should show the verdicts that are kept now when a file is judged, judged again and deleted', async () => {
  const kept = new Map<number, GraphVerdict[]>();
  await using rig = await openTestGraph({
    verdicts: async function* (_tenant, fileId) {
      for (const verdict of kept.get(fileId) ?? []) yield [verdict];
    },
  });
  const { graph } = rig;
  const first = firstAndEnd(1)[0];
  const analysis: ProjectionEntry = { kind: 'analysis', tenant: 'default', fileId: 1 };
  const verdicts = async () => {
    const statement =
      'MATCH (v:Variant)-[a:AnalyzedBy]->(j:Analysis) RETURN v.key, j.id, a.class, a.points, a.met ORDER BY v.key';
    return (await ask(graph, statement)).rows;
  };
  await graph.apply([...envelopeEntries(TRIO), ...envelopeEntries(OTHER)], filesById(TRIO, OTHER), place(1));
  const likely = { row: first, judgement: 5, class: 'Likely pathogenic', points: 7, met: ['PVS1_Strong', 'PM2'] };
  kept.set(1, [likely, { row: first + 1, judgement: 5, class: 'Benign', points: -8, met: [] }]);
  await graph.apply([analysis, analysis], filesById(TRIO), place(2));
  assert.deepEqual(await verdicts(), [
    ['17:100:A:C', 5, 'Likely pathogenic', 7, ['PVS1_Strong', 'PM2']],
    ['17:200:G:T', 5, 'Benign', -8, []],
  ]);
  assert.deepEqual(await graph.contents(1), await expectedOf(graph, TRIO));
  kept.set(1, [{ ...likely, judgement: 6, class: 'Pathogenic', points: 12 }]);
  assert.notDeepEqual(await graph.contents(1), await expectedOf(graph, TRIO));
  await graph.apply([analysis], filesById(TRIO), place(3));
  assert.deepEqual(await verdicts(), [['17:100:A:C', 6, 'Pathogenic', 12, ['PVS1_Strong', 'PM2']]]);
  assert.deepEqual(await graph.contents(1), await expectedOf(graph, TRIO));
  await graph.apply([deletionOf(TRIO)], new Map(), place(4));
  assert.equal((await census(graph)).Analysis, undefined);
});

const SEED = Number(process.env.GRAPH_SEED ?? 20);

test(`should hold what each file says after any history of envelopes and deletions (GRAPH_SEED=${SEED})`, async () => {
  await using rig = await openTestGraph();
  let { graph } = rig;
  let state = SEED >>> 0;
  const below = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const held = new Map<number, GraphFile>();
  const makeFile = (fileId: number): GraphFile => {
    const lines = Array.from({ length: 1 + below(40) }, (): GraphLine => {
      const gene = `G${below(6)}`;
      return {
        text: `chr${1 + below(2)} ${below(12)} . A C ${below(9)} PASS . GT:AD 0/${below(2)}:1,2 ${below(2)}/1:3,4`,
        annotations: { gene, transcript: `T${gene}`, condition: `D${below(3)}`, impact: 'HIGH' },
      };
    });
    return graphFile(fileId, lines, { samples: [`s${below(3)}`, `s${3 + below(3)}`], batch: 7 });
  };
  for (let seq = 1, next = 1; seq <= 12; seq++) {
    const doomed = [...held.values()].filter(() => below(3) === 0);
    const come = Array.from({ length: below(3) }, () => makeFile(next++));
    for (const file of doomed) held.delete(file.fileId);
    for (const file of come) held.set(file.fileId, file);
    const entries = [...come.flatMap(envelopeEntries), ...doomed.map(deletionOf)];
    await graph.apply(below(2) === 0 ? entries : entries.reverse(), filesById(...come), place(seq));
    if (below(3) === 0) {
      await graph.close();
      graph = await openGraph(rig.folder);
    }
  }
  for (const file of held.values()) assert.deepEqual(await graph.contents(file.fileId), await expectedOf(graph, file));
  const files = held.size;
  assert.equal((await census(graph)).File ?? 0, files);
  const orphans = await ask(
    graph,
    "MATCH (n) WHERE NOT EXISTS { MATCH (n)-[]-() } AND label(n) <> 'AppliedEnvelope' RETURN n",
  );
  assert.deepEqual(orphans.rows, []);
  await graph.apply([...held.values()].map(deletionOf), new Map(), place(99));
  assert.deepEqual(await census(graph), {});
  assert.ok(existsSync(rig.folder));
  await graph.close();
});
