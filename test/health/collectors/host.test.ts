import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { systemClock } from '../../../src/app/clock.ts';
import { HostCollector } from '../../../src/health/collectors/host.ts';
import { memoryOfContainer, memoryOfMachine, networkBytes, storageBytes } from '../../../src/health/collectors/proc.ts';

test('should read this machine: shares between 0 and 1, and CPU that this test burns', async () => {
  using host = new HostCollector(tmpdir(), systemClock);
  await host.collect();
  // The timer that measures the loop has to be under way.
  await systemClock.sleep(100);
  const until = performance.now() + 300;
  while (performance.now() < until);
  const sample = await host.collect();
  assert.ok(sample.cpuShare > 0 && sample.cpuShare <= 1, `cpu ${sample.cpuShare}`);
  assert.ok(sample.memoryShare > 0 && sample.memoryShare < 1, `memory ${sample.memoryShare}`);
  assert.ok(sample.residentBytes < sample.memoryTotalBytes);
  assert.ok(sample.diskFreeBytes! > 0 && sample.diskFreeBytes! <= sample.diskTotalBytes!);
  assert.ok(sample.eventLoopDelayMs > 200, `the loop stood still for 300 ms, seen ${sample.eventLoopDelayMs}`);
});

test('should know no disk when there is no such folder', async () => {
  using host = new HostCollector('/no/such/folder', systemClock);
  assert.equal((await host.collect()).diskFreeBytes, undefined);
});

test('should add up all interfaces but loopback', () => {
  const text = `Inter-|   Receive                  |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 900 9 0 0 0 0 0 0 900 9 0 0 0 0 0 0
  eth0: 1000 1 0 0 0 0 0 0 50 1 0 0 0 0 0 0
  eth1:24 1 0 0 0 0 0 0 6 1 0 0 0 0 0 0
`;
  assert.deepEqual(networkBytes(text), { inBytes: 1024, outBytes: 56 });
  assert.equal(networkBytes(undefined), undefined);
});

test('should add up whole disks and not their partitions', () => {
  const text = `   8       0 sda 100 0 10 5 200 0 20 5 0 0 0
   8       1 sda1 100 0 10 5 200 0 20 5 0 0 0
 259       0 nvme0n1 1 0 2 5 1 0 4 5 0 0 0
 259       1 nvme0n1p1 1 0 2 5 1 0 4 5 0 0 0
   7       0 loop0 1 0 999 5 1 0 999 5 0 0 0
`;
  assert.deepEqual(storageBytes(text), { inBytes: 12 * 512, outBytes: 24 * 512 });
});

test('should not count what the kernel can give back as used', () => {
  assert.deepEqual(memoryOfMachine('MemTotal:    1000 kB\nMemFree:   10 kB\nMemAvailable:   600 kB\n'), {
    totalBytes: 1_024_000,
    usedBytes: 409_600,
  });
  const stat = 'anon 300\ninactive_file 600\nactive_file 5\n';
  assert.deepEqual(memoryOfContainer({ max: '1000\n', current: '950\n', stat }), { totalBytes: 1000, usedBytes: 350 });
});

test('should know no limit of a container when it has none', () => {
  assert.equal(memoryOfContainer({ max: 'max\n', current: '950\n', stat: '' }), undefined);
  assert.equal(memoryOfContainer({ max: undefined, current: undefined, stat: undefined }), undefined);
});
