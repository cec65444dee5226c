import { readFile } from 'node:fs/promises';

/** Bytes in and out since the machine started. */
export interface IoBytes {
  readonly inBytes: number;
  readonly outBytes: number;
}

export interface MemoryUse {
  readonly usedBytes: number;
  readonly totalBytes: number;
}

/** /proc/diskstats counts sectors of this size whatever the disk's own (kernel: Documentation/admin-guide/iostats.rst). */
const SECTOR_BYTES = 512;
const WHOLE_DISK = /^(?:[shv]d[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/;

/** A small file of the kernel's, or undefined where there is none. */
export async function readText(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined);
}

/** Sum over the interfaces of /proc/net/dev except loopback. */
export function networkBytes(text: string | undefined): IoBytes | undefined {
  if (text === undefined) return undefined;
  let inBytes = 0;
  let outBytes = 0;
  for (const line of text.split('\n')) {
    const [name, counts] = line.split(':');
    if (counts === undefined || name!.trim() === 'lo') continue;
    const fields = counts.trim().split(/\s+/);
    inBytes += Number(fields[0]);
    outBytes += Number(fields[8]);
  }
  return { inBytes, outBytes };
}

/** Sum over the whole disks of /proc/diskstats: partitions would count twice. */
export function storageBytes(text: string | undefined): IoBytes | undefined {
  if (text === undefined) return undefined;
  let inBytes = 0;
  let outBytes = 0;
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (!WHOLE_DISK.test(fields[2] ?? '')) continue;
    inBytes += Number(fields[5]) * SECTOR_BYTES;
    outBytes += Number(fields[9]) * SECTOR_BYTES;
  }
  return { inBytes, outBytes };
}

/** From /proc/meminfo: what the kernel says is available is not used, page cache included. */
export function memoryOfMachine(text: string | undefined): MemoryUse | undefined {
  const total = /^MemTotal:\s+(\d+) kB/m.exec(text ?? '');
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(text ?? '');
  if (total === null || available === null) return undefined;
  const totalBytes = Number(total[1]) * 1024;
  return { totalBytes, usedBytes: totalBytes - Number(available[1]) * 1024 };
}

/** From a control group (v2). Cached files that nobody uses are given back before anything is killed: they do not count. */
export function memoryOfContainer(files: {
  readonly max: string | undefined;
  readonly current: string | undefined;
  readonly stat: string | undefined;
}): MemoryUse | undefined {
  const totalBytes = Number(files.max);
  const current = Number(files.current);
  if (!(totalBytes > 0) || !(current > 0)) return undefined;
  const inactive = Number(/^inactive_file (\d+)/m.exec(files.stat ?? '')?.[1] ?? 0);
  return { totalBytes, usedBytes: Math.max(0, current - inactive) };
}
