import assert from 'node:assert/strict';
import { globSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { homeFolders } from '../../src/app/home.ts';
import { seeded } from '../chaos/input.ts';
import { runCli } from '../cli/run-cli.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { type CliIngest, ingestByCli } from '../support/cli-ingest.ts';
import { needs } from '../support/needs.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

const MIB = 2 ** 20;
const RECORDS = 10_000;

let rig: TestApp;
let folder: string;

before(async () => {
  rig = await openTestApp();
  folder = join(rig.folder, 'files');
  mkdirSync(folder);
});

after(() => rig[Symbol.asyncDispose]());

/** A file whose envelopes hardly compress: 40 words make 3 MB in the log. */
function writeInput(name: string, { seed, words = 40 }: { seed: number; words?: number }): string {
  const random = seeded(seed);
  const line = (row: number) => {
    const text = Array.from({ length: words }, () => Math.floor(random() * 2 ** 40).toString(36)).join('');
    return `chr1\t${row + 1}\t.\tA\tC\t.\tPASS\tX=${text}\n`;
  };
  const header = '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n';
  const path = join(folder, name);
  writeFileSync(path, header + Array.from({ length: RECORDS }, (_, row) => line(row)).join(''));
  return path;
}

async function ingest(t: TestContext, input: string, home: string, stdin?: string): Promise<CliIngest> {
  const run = await ingestByCli(input, { folder, home, ...(stdin !== undefined && { stdin }) });
  t.diagnostic(`exit ${run.code} ${run.error?.code ?? ''} ${Math.round(run.megabytes)} MB`);
  return run;
}

function assertFull({ code, error }: CliIngest): void {
  assert.deepEqual([code, error?.code], [4, 'DISK_FULL'], error?.message);
}

/**
 * The same command, once there is room: all of it is stored, once, and proved. Where not even a checkpoint could be written,
 * what was stored before is read again, and counts as duplicates.
 */
async function assertCompletes({ code, summary, error }: CliIngest, home: string): Promise<void> {
  assert.equal(code, 0, error?.message);
  const { stored, duplicates, contentDigest } = summary!.receipt;
  assert.equal(stored + duplicates, RECORDS);
  const proof = await runCli(['prove', contentDigest.slice(0, 16), '--json'], { env: { VCF_AGENT_HOME: home } });
  assert.equal(proof.code, 0, proof.stdout + proof.stderr);
}

describe('a full disk', needs('small-disk'), () => {
  test('should be DISK_FULL wherever the log runs out of space, and the same command completes when there is room', async (t) => {
    using disk = mountSmallDisk(48 * 1024);
    // Only log and checkpoints are there: the database is the rig's.
    symlinkSync(homeFolders(rig.options.home).postgres, homeFolders(disk.path).postgres);
    const input = writeInput('log.vcf', { seed: 1 });
    for (const size of [48 * 1024, MIB, 1.5 * MIB]) {
      disk.resize(size);
      assertFull(await ingest(t, input, disk.path));
    }
    disk.resize(64 * MIB);
    await assertCompletes(await ingest(t, input, disk.path), disk.path);
  });

  test('should be DISK_FULL when standard input cannot be kept, and leave nothing of it', async (t) => {
    using disk = mountSmallDisk(MIB);
    symlinkSync(homeFolders(rig.options.home).postgres, homeFolders(disk.path).postgres);
    const stdin = readFileSync(writeInput('stdin.vcf', { seed: 2 }), 'utf8');
    assertFull(await ingest(t, '-', disk.path, stdin));
    assert.deepEqual(readdirSync(homeFolders(disk.path).spool), []);
    disk.resize(64 * MIB);
    await assertCompletes(await ingest(t, '-', disk.path, stdin), disk.path);
  });

  test('should be DISK_FULL wherever the database runs out of space, and the same command completes when there is room', async (t) => {
    using disk = mountSmallDisk(256 * MIB);
    // Everything but the database is elsewhere.
    for (const name of ['stores', 'spool']) {
      mkdirSync(join(folder, name));
      symlinkSync(join(folder, name), join(disk.path, name));
    }
    // Makes the database; what it takes depends on PostgreSQL.
    await runCli(['files', '--json'], { env: { VCF_AGENT_HOME: disk.path } });
    const used = disk.used();
    const input = writeInput('database.vcf', { seed: 3, words: 200 });
    // The first has no room for tables, the second none for another segment of PostgreSQL's own log.
    for (const room of [2 * MIB, 18 * MIB]) {
      disk.resize(used + room);
      assertFull(await ingest(t, input, disk.path));
    }
    assert.deepEqual(globSync('stores/*/dead-letters/*', { cwd: folder }), []);
    disk.resize(256 * MIB);
    await assertCompletes(await ingest(t, input, disk.path), disk.path);
  });
});
