import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { systemClock } from '../../../src/app/clock.ts';
import { EmbeddedPlatform } from '../../../src/platforms/embedded/platform.ts';
import { needs } from '../../support/needs.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';

const TOPIC = 'vcf-variants';
const MiB = 1024 * 1024;

function directory(t: { after(hook: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'vcf-agent-log-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function open(path: string, options: { maxBytes?: number; partitions?: number } = {}): EmbeddedPlatform {
  const { maxBytes = 64 * MiB, partitions = 2 } = options;
  return new EmbeddedPlatform({ directory: path, partitions, maxBytes }, { clock: systemClock });
}

const message = (key: string, id: string, size = 10) => ({ key, id, body: new Uint8Array(size).fill(id.length) });
const all = { maxMessages: 100, maxBytes: 100 * MiB, waitMs: 0 };

test('should give back messages in partition order when they were sent in one key', async (t) => {
  await using platform = open(directory(t));
  const producer = await platform.producer(TOPIC);
  await producer.send(['a', 'b', 'c'].map((id) => message('chr1', id)));
  const consumer = await platform.consumer(TOPIC, 'store');
  const received = await consumer.poll(all);
  assert.deepEqual(
    received.map(({ id, position }) => [id, position.offset]),
    [
      ['a', 0n],
      ['b', 1n],
      ['c', 2n],
    ],
  );
  assert.deepEqual(await consumer.poll(all), []);
});

test('should redeliver what was not committed when a consumer starts again', async (t) => {
  const path = directory(t);
  {
    await using platform = open(path);
    const producer = await platform.producer(TOPIC);
    await producer.send(['a', 'b', 'c'].map((id) => message('chr1', id)));
    const consumer = await platform.consumer(TOPIC, 'store');
    const [first] = await consumer.poll({ ...all, maxMessages: 1 });
    await consumer.commit([first!.position]);
  }
  await using platform = open(path);
  const consumer = await platform.consumer(TOPIC, 'store');
  assert.deepEqual(
    (await consumer.poll(all)).map(({ id }) => id),
    ['b', 'c'],
  );
});

test('should never use an offset twice when everything was consumed and deleted', async (t) => {
  await using platform = open(directory(t));
  const producer = await platform.producer(TOPIC);
  const consumer = await platform.consumer(TOPIC, 'store');
  for (let round = 0n; round < 3n; round++) {
    await producer.send([message('chr1', `m${round}`)]);
    const [received] = await consumer.poll(all);
    assert.equal(received!.position.offset, round);
    await consumer.commit([received!.position]);
  }
});

test('should keep a message until every group has passed it when two groups read', async (t) => {
  await using platform = open(directory(t));
  const producer = await platform.producer(TOPIC);
  const one = await platform.consumer(TOPIC, 'one');
  const two = await platform.consumer(TOPIC, 'two');
  await producer.send([message('chr1', 'a'), message('chr1', 'b')]);
  const [a] = await two.poll({ ...all, maxMessages: 1 });
  await two.commit([a!.position]);
  const received = await one.poll(all);
  await one.commit(received.map(({ position }) => position));
  await two.close();
  const again = await platform.consumer(TOPIC, 'two');
  assert.deepEqual(
    (await again.poll(all)).map(({ id }) => id),
    ['b'],
  );
});

test('should refuse with LOG_FULL and accept again after a commit when the log is at its bound', async (t) => {
  const path = directory(t);
  await using platform = open(path, { maxBytes: 2 * MiB });
  const producer = await platform.producer(TOPIC);
  const consumer = await platform.consumer(TOPIC, 'store');
  await producer.send([message('k', 'a', MiB), message('k', 'b', MiB)]);
  await assert.rejects(producer.send([message('k', 'c', 1)]), { code: 'LOG_FULL', retryable: true });
  const received = await consumer.poll(all);
  await consumer.commit(received.map(({ position }) => position));
  await producer.send([message('k', 'c', 1)]);
});

test('should refuse for good when a message is larger than the whole log', async (t) => {
  await using platform = open(directory(t), { maxBytes: MiB });
  const producer = await platform.producer(TOPIC);
  const sends = [MiB + 1, 1].map((size) => producer.send([message('k', 'a', size)]));
  await assert.rejects(sends[0]!, { code: 'LOG_FULL', retryable: false });
  await sends[1];
});

test('should stay bounded on disk when many times its bound flows through', async (t) => {
  const path = directory(t);
  await using platform = open(path, { maxBytes: 4 * MiB });
  const producer = await platform.producer(TOPIC);
  const consumer = await platform.consumer(TOPIC, 'store');
  for (let round = 0; round < 40; round++) {
    await producer.send([message('k', `m${round}`, MiB)]);
    const received = await consumer.poll(all);
    await consumer.commit(received.map(({ position }) => position));
  }
  assert.ok(statSync(join(path, 'log.sqlite')).size < 8 * MiB);
});

test('should keep the order of each key when many send at once', async (t) => {
  await using platform = open(directory(t));
  const producer = await platform.producer(TOPIC);
  const sends = Array.from({ length: 200 }, (_, index) => producer.send([message(`k${index % 7}`, `m${index}`)]));
  await Promise.all(sends);
  const consumer = await platform.consumer(TOPIC, 'store');
  const received = await consumer.poll({ ...all, maxMessages: 1000 });
  assert.equal(received.length, 200);
  for (let key = 0; key < 7; key++) {
    const indices = received.map(({ id }) => Number(id.slice(1))).filter((index) => index % 7 === key);
    assert.deepEqual(
      indices,
      indices.toSorted((a, b) => a - b),
    );
  }
});

test('should hold every acknowledged message when the sending process is killed', async (t) => {
  const path = directory(t);
  const acknowledged: string[] = [];
  const child = fork(new URL('./sender.ts', import.meta.url), [path, TOPIC], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (id: string) => {
    acknowledged.push(id);
    if (acknowledged.length === 300) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  await using platform = open(path);
  const consumer = await platform.consumer(TOPIC, 'store');
  const kept = new Set((await consumer.poll({ ...all, maxMessages: 100_000 })).map(({ id }) => id));
  assert.ok(acknowledged.length >= 300);
  assert.deepEqual(
    acknowledged.filter((id) => !kept.has(id)),
    [],
  );
});

test('should take over what was not committed, at once, when a member of the group is killed', async (t) => {
  const path = directory(t);
  await using platform = open(path, { partitions: 4 });
  const producer = await platform.producer(TOPIC);
  await producer.send(['1', '2', '3', '4'].map((key) => message(key, key)));
  const child = fork(new URL('./member.ts', import.meta.url), [path, TOPIC], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [taken] = (await once(child, 'message')) as [string[]];
  assert.deepEqual(taken.toSorted(), ['1', '2', '3', '4']);
  const consumer = await platform.consumer(TOPIC, 'store');
  assert.equal((await consumer.poll(all)).length, 2);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  const begunMs = performance.now();
  const [again] = await Promise.all([consumer.poll({ ...all, waitMs: 5000 })]);
  assert.equal(again.length, 2);
  assert.ok(performance.now() - begunMs < 1000, `${performance.now() - begunMs} ms`);
});

test('should keep what is in it when a log of the version before is opened', async (t) => {
  const path = directory(t);
  {
    await using platform = open(path);
    await (await platform.producer(TOPIC)).send([message('1', 'a')]);
  }
  const database = new DatabaseSync(join(path, 'log.sqlite'));
  database.exec('DROP TABLE members; PRAGMA user_version = 1');
  database.close();
  await using platform = open(path);
  const consumer = await platform.consumer(TOPIC, 'store');
  assert.deepEqual(
    (await consumer.poll(all)).map(({ id }) => id),
    ['a'],
  );
});

test('should leave and close without an error when the disk is full', needs('small-disk'), async () => {
  using disk = mountSmallDisk(MiB);
  const platform = open(disk.path);
  const producer = await platform.producer(TOPIC);
  const join = (group: string) => platform.consumer(TOPIC, group);
  const consumers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(join));
  const flood = Array.from({ length: 100 }, (_, at) => producer.send([message('a', `flood ${at}`, 100_000)]));
  const sent = await Promise.allSettled(flood);
  const refused = sent.filter((result) => result.status === 'rejected');
  assert.ok(refused.length > 0);
  for (const { reason } of refused) assert.equal(reason.code, 'DISK_FULL');
  disk.resize(disk.used());
  const commit = (offset: number) =>
    consumers[0]!.commit([{ platform: 'embedded', topic: TOPIC, partition: 0, offset: BigInt(offset) }]);
  // Each takes pages of the write-ahead log, until there are no more.
  const fill = async () => {
    for (let offset = 0; offset < 2_000; offset++) await commit(offset);
  };
  await assert.rejects(fill, { code: 'DISK_FULL' });
  for (const consumer of consumers) await consumer.close();
  await platform.close();
});
