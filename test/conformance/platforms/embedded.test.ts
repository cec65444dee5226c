import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/app/clock.ts';
import { EmbeddedPlatform } from '../../../src/platforms/embedded/platform.ts';
import { MiB } from './harness.ts';
import { describePlatform } from './suite.ts';

const TRAITS = { sharesPartitions: true, rebalanceWithinMs: 15_000, withoutCredentials: true, withoutAddress: true };

describePlatform('embedded', TRAITS, {}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'vcf-agent-conformance-'));
  return {
    open: async () => new EmbeddedPlatform({ directory, maxBytes: 256 * MiB }, { clock: systemClock }),
    close: () => rm(directory, { recursive: true, force: true }),
  };
});
