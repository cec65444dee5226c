/**
 * A process that follows the store with one projection until it has caught up, and can be killed while it does:
 * `follower.ts HOME NAME VARIANTS-A-BATCH [late]`. Says `following` before it applies anything. `late`: with a bug, the
 * watermark is kept before the rows.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { App } from '../../../src/app/app.ts';
import { systemClock } from '../../../src/app/clock.ts';
import { storeFolders } from '../../../src/app/home.ts';
import { OPENERS } from '../../../src/app/projection-openers.ts';
import { type ProjectionOpeners, Projections } from '../../../src/app/projections.ts';
import type { Projection } from '../../../src/core/projection.ts';
import { APP_OPTIONS, nameOf } from './rig.ts';

const [home = '', given = '', batchVariants = '', plant] = process.argv.slice(2);
const name = nameOf(given);
const openers: ProjectionOpeners = OPENERS;
const opener = openers[name]!;

/** The same projection in small batches, so that there is something to be killed between. */
function cut(projection: Projection): Projection {
  return {
    name,
    batchVariants: Number(batchVariants),
    watermark: () => projection.watermark(),
    async apply(entries, files, upTo, options) {
      process.stdout.write('following\n');
      if (plant === 'late') {
        await projection.apply([], files, upTo, options);
        await sleep(50);
      }
      await projection.apply(entries, files, upTo, options);
    },
    settle: async (options) => projection.settle?.(options),
    contents: (fileId, options) => projection.contents(fileId, options),
    expected: (file, envelopes, options) => projection.expected(file, envelopes, options),
    close: () => projection.close(),
    [Symbol.asyncDispose]: () => projection.close(),
  };
}

const open: typeof opener.open = async (folder, options) => cut(await opener.open(folder, options));

await using app = await App.open({ home, ...APP_OPTIONS });
await using projections = new Projections<ProjectionOpeners>({
  store: app.store,
  clock: systemClock,
  openers: { [name]: { isShared: opener.isShared, open } },
  folderOf: (identity) => storeFolders(home, identity).projections,
});
await projections.follow(name);
