import { after, before, describe } from 'node:test';
import type { Platform } from '../../../src/core/ports.ts';
import { declareDeliveryTests } from './delivery.ts';
import { declareFailureTests } from './failures.ts';
import { declareGroupTests } from './groups.ts';
import type { PlatformHarness, PlatformTraits } from './harness.ts';
import { unique } from './harness.ts';
import { declareTopicTests } from './topics.ts';

/** What a test of the suite is given. */
export interface Bench {
  readonly harness: PlatformHarness;
  /** A new client, closed when the suite ends (again, if the test has closed it). */
  open(): Promise<Platform>;
  /** Remembers a client for the end of the suite. */
  closeLater(platform: Platform): Platform;
  /** A client, and a new topic of this many partitions in it. */
  withTopic(partitions?: number): Promise<{ readonly platform: Platform; readonly topic: string }>;
}

/**
 * Declares the tests that every platform has to pass. `start` runs once before them and gives clients of real servers;
 * `options` (of `describe`) may skip: `needs('kafka')`.
 */
export function describePlatform(
  name: string,
  traits: PlatformTraits,
  options: { readonly skip?: string },
  start: () => Promise<PlatformHarness>,
): void {
  describe(`platform ${name}`, options, () => {
    let harness: PlatformHarness | undefined;
    const opened: Platform[] = [];
    const closeLater = (platform: Platform): Platform => {
      opened.push(platform);
      return platform;
    };
    const started = (): PlatformHarness => {
      if (harness === undefined) throw new Error('the harness has not started');
      return harness;
    };
    const bench: Bench = {
      get harness() {
        return started();
      },
      open: async () => closeLater(await started().open()),
      closeLater,
      withTopic: async (partitions = 4) => {
        const platform = closeLater(await started().open());
        const topic = unique('topic');
        await platform.topics.create({ name: topic, partitions });
        return { platform, topic };
      },
    };
    before(async () => {
      harness = await start();
    });
    after(async () => {
      await Promise.allSettled(opened.map((platform) => platform.close()));
      await harness?.close();
    });
    declareDeliveryTests(bench);
    declareTopicTests(bench);
    declareGroupTests(bench, traits);
    declareFailureTests(bench, traits);
  });
}
