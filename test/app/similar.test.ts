import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { App } from '../../src/app/app.ts';
import { parseFilter } from '../../src/core/filter-parser.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';

let rig: TestApp;
let server: Server;
let sent: string[];

/** Vectors by the letters of a text: near for texts that share words. */
function lettersOf(text: string): number[] {
  const counts = Array.from({ length: 27 }, () => 0.01);
  for (const letter of text.toLowerCase()) {
    const at = letter.charCodeAt(0) - 97;
    if (at >= 0 && at < 26) counts[at]! += 1;
  }
  return counts;
}

before(async () => {
  rig = await openTestApp();
  await rig.app.ingest(join(import.meta.dirname, '..', '..', 'data', 'trio.vcf.gz'), INGEST);
  sent = [];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    sent.push(text);
    const data = JSON.parse(text).input.map((input: string, index: number) => ({
      object: 'embedding',
      index,
      embedding: lettersOf(input),
    }));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ object: 'list', data, model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

after(async () => {
  server.close();
  await rig[Symbol.asyncDispose]();
});

/** The same home, with an embedder behind HTTP. */
function openRemote(url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`): Promise<App> {
  return App.open({ ...rig.options, embeddings: { provider: 'openai', url, apiKey: 'k', model: 'letters' } });
}

const FRAMESHIFT = parseFilter('id=rs80357906');

test('should find the variants that agree in most, and say in what, when a variant is given', async () => {
  const { subject, hits } = await rig.app.similar(FRAMESHIFT, { explain: true, limit: 5 });
  assert.equal(subject.gene, 'BRCA1');
  assert.equal(hits.length, 5);
  for (const [i, hit] of hits.entries()) {
    assert.equal(hit.consequence, 'frameshift_variant');
    assert.match(hit.clinsig ?? '', /^Pathogenic/);
    assert.ok(hit.similarity <= (hits[i - 1]?.similarity ?? 1));
    const sum = hit.features!.reduce((total, { share }) => total + share, 0);
    assert.ok(Math.abs(sum - hit.similarity) < 1e-9);
    const gene = hit.features!.find(({ name }) => name === 'gene')!;
    assert.deepEqual([gene.subject, gene.hit, gene.share], ['BRCA1', hit.gene, hit.gene === 'BRCA1' ? 0.12 : 0]);
  }
  assert.ok(hits.every(({ key }) => key !== subject.key));
});

test('should be the same as comparing with every variant one by one', async () => {
  const { hits } = await rig.app.similar(FRAMESHIFT, { limit: 10_000 });
  const { rows } = await rig.app.store.query(undefined, { tenant: 'default', limit: 100_000 });
  assert.equal(hits.length, new Set(rows.map((row) => `${row.chrom}:${row.pos}:${row.ref}:${row.alt}`)).size - 1);
  const { hits: few } = await rig.app.similar(FRAMESHIFT, { limit: 20 });
  const rounded = (all: typeof hits) => all.map(({ similarity }) => similarity.toFixed(5));
  assert.deepEqual(rounded(few), rounded(hits).slice(0, 20));
});

test('should find only what the filter accepts', async () => {
  const filter = parseFilter('gene=BRCA1 and not clinsig~pathogenic');
  const { hits } = await rig.app.similar(FRAMESHIFT, { filter, limit: 30 });
  assert.ok(hits.length > 2);
  assert.ok(hits.every(({ gene, clinsig }) => gene === 'BRCA1' && !/(^|_)pathogenic/i.test(clinsig ?? '')));
});

test('should say so when there is no such variant, or the filter is not one for vectors', async () => {
  await assert.rejects(rig.app.similar(parseFilter('id=rs0')), { code: 'NOT_FOUND' });
  const filter = parseFilter('carrier=child');
  await assert.rejects(rig.app.similar(FRAMESHIFT, { filter }), { code: 'OPTION_CONFLICT' });
});

test('should show a tenant nothing of another', async () => {
  await rig.app.store.ensureTenant('other');
  await using other = await App.open({ ...rig.options, tenant: 'other', embeddings: { provider: 'none' } });
  await assert.rejects(other.similar(FRAMESHIFT), { code: 'NOT_FOUND' });
  assert.deepEqual((await other.search('BRCA1')).hits, []);
});

test('should find by words alone when there is no embedder, or none that answers', async () => {
  await using none = await App.open({ ...rig.options, embeddings: { provider: 'none' } });
  const { hits, texts } = await none.search('CFTR');
  assert.ok(hits.length > 0);
  assert.ok(hits.every(({ gene, by }) => gene === 'CFTR' && by.join() === 'words'));
  assert.equal(texts.model, 'none');
  await using dead = await openRemote('http://127.0.0.1:9/v1');
  const notices: string[] = [];
  const answer = await dead.search('CFTR', { onNotice: (text) => notices.push(text) });
  assert.deepEqual(
    answer.hits.map(({ key }) => key),
    hits.map(({ key }) => key),
  );
  assert.match(notices.join(), /only words are searched/);
});

test('should keep to the filter, whatever stands in the words', async () => {
  await using none = await App.open({ ...rig.options, embeddings: { provider: 'none' } });
  const filter = parseFilter('impact=HIGH');
  for (const words of ['CFTR', `CFTR') or 1=1 --`, `"CFTR" AND *`, '+-!(){}[]^~?:\\']) {
    const { hits } = await none.search(words, { filter });
    assert.ok(
      hits.every(({ consequence }) => /stop|frameshift|splice|start/.test(consequence ?? '')),
      words,
    );
  }
  await assert.rejects(none.search('  '), { code: 'USAGE' });
});

test('should embed what is missing within its budget, and say how much is left', async () => {
  await using remote = await openRemote();
  const { texts } = await remote.search('breast cancer', { textBudgetMs: 0 });
  assert.equal(texts.embedded, 0);
  assert.ok(texts.missing > 100);
  const all = await remote.embedTexts();
  assert.deepEqual([all.embedded, all.missing], [texts.missing, 0]);
  const { hits, texts: none } = await remote.search('hereditary cancer of the breast');
  assert.deepEqual([none.embedded, none.missing], [0, 0]);
  assert.ok(hits.some(({ by }) => by.includes('meaning')));
  const byMeaning = await remote.search('BRCA1 frameshift pathogenic', { byMeaning: true, limit: 3 });
  assert.ok(byMeaning.hits.length === 3 && byMeaning.hits.every(({ by }) => by.join() === 'meaning'));
});

test('should send no sample, file name or genotype to a server, and no word of a search that names one', async () => {
  await using remote = await openRemote();
  await remote.embedTexts();
  const before = sent.length;
  const notices: string[] = [];
  const { hits, texts } = await remote.search('CFTR of the child', { onNotice: (text) => notices.push(text) });
  assert.ok(hits.length > 0);
  assert.equal(texts.model, 'none');
  assert.match(notices.join(), /name a sample or a file/);
  assert.ok(sent.slice(before).every((body) => !body.includes('CFTR of')));
  const everything = sent.join('\n').toLowerCase();
  assert.ok(everything.length > 10_000);
  for (const name of ['child', 'mother', 'father', 'trio.vcf.gz', '0/1', '0|1', '1|0', 'chr17']) {
    assert.ok(!new RegExp(`(^|[^a-z0-9])${name.replace('|', '\\|')}([^a-z0-9]|$)`).test(everything), name);
  }
});

test('should leave no text of a deleted file', async () => {
  await using remote = await openRemote();
  const { embedded } = await remote.embedTexts();
  assert.equal(embedded, 0);
  const [file] = await rig.app.store.files('default');
  await rig.app.deleteFile(file!.fileId);
  const { hits, texts } = await remote.search('breast cancer');
  assert.deepEqual([hits, texts.missing], [[], 0]);
});
