import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/app/clock.ts';
import { storeFolders } from '../../src/app/home.ts';
import { Ingestion } from '../../src/app/ingestion.ts';
import { openRoute, type Route } from '../../src/app/platforms.ts';
import type { Clock, PlatformProducer } from '../../src/core/ports.ts';
import { CheckpointFolder } from '../../src/delivery/checkpoint.ts';
import { DeadLetterFolder } from '../../src/delivery/dead-letter.ts';
import { writeChaosInput } from '../chaos/input.ts';
import { INGEST, openTestApp } from '../support/app.ts';

/** Waits pass a hundred times as fast, so that what is done about a stall is seen in a second. */
const hasty: Clock = { ...systemClock, sleep: (durationMs, options) => systemClock.sleep(durationMs / 100, options) };

/** Says of every envelope that it is safe, and loses some, as a broker does that acknowledges from memory and is killed. */
function losing(producer: PlatformProducer, lost: (index: number) => boolean): PlatformProducer {
  let count = 0;
  return {
    send: async (messages, options) => {
      if (!lost(count++)) await producer.send(messages, options);
    },
    close: () => producer.close(),
  };
}

async function ingestOver(lost: (index: number) => boolean) {
  await using rig = await openTestApp();
  const { store } = rig.app;
  const input = join(rig.folder, 'trio.vcf.gz');
  await writeChaosInput(input, { records: 600, seed: 5 });
  const home = join(rig.folder, 'other');
  const folders = storeFolders(home, 'log');
  const nobody = { brokers: ['127.0.0.1:1'] };
  const settings = { environment: 'development', primary: 'embedded', fallback: 'kafka', kafka: nobody } as const;
  await using route = await openRoute(settings, { home, folders, logMaxBytes: 1 << 24 }, { clock: systemClock });
  const lossy: Route = {
    platforms: route.platforms,
    control: route.control,
    producer: async (topic, options) => losing(await route.producer(topic, options), lost),
    consumer: (topic, group, options) => route.consumer(topic, group, options),
    whenAdmitted: (options) => route.whenAdmitted(options),
    pause: (durationMs, options) => route.pause(durationMs, options),
    close: () => route.close(),
    [Symbol.asyncDispose]: () => route.close(),
  };
  const ports = {
    route: lossy,
    store,
    clock: hasty,
    checkpoints: new CheckpointFolder(folders.checkpoints),
    deadLetters: new DeadLetterFolder(folders.deadLetters),
    spoolFolder: join(home, 'spool'),
  };
  await using ingestion = await Ingestion.open(ports, rig.options, { drained: 'reachable platforms' });
  const { receipt } = await ingestion.run(input, INGEST);
  return { receipt, proof: await rig.app.prove(receipt.fileId) };
}

test('should store every row when a platform has lost envelopes that it had acknowledged', async () => {
  const { receipt, proof } = await ingestOver((index) => index === 3 || index === 7);
  assert.equal(receipt.records, 600);
  assert.deepEqual(proof.failures, []);
});

test('should say that nothing is applied, and give no receipt, when everything is lost again and again', async () => {
  await assert.rejects(
    ingestOver(() => true),
    { code: 'APPLY_STALLED', retryable: true },
  );
});
