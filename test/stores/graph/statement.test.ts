import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkStatement } from '../../../src/stores/graph/statement.ts';
import {
  ask,
  census,
  envelopeEntries,
  filesById,
  graphFile,
  LIMITS,
  openTestGraph,
  place,
} from '../../support/graph.ts';

/** Each would write, read a file, or change the database or the process; `OUT` is a folder that must stay empty. */
const HOSTILE = [
  "CREATE (:Gene {symbol: 'x'})",
  "MERGE (:Gene {symbol: 'x'})",
  'MATCH (g:Gene) DELETE g',
  'MATCH (g:Gene) DETACH DELETE g',
  "MATCH (v:Variant) SET v.chromosome = 'x'",
  "MATCH (v:Variant) WHERE v.position = 1 SET v.chromosome = 'x' RETURN v",
  'MATCH (v:Variant) REMOVE v.chromosome',
  "COPY Gene TO 'OUT/x.csv'",
  "COPY (MATCH (g:Gene) RETURN g.symbol) TO 'OUT/x.csv'",
  "COPY Gene FROM '/etc/passwd'",
  "LOAD FROM '/etc/passwd' (file_format='csv', header=false) RETURN *",
  "MATCH (g:Gene) LOAD FROM '/etc/passwd' (file_format='csv', header=false) RETURN *",
  "MATCH (g:Gene) WITH g LOAD WITH HEADERS (a STRING) FROM '/etc/passwd' (file_format='csv') RETURN a",
  "ATTACH 'OUT/other' AS other (dbtype lbug)",
  'DETACH other',
  'USE other',
  'CALL show_tables() RETURN *',
  'MATCH (g:Gene) CALL show_tables() RETURN *',
  'CALL threads=64',
  'call Timeout=1000000',
  'INSTALL httpfs',
  'LOAD EXTENSION httpfs',
  'LOAD httpfs',
  'UNINSTALL httpfs',
  'UPDATE httpfs',
  "EXPORT DATABASE 'OUT/exported'",
  "IMPORT DATABASE 'OUT/exported'",
  'CHECKPOINT',
  'FORCE CHECKPOINT',
  'BEGIN TRANSACTION',
  'COMMIT',
  'ROLLBACK',
  'DROP TABLE Gene',
  'ALTER TABLE Gene ADD note STRING',
  "COMMENT ON TABLE Gene IS 'x'",
  'CREATE NODE TABLE T(a INT64 PRIMARY KEY)',
  'CREATE MACRO f(x) AS x + 1',
  'CREATE SEQUENCE s',
  "RETURN nextval('s')",
  "EXPLAIN LOAD FROM '/etc/passwd' (file_format='csv') RETURN *",
  "PROFILE CREATE (:Gene {symbol: 'x'})",
  "MATCH (n) RETURN count(*); CREATE (:Gene {symbol: 'x'})",
  "RETURN 1;\n;COPY (RETURN 1) TO 'OUT/x.csv'",
  "/* MATCH (n) */ CREATE (:Gene {symbol: 'x'})",
  "// read only\nCREATE (:Gene {symbol: 'x'})",
  "MATCH (n) RETURN 1 /* */ ; /* */ COPY (RETURN 1) TO 'OUT/x.csv'",
  "RETURN '\\'; COPY (RETURN 1) TO \\'OUT/x.csv' AS x; COPY (RETURN 1) TO 'OUT/x.csv'",
  "RETURN \"'\" AS a; COPY (RETURN 1) TO 'OUT/x.csv' //'",
  "LO/**/AD FROM '/etc/passwd' RETURN *",
  "LOAD/**/FROM/**/'/etc/passwd'/**/(file_format='csv')/**/RETURN/**/*",
  "\u00a0CREATE (:Gene {symbol: 'x'})",
  "MATCH (g:Gene)\u2028CREATE (:Gene {symbol: 'x'})",
  "CRE\u0410TE (:Gene {symbol: 'x'})",
  "\uff23\uff32\uff25\uff21\uff34\uff25 (:Gene {symbol: 'x'})",
  "MATCH (g:Gene) \u017fET g.symbol = 'x'",
  "\\u0043REATE (:Gene {symbol: 'x'})",
  "MATCH (g:Gene) RETURN 1\0CREATE (:Gene {symbol: 'x'})",
  "WITH 1 AS x CREATE (:Gene {symbol: 'x'})",
  "UNWIND ['x', 'y'] AS s CREATE (:Gene {symbol: s})",
  "OPTIONAL MATCH (g:Gene) MERGE (:Gene {symbol: 'x'})",
  "RETURN EXISTS { CREATE (:Gene {symbol: 'x'}) }",
  'MATCH (g:`Gene`) RETURN g.`symbol`; DROP TABLE `Gene`',
  'MATCH (g:`Ge`` CREATE (:x)`) RETURN g',
  "RETURN 'unended",
  'RETURN /* unended',
  '',
  ';',
  ' -- ',
  'RETURN 4 /* 2',
  'RETURN 4 / * 2 */ CREATE (:x)',
  "'MATCH' (n) RETURN n",
  '(MATCH (n) RETURN n)',
];

/** Read, and look dangerous. */
const HARMLESS = [
  'RETURN \'CREATE; LOAD FROM "/etc/passwd"\' AS x',
  'RETURN "it\'s; DROP TABLE Gene" AS x',
  'MATCH (g:Gene) /* CREATE */ RETURN g.symbol // DELETE\n;',
  "MATCH (g:Gene) WHERE g.symbol <> '\\' CREATE (:Gene)' RETURN count(*)",
  'match (created:Gene) return created.symbol as loaded',
  'UNWIND [1, 2] AS x WITH x WHERE x >= 2 RETURN x * 1.5e0, -x, x % 2, [x][1], {a: x}',
  'MATCH p = (a:Variant)-[*1..2]-(b) RETURN length(p) LIMIT 1',
];

let rig: Awaited<ReturnType<typeof openTestGraph>>;
let out: string;

before(async () => {
  rig = await openTestGraph();
  out = mkdtempSync(join(tmpdir(), 'vcf-agent-out-'));
  const file = graphFile(1, [{ text: '1 1 . A C . . .', annotations: { gene: 'G' } }]);
  await rig.graph.apply(envelopeEntries(file), filesById(file), place(1));
});

after(async () => {
  await rig[Symbol.asyncDispose]();
  rmSync(out, { recursive: true });
});

test('should refuse every statement that does anything but read', () => {
  for (const statement of HOSTILE) {
    const inFolder = statement.replaceAll('OUT', out);
    assert.throws(() => checkStatement(inFolder), { code: 'USAGE' }, statement);
  }
});

test('should answer statements that only look as if they did more', async () => {
  for (const statement of HARMLESS) await ask(rig.graph, statement);
});

test('should leave database and files as they were when hostile statements are asked', async () => {
  const nodes = await census(rig.graph);
  const contents = await rig.graph.contents(1);
  for (const statement of HOSTILE.filter((_, i) => i % 8 === 0)) {
    await assert.rejects(ask(rig.graph, statement.replaceAll('OUT', out)), { code: 'USAGE' }, statement);
  }
  assert.deepEqual(readdirSync(out), []);
  assert.deepEqual(await census(rig.graph), nodes);
  assert.deepEqual(await rig.graph.contents(1), contents);
});

test('should hand every text to the database as it is', async () => {
  const texts = Array.from({ length: 0x250 }, (_, code) => `a${String.fromCharCode(code)}b`).filter(
    (text) => text !== 'a\0b',
  );
  texts.push("'", '\\', "\\'", "'\\", "\\\\'", '\\n', '\\u0041', '🧬', '$x', '--', '/*', "''");
  const { rows } = await ask(rig.graph, 'RETURN $texts', { parameters: { texts } });
  assert.deepEqual(rows, [[texts]]);
  const written = texts.filter((text) => !text.includes('\r')).map((text) => `'${text.replaceAll(/[\\']/g, '\\$&')}'`);
  const answer = await ask(rig.graph, `RETURN [${written.join(', ')}]`);
  assert.deepEqual(answer.rows, [[texts.filter((text) => !text.includes('\r'))]]);
});

test('should refuse parameters without a value, and values that are no value', () => {
  assert.throws(() => checkStatement('RETURN $x', {}), { code: 'USAGE', message: /\$x has no value/ });
  assert.throws(() => checkStatement('RETURN $x', { x: { a: 1 } }), { code: 'USAGE' });
  assert.throws(() => checkStatement('RETURN $toString', {}), { code: 'USAGE' });
  assert.throws(() => checkStatement(`RETURN ${' '.repeat(20_000)}1`), { code: 'USAGE', message: /longer/ });
});

test('should stop a question at its time, its memory and its rows', async () => {
  const endless =
    'UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b UNWIND range(1, 1000) AS c RETURN sum(a * b % 7 + c)';
  await assert.rejects(rig.graph.query('default', endless, { ...LIMITS, timeoutMs: 300 }), {
    code: 'OVERLOADED',
    message: /0.3 s/,
  });
  const large = 'UNWIND range(1, 100000) AS a UNWIND range(1, 2000) AS b RETURN collect(a * b)';
  await assert.rejects(rig.graph.query('default', large, { ...LIMITS, memoryBytes: 256 * 1024 * 1024 }), {
    code: 'OVERLOADED',
    message: /256 MiB/,
  });
  const answer = await rig.graph.query('default', 'UNWIND range(1, 10) AS a RETURN a', { ...LIMITS, rows: 3 });
  assert.deepEqual(answer, { columns: ['a'], rows: [[1], [2], [3]], truncated: true });
  const all = await rig.graph.query('default', 'UNWIND range(1, 3) AS a RETURN a', { ...LIMITS, rows: 3 });
  assert.equal(all.truncated, false);
});

test('should stop a question when its asker goes away', async () => {
  const aborter = new AbortController();
  const asking = rig.graph.query('default', 'UNWIND range(1, 1000000000) AS a RETURN sum(a % 7)', {
    ...LIMITS,
    signal: aborter.signal,
  });
  setTimeout(() => aborter.abort(), 300);
  await assert.rejects(asking, { name: 'AbortError' });
  assert.ok(existsSync(rig.folder));
});
