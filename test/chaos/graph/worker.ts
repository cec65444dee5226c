/**
 * Brings a graph up to where a fixed list of entries ends, healing as the app does: what is damaged is removed and made anew.
 * Argument: JSON of WorkerOptions. Tells its parent when an `apply` begins, with the process that writes.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { VcfAgentError } from '../../../src/core/errors.ts';
import type { GraphProjection } from '../../../src/stores/graph/projection.ts';
import { openGraph, place } from '../../support/graph.ts';
import { history } from './history.ts';

export interface WorkerOptions {
  readonly folder: string;
  readonly variants: number;
  /** Planted: after a kill what the database made of itself is trusted. */
  readonly plant: boolean;
}

const options: WorkerOptions = JSON.parse(process.argv[2]!);
const statePath = join(options.folder, 'state.json');
const keptPath = `${options.folder}.kept`;

async function opened(): Promise<GraphProjection> {
  mkdirSync(options.folder, { recursive: true });
  if (options.plant && !existsSync(statePath) && existsSync(keptPath)) copyFileSync(keptPath, statePath);
  try {
    return await openGraph(options.folder);
  } catch (error) {
    if (!(error instanceof VcfAgentError) || error.code !== 'PROJECTION_DAMAGED') throw error;
    rmSync(options.folder, { recursive: true });
    process.send?.({ kind: 'rebuilding' });
    return await opened();
  }
}

const steps = history(options.variants);
const graph = await opened();
const done = Number((await graph.watermark())?.seq ?? 0n);
for (let seq = done + 1; seq <= steps.length; seq++) {
  const { entries, files } = steps[seq - 1]!;
  const applying = graph.apply(entries, files, place(seq));
  let isOver = false;
  applying.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  // The writer is there as soon as its process is.
  while (graph.writerPid === undefined && !isOver) await new Promise((resolve) => setTimeout(resolve, 1));
  process.send?.({ kind: 'applying', seq, writerPid: graph.writerPid });
  await applying;
  if (options.plant) copyFileSync(statePath, keptPath);
}
await graph.close();
process.send?.({ kind: 'done' });
process.disconnect?.();
