import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, loadavg, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../core/ports.ts';
import { type IoBytes, memoryOfContainer, memoryOfMachine, networkBytes, readText, storageBytes } from './proc.ts';

/** How the machine is. Shares are of the whole, 0 to 1; rates are since the sample before (0 in the first). */
export interface HostSample {
  readonly cpuShare: number;
  /** Runnable tasks per CPU, mean of a minute. */
  readonly loadPerCpu: number;
  readonly memoryShare: number;
  readonly memoryTotalBytes: number;
  /** Of this process. */
  readonly residentBytes: number;
  /** Of the file system that the home is on; undefined while there is no home. */
  readonly diskFreeBytes: number | undefined;
  readonly diskTotalBytes: number | undefined;
  /** Bytes a second of all interfaces but loopback; undefined where the system does not count them. */
  readonly networkReceivedPerSecond: number | undefined;
  readonly networkSentPerSecond: number | undefined;
  /** Bytes a second of all whole disks; undefined where the system does not count them. */
  readonly storageReadPerSecond: number | undefined;
  readonly storageWrittenPerSecond: number | undefined;
  /** The latest that this process was for anything since the sample before, ms. */
  readonly eventLoopDelayMs: number;
}

interface Counters {
  readonly atMs: number;
  readonly busyMs: number;
  readonly totalMs: number;
  readonly network: IoBytes | undefined;
  readonly storage: IoBytes | undefined;
}

/** Looks at the machine: /proc and the control group where there are any (Linux), what Node knows elsewhere. */
export class HostCollector implements Disposable {
  readonly #home: string;
  readonly #clock: Clock;
  readonly #delay: ReturnType<typeof monitorEventLoopDelay>;
  #before: Counters | undefined;

  constructor(home: string, clock: Clock) {
    this.#home = home;
    this.#clock = clock;
    this.#delay = monitorEventLoopDelay({ resolution: 20 });
    this.#delay.enable();
  }

  async collect(): Promise<HostSample> {
    const [memory, network, storage, disk] = await Promise.all([
      usedMemory(),
      readText('/proc/net/dev').then(networkBytes),
      readText('/proc/diskstats').then(storageBytes),
      statfs(this.#home).catch(() => undefined),
    ]);
    const now: Counters = { atMs: this.#clock.monotonicMs(), ...cpuTimes(), network, storage };
    const before = this.#before ?? now;
    this.#before = now;
    const eventLoopDelayMs = this.#delay.max / 1e6;
    this.#delay.reset();
    return {
      cpuShare: now.totalMs > before.totalMs ? (now.busyMs - before.busyMs) / (now.totalMs - before.totalMs) : 0,
      loadPerCpu: loadavg()[0]! / availableParallelism(),
      memoryShare: memory.usedBytes / memory.totalBytes,
      memoryTotalBytes: memory.totalBytes,
      residentBytes: process.memoryUsage.rss(),
      diskFreeBytes: disk && disk.bavail * disk.bsize,
      diskTotalBytes: disk && disk.blocks * disk.bsize,
      networkReceivedPerSecond: perSecond(before, now, (counters) => counters.network?.inBytes),
      networkSentPerSecond: perSecond(before, now, (counters) => counters.network?.outBytes),
      storageReadPerSecond: perSecond(before, now, (counters) => counters.storage?.inBytes),
      storageWrittenPerSecond: perSecond(before, now, (counters) => counters.storage?.outBytes),
      eventLoopDelayMs,
    };
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }
}

/** Of the control group when it has a limit below the machine's memory: it is what the kernel kills by. */
async function usedMemory(): Promise<{ usedBytes: number; totalBytes: number }> {
  const machine = memoryOfMachine(await readText('/proc/meminfo')) ?? {
    totalBytes: totalmem(),
    usedBytes: totalmem() - freemem(),
  };
  const container = memoryOfContainer({
    max: await readText('/sys/fs/cgroup/memory.max'),
    current: await readText('/sys/fs/cgroup/memory.current'),
    stat: await readText('/sys/fs/cgroup/memory.stat'),
  });
  return container !== undefined && container.totalBytes < machine.totalBytes ? container : machine;
}

function cpuTimes(): { busyMs: number; totalMs: number } {
  let busyMs = 0;
  let idleMs = 0;
  for (const { times } of cpus()) {
    busyMs += times.user + times.nice + times.sys + times.irq;
    idleMs += times.idle;
  }
  return { busyMs, totalMs: busyMs + idleMs };
}

function perSecond(
  before: Counters,
  now: Counters,
  bytes: (counters: Counters) => number | undefined,
): number | undefined {
  const [from, to] = [bytes(before), bytes(now)];
  if (from === undefined || to === undefined) return undefined;
  const elapsedMs = now.atMs - before.atMs;
  // An interface or a disk that went away takes its count with it.
  return elapsedMs > 0 ? (Math.max(0, to - from) * 1000) / elapsedMs : 0;
}
