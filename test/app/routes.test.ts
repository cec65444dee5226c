import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { App, type AppOptions } from '../../src/app/app.ts';
import { homeFolders } from '../../src/app/home.ts';
import type { PlatformSettings } from '../../src/app/platforms.ts';
import type { PlatformName } from '../../src/core/ports.ts';
import { writeChaosInput } from '../chaos/input.ts';
import { type Tables, tablesOf } from '../chaos/tables.ts';
import { realServers } from '../platforms/iggy/real-servers.ts';
import { InTestServer } from '../platforms/iggy/server/server.ts';
import { INGEST, openTestApp, type TestApp } from '../support/app.ts';
import { needs } from '../support/needs.ts';
import { startWorker, type Worker } from './worker.ts';

const RECORDS = 1500;
/** A machine that is busy with other tests is slow, and that is no reason to go over the other platform. */
const PATIENT = { requestTimeoutMs: 10_000, sendTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
const KAFKA = { ...PATIENT, brokers: (process.env.TEST_KAFKA_BROKERS ?? '').split(',') };
const HEALTH = { monitor: { probeTimeoutMs: 10_000 }, signals: { silentAfterMs: 10_000 } };
const COORDINATOR = { hedgeAfterMs: 10_000, sendTimeoutMs: 20_000 };

let rig: TestApp;
let input: string;
let database: pg.ClientConfig;
let calm: Tables;
let inTest: InTestServer | undefined;
/** The first server of IGGY_TEST_ADDRESS, where there is one. */
let iggy: { readonly port: number; readonly host?: string; readonly password: string };

before(async () => {
  rig = await openTestApp();
  input = join(rig.folder, 'trio.vcf.gz');
  await writeChaosInput(input, { records: RECORDS, seed: 5 });
  database = { host: await realpath(homeFolders(rig.options.home).postgres), user: 'vcf_agent', database: 'postgres' };
  const { receipt } = await rig.app.ingest(input, INGEST);
  calm = await tablesOf(database, receipt.fileId);
  const [real] = realServers();
  if (real !== undefined) iggy = { host: real.host, port: real.port, password: real.password };
  else {
    inTest = await new InTestServer({ transport: 'tcp', protocol: 'legacy' }).start();
    iggy = { port: inTest.port, password: 'iggy' };
  }
});

after(async () => {
  await inTest?.stop();
  await rig[Symbol.asyncDispose]();
});

/** Of a tenant that no other test has, with a topic of its own. */
function settings(primary: PlatformName, fallback?: PlatformName, more: Partial<PlatformSettings> = {}) {
  const platforms: PlatformSettings = {
    environment: 'development',
    primary,
    fallback,
    topicPerTenant: true,
    kafka: KAFKA,
    iggy: { ...iggy, stream: 'routes', silenceTimeoutMs: 10_000 },
    health: HEALTH,
    coordinator: COORDINATOR,
    ...more,
  };
  return { ...rig.options, tenant: `t${randomBytes(6).toString('hex')}`, platforms };
}

/** Platforms that the ledger says a file came over. */
async function carriers(fileId: number): Promise<readonly unknown[]> {
  const rows = await rig.sql('select distinct platform from ledger where file_id = $1 order by platform', [fileId]);
  return rows.map(({ platform }) => platform);
}

async function expectSame(app: App, fileId: number): Promise<void> {
  assert.deepEqual((await app.prove(fileId)).failures, []);
  assert.deepEqual(await tablesOf(database, fileId), calm);
}

const ROUND_ROBIN = { coordinator: { ...COORDINATOR, strategy: 'ROUND_ROBIN' } } as const;

const routes: readonly (readonly [
  primary: PlatformName,
  fallback: PlatformName | undefined,
  over: readonly PlatformName[],
  more?: Partial<PlatformSettings>,
])[] = [
  ['kafka', undefined, ['kafka']],
  ['kafka', 'embedded', ['kafka']],
  ['embedded', 'kafka', ['embedded']],
  ['iggy', undefined, ['iggy']],
  ['iggy', 'kafka', ['iggy']],
  ['iggy', 'embedded', ['embedded', 'iggy'], ROUND_ROBIN],
  ['kafka', 'embedded', ['embedded', 'kafka'], ROUND_ROBIN],
];

for (const [primary, fallback, over, more] of routes) {
  const options = primary === 'kafka' || fallback === 'kafka' ? needs('kafka') : {};
  const name = `${primary}${fallback ? ` and ${fallback}` : ''}${more ? ' in turn' : ''}`;
  test(`should store the same rows as over the embedded log when a file goes over ${name}`, options, async () => {
    await using app = await App.open(settings(primary, fallback, more));
    const { receipt, alreadyStored } = await app.ingest(input, INGEST);
    assert.equal(alreadyStored, false);
    assert.deepEqual([receipt.records, receipt.duplicates], [RECORDS, 0]);
    assert.deepEqual(await carriers(receipt.fileId), over);
    await expectSame(app, receipt.fileId);
    assert.equal((await app.ingest(input, INGEST)).alreadyStored, true);
    await app.deleteFile(receipt.fileId);
    const again = await app.ingest(input, INGEST);
    assert.equal(again.receipt.duplicates, 0);
    await expectSame(app, again.receipt.fileId);
  });
}

test('should store over the fallback when the primary is not there', async () => {
  const nobody = { brokers: ['127.0.0.1:1'] };
  await using app = await App.open(settings('kafka', 'embedded', { kafka: nobody }));
  const { receipt } = await app.ingest(input, INGEST);
  assert.deepEqual(await carriers(receipt.fileId), ['embedded']);
  await expectSame(app, receipt.fileId);
  // What the primary holds cannot be known, so nothing is deleted that might return.
  await assert.rejects(app.deleteFile(receipt.fileId, { signal: AbortSignal.timeout(3000) }));
  assert.equal((await app.store.files(app.tenant)).length, 1);
});

test('should write past all platforms when none is there and that is allowed', async () => {
  const coordinator = { directFallback: true };
  const nobody = { brokers: ['127.0.0.1:1'] };
  await using app = await App.open(settings('kafka', undefined, { kafka: nobody, coordinator }));
  const { receipt } = await app.ingest(input, INGEST);
  assert.deepEqual(await carriers(receipt.fileId), ['direct']);
  await expectSame(app, receipt.fileId);
});

const databaseUrl = () => `postgres://vcf_agent@/postgres?host=${encodeURIComponent(String(database.host))}`;

/** Does something while so many workers, in processes of their own, take what they get. Resolves with what they say at the end. */
async function withWorkers(options: AppOptions, count: number, work: (url: string) => Promise<void>) {
  const url = databaseUrl();
  const workers: Worker[] = [];
  try {
    for (let number = 0; number < count; number++) {
      workers.push(await startWorker({ ...options, databaseUrl: url }));
    }
    await work(url);
  } finally {
    for (const worker of workers) worker.stop();
  }
  return await Promise.all(workers.map(({ done }) => done));
}

for (const [primary, needed] of [
  ['embedded', {}],
  ['kafka', needs('kafka')],
  ['iggy', {}],
] as const) {
  test(`should share the work when two files go over ${primary} at once beside two workers`, needed, async () => {
    const options = settings(primary);
    const other = join(rig.folder, `other-${primary}.vcf.gz`);
    await writeChaosInput(other, { records: RECORDS, seed: 6 });
    // The embedded log is shared by the processes of a home, and one of them ingests.
    const homes = primary === 'embedded' ? ['shared'] : [`first-${primary}`, `second-${primary}`];
    const summaries = await withWorkers({ ...options, home: join(rig.folder, homes.at(-1)!) }, 2, async (url) => {
      const at = (home: string) => App.open({ ...options, home: join(rig.folder, home), databaseUrl: url });
      await using first = await at(homes[0]!);
      await using second = await at(homes.at(-1)!);
      const ingestFirst = first.ingest(input, INGEST);
      if (homes.length === 1) await ingestFirst;
      const both = await Promise.all([ingestFirst, second.ingest(other, INGEST)]);
      for (const { receipt } of both) {
        assert.deepEqual([receipt.records, receipt.duplicates], [RECORDS, 0]);
        assert.deepEqual((await first.prove(receipt.fileId)).failures, []);
      }
      assert.deepEqual(await tablesOf(database, both[0].receipt.fileId), calm);
    });
    for (const { code, summary } of summaries) assert.deepEqual([code, summary.refused], [0, 0]);
    const applied = summaries.reduce((sum, { summary }) => sum + summary.applied, 0);
    assert.ok(applied > 0, 'the workers had no share');
  });
}

for (const blow of ['SIGTERM', 'SIGKILL'] as const) {
  test(`should store every row when a worker gets ${blow} in the middle of a file`, needs('kafka'), async () => {
    const options = settings('kafka');
    const url = databaseUrl();
    const at = { ...options, home: join(rig.folder, `blow-${blow}`), databaseUrl: url };
    const worker = await startWorker(at);
    await using app = await App.open(at);
    let struck = false;
    const { receipt } = await app.ingest(input, {
      ...INGEST,
      onProgress: ({ variantsApplied }) => {
        if (variantsApplied > 300 && !struck) worker.stop(blow);
        struck ||= variantsApplied > 300;
      },
    });
    assert.ok(struck);
    await expectSame(app, receipt.fileId);
    const { code } = await worker.done;
    assert.equal(code, blow === 'SIGTERM' ? 0 : null);
  });
}

test(
  'should apply what a killed ingest left, and let the next run continue, when a worker drains the log',
  needs('kafka'),
  async () => {
    const options = { ...settings('kafka'), home: join(rig.folder, 'left'), databaseUrl: databaseUrl() };
    const controller = new AbortController();
    {
      await using app = await App.open(options);
      const onProgress = ({ variantsApplied }: { variantsApplied: number }) => {
        if (variantsApplied > 300) controller.abort();
      };
      await assert.rejects(app.ingest(input, { ...INGEST, signal: controller.signal, onProgress }));
    }
    const worker = await startWorker(options, '--until-drained');
    const { code } = await worker.done;
    assert.equal(code, 0);
    await using app = await App.open(options);
    const { receipt } = await app.ingest(input, INGEST);
    assert.equal(receipt.records, RECORDS);
    await expectSame(app, receipt.fileId);
  },
);
