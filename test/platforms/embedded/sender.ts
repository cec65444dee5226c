// Sends without end and tells its parent each id that was acknowledged, until it is killed.
import { systemClock } from '../../../src/app/clock.ts';
import { EmbeddedPlatform } from '../../../src/platforms/embedded/platform.ts';

const [directory, topic] = process.argv.slice(2) as [string, string];
const platform = new EmbeddedPlatform({ directory, partitions: 2, maxBytes: 1 << 30 }, { clock: systemClock });
const producer = await platform.producer(topic);
for (let n = 0; ; n += 5) {
  const ids = [n, n + 1, n + 2, n + 3, n + 4].map(String);
  await Promise.all(
    ids.map(async (id) => {
      await producer.send([{ key: id, id, body: new Uint8Array(300) }]);
      process.send?.(id);
    }),
  );
}
