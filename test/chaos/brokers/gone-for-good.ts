import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEnvelope } from '../../../src/codec/envelope-codec.ts';
import type { Run } from '../program.ts';
import { LedgerLock } from './ledger-lock.ts';
import type { Round } from './plan.ts';
import { CONSUMPTION, describe, type Programs, type Scene } from './programs.ts';
import { type Calm, differenceOf, type Ending } from './verdict.ts';

const LOOK_EVERY_MS = 10;
const POLL = { maxMessages: 100, maxBytes: 1 << 24, waitMs: 200 };
/** More than a file of a storm has: everything is sent before anything is applied. */
const ALL_IN_FLIGHT = { VCF_AGENT_MAX_IN_FLIGHT: '10000000' };

/**
 * An ingest mends what a worker loses: it sends again what is acknowledged and not applied. Here nobody does. The ingest is
 * killed when the platforms have all of its file and the tables nothing; then a worker is killed in the middle of a
 * transaction; the next one has to bring to the tables whatever the platforms hold.
 */
export async function playGoneForGood(
  { at }: Pick<Round, 'at'>,
  scene: Scene,
  {
    programs,
    ingestion,
    calm,
  }: { readonly programs: Programs; readonly ingestion: readonly string[]; readonly calm: Calm },
): Promise<Ending> {
  await using ledger = await LedgerLock.take(programs.stage.database.url);
  // Sound also where something is planted: it is a worker that is to be caught.
  const ingest = programs.start(scene, ingestion, { sound: true, env: ALL_IN_FLIGHT });
  const held = await heldBy(programs, scene, { ingest, envelopes: calm.envelopes });
  await kill(ingest, ledger);
  const ending = { isHit: false, restarts: 0, recoveryMs: 0 };
  if (held.size < calm.envelopes) {
    return { ...ending, violation: describe({ ...(await ingest.done), hung: true }, 'the ingest') };
  }
  const worker = programs.start(scene, CONSUMPTION);
  const isHit = await untilMidway(programs, scene, { worker, ledger, at, envelopes: held.size });
  await kill(worker, ledger);
  await ledger.release();
  const begunMs = performance.now();
  const outcome = await programs.ended(programs.start(scene, [...CONSUMPTION, '--until-drained']));
  const hit = { ...ending, isHit, recoveryMs: performance.now() - begunMs };
  if (outcome.code !== 0) return { ...hit, violation: describe(outcome, 'the next worker') };
  const lost = held.difference(await programs.applied(scene.tenant));
  if (lost.size > 0) return { ...hit, violation: `${lost.size} of ${held.size} acknowledged envelopes are lost` };
  // A file whose ingest has not ended has no receipt.
  return { ...hit, violation: differenceOf(await programs.stored(scene), calm, ['incomplete']) };
}

/** Ids of the scene's envelopes, read from the platforms by a group of its own, when all are there or no more can come. */
async function heldBy(
  programs: Programs,
  scene: Scene,
  { ingest, envelopes }: { readonly ingest: Run; readonly envelopes: number },
): Promise<ReadonlySet<string>> {
  const held = new Set<string>();
  const isOver = programs.watch(ingest);
  await programs.reading(scene, `audit-${scene.tenant}`, async (consumer) => {
    while (held.size < envelopes && !isOver()) {
      for (const { id, body } of await consumer.poll(POLL)) {
        if (decodeEnvelope(body).tenant === scene.tenant) held.add(id);
      }
    }
  });
  return held;
}

interface Midway extends Pick<Round, 'at'> {
  readonly worker: Run;
  readonly ledger: LedgerLock;
  /** That it has to apply in all. */
  readonly envelopes: number;
}

/** Resolves when the worker has applied its share and is in the middle of a transaction; false when there is none any more. */
async function untilMidway(
  programs: Programs,
  { tenant }: Scene,
  { worker, ledger, envelopes, at }: Midway,
): Promise<boolean> {
  const wanted = Math.round(at * envelopes);
  const isOver = programs.watch(worker);
  if (wanted > 0) {
    await ledger.release();
    while (!isOver() && (await programs.applied(tenant)).size < wanted) await sleep(LOOK_EVERY_MS);
    await ledger.take();
  }
  while (!isOver() && (await programs.applied(tenant)).size < envelopes) {
    if (await ledger.isWaitedFor()) return true;
    await sleep(LOOK_EVERY_MS);
  }
  return false;
}

async function kill({ child, done }: Run, ledger: LedgerLock): Promise<void> {
  child.kill('SIGKILL');
  await done;
  await ledger.endWaiting();
}
