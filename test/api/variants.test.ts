import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestApi, SMALL_VCF, type TestApi } from '../support/api.ts';

interface Page {
  readonly items: readonly { readonly key: string; readonly gene: string | null; readonly rowId: string }[];
  readonly next: string | null;
}

const JSON_BODY = { 'Content-Type': 'application/json' };

let t: TestApi;
before(async () => {
  t = await openTestApi();
  await t.ended(await t.json<{ id: string }>('/files?name=small.vcf', { method: 'POST', body: SMALL_VCF }));
});
after(() => t[Symbol.asyncDispose]());

const inType = (type: string) => ({ headers: { Accept: type } });

test('should find variants with the filter language, page by page', async () => {
  const found = await t.json<Page>(`/variants?filter=${encodeURIComponent('gene=BRCA1 and clinsig~pathogenic')}`);
  assert.deepEqual(
    found.items.map(({ key, gene }) => [key, gene]),
    [['17:43045712:T:C', 'BRCA1']],
  );
  assert.equal(found.next, null);
  const first = await t.json<Page>('/variants?limit=3&file=1');
  const rest = await t.json<Page>(`/variants?limit=3&file=1&cursor=${first.next}`);
  assert.deepEqual([first.items.length, rest.items.length, rest.next], [3, 1, null]);
  const wrong = await t.ask('/variants?filter=gene%3D');
  const problem = (await wrong.json()) as { status: number; code: string; context: { column: number } };
  assert.deepEqual([problem.status, problem.code, problem.context.column], [400, 'FILTER_SYNTAX', 6]);
});

test('should stream rows as NDJSON, TSV or VCF when Accept says so', async () => {
  const lines = async (type: string, query = '?file=1') => {
    const response = await t.ask(`/variants${query}`, inType(type));
    assert.equal(response.headers.get('content-type')?.split(';')[0], type.split(',')[0]);
    return (await response.text()).trimEnd().split('\n');
  };
  const ndjson = await lines('application/x-ndjson');
  assert.deepEqual(
    ndjson.map((line) => JSON.parse(line).pos),
    [43045712, 43045800, 43045800, 7674220],
  );
  const tsv = await lines('text/tab-separated-values', '?file=1&limit=2');
  assert.deepEqual([tsv.length, tsv[0]?.startsWith('chrom\tpos')], [3, true]);
  const vcf = await lines('text/vcf, */*;q=0.1');
  assert.match(vcf[0] ?? '', /^##fileformat/);
  assert.match(vcf.at(-1) ?? '', /\t1\/1$/);
  const empty = await t.ask('/variants?filter=gene%3DNONE', inType('application/x-ndjson'));
  assert.deepEqual([empty.status, await empty.text()], [200, '']);
  assert.equal((await t.ask('/variants?filter=(', inType('text/vcf'))).status, 400);
});

test('should tell everything of one variant, however it is named', async () => {
  for (const name of ['17-43045712-T-C', 'rs80357382', '17:43045712']) {
    const { items } = await t.json<{ items: Record<string, unknown>[] }>(`/variants/${encodeURIComponent(name)}`);
    const [variant] = items;
    assert.deepEqual(variant?.carriers, [{ sample: 'mum', genotype: '0/1' }]);
    assert.deepEqual(variant?.genotypes, { mum: { GT: '0/1' }, dad: { GT: '0/0' } });
    assert.equal(variant?.fileName, 'small.vcf');
  }
  assert.equal((await t.ask('/variants/17-1-A-C')).status, 404);
  assert.equal((await t.ask('/variants/%3F%3F')).status, 400);
});

test('should store one variant once, however often it is sent', async () => {
  const body = JSON.stringify({ chrom: '13', pos: 32340300, ref: 'GT', alt: 'G', info: { GENEINFO: 'BRCA2:675' } });
  const send = (key: string) =>
    t.ask('/variants?stream=lab', { method: 'POST', headers: { ...JSON_BODY, 'Idempotency-Key': key }, body });
  const first = await send('one');
  assert.equal(first.status, 201);
  const told = (await first.json()) as { items: { rowId: string; status: string }[] };
  const again = await send('one');
  assert.equal(again.status, 200);
  const known = (await again.json()) as typeof told;
  assert.deepEqual([told.items[0]?.status, known.items[0]?.status], ['stored', 'known']);
  assert.equal(known.items[0]?.rowId, told.items[0]?.rowId);
  assert.equal((await send('two')).status, 201);
  const { items } = await t.json<Page>('/variants?filter=gene%3DBRCA2');
  assert.equal(items.length, 2);
  const bare = await t.ask('/variants', { method: 'POST', headers: JSON_BODY, body });
  assert.deepEqual([bare.status, ((await bare.json()) as { code: string }).code], [400, 'USAGE']);
  const batch = { variants: Array.from({ length: 1_000 }, (_, i) => ({ chrom: '1', pos: i + 1, ref: 'A', alt: 'C' })) };
  const sent = await t.json<{ stored: number }>('/variants?stream=lab', {
    method: 'POST',
    headers: { ...JSON_BODY, 'Idempotency-Key': 'batch' },
    body: JSON.stringify(batch),
  });
  assert.equal(sent.stored, 1_000);
});

test('should judge a file, stored or sent, and say what it is for', async () => {
  const lines = async (response: Response) => {
    assert.equal(response.status, 200);
    return (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const stored = await lines(await t.ask('/files/1/classify'));
  const sent = await lines(await t.ask('/classify', { method: 'POST', body: SMALL_VCF }));
  assert.equal(stored.length, 5);
  assert.deepEqual(
    stored.map(({ key, class: verdict }) => [key, verdict]),
    sent.map(({ key, class: verdict }) => [key, verdict]),
  );
  assert.match(stored.at(-1).notice, /Research use only/);
  const none = await lines(await t.ask('/files/1/classify?minPoints=100'));
  assert.deepEqual([none.length, none[0].variants], [1, 4]);
  const no = await t.ask('/classify', { method: 'POST', body: 'no VCF' });
  assert.deepEqual([no.status, ((await no.json()) as { code: string }).code], [422, 'INPUT_FORMAT']);
  const counted = await t.json<{ summary: { sites: { records: number } } }>('/summary', {
    method: 'POST',
    body: SMALL_VCF,
  });
  assert.equal(counted.summary.sites.records, 3);
});

test('should answer in the words of version 1 what version 2 knows', async () => {
  type Found = { count: number; results: Record<string, unknown>[]; next_cursor: string | null };
  const { results } = await t.json<Found>('/api/v1/search?q=gene%3DBRCA1');
  assert.deepEqual(results[0], {
    variant_id: '17:43045712:T:C',
    chromosome: '17',
    position: 43045712,
    reference: 'T',
    alternate: 'C',
    rs_id: 'rs80357382',
    quality: 50,
    gene: 'BRCA1',
    consequence: null,
    clinical_significance: 'Pathogenic',
    allele_frequency: null,
    file_id: 1,
  });
  const region = await t.json<Found>('/api/v1/variants?chromosome=17&start=43045700&end=43045750');
  assert.equal(region.count, 1);
  const page = await t.json<Found>('/api/v1/variants?chromosome=17&limit=3');
  assert.equal((await t.json<Found>(`/api/v1/variants?chromosome=17&limit=3&cursor=${page.next_cursor}`)).count, 1);
  assert.equal((await t.json<Found>('/api/v1/variants/rs80357382')).results.length, 1);
  assert.equal((await t.ask('/api/v1/variants?start=5')).status, 400);
  assert.equal((await t.json<{ files: object[] }>('/api/v1/files')).files.length, 2);
  assert.equal((await t.json('/api/v1/status')).ingesting, 0);
  assert.equal((await t.json('/api/v1/health')).status, 'healthy');
});

test('should tell how it came to be stored, and how what it stands on is', async () => {
  const { items } = await t.json<{ items: { applied: { position: { platform: string } } }[] }>('/explain/rs80357382');
  assert.equal(items[0]?.applied.position.platform, 'embedded');
  const { items: platforms } = await t.json<{ items: { name: string; error: null }[] }>('/platforms');
  assert.deepEqual(
    platforms.map(({ name, error }) => [name, error]),
    [['embedded', null]],
  );
  assert.equal((await t.json('/status')).files, 2);
  assert.deepEqual((await t.json('/routing/decisions')).decisions, []);
});
