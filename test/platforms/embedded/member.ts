// Joins a group, tells its parent the ids that it was given, commits none of them and stays until it is killed.
import { systemClock } from '../../../src/app/clock.ts';
import { EmbeddedPlatform } from '../../../src/platforms/embedded/platform.ts';

const [directory, topic] = process.argv.slice(2) as [string, string];
const platform = new EmbeddedPlatform({ directory, maxBytes: 1 << 30 }, { clock: systemClock });
const consumer = await platform.consumer(topic, 'store');
const messages = await consumer.poll({ maxMessages: 100, maxBytes: 1 << 20, waitMs: 5000 });
process.send?.(messages.map(({ id }) => id));
for (;;) await consumer.poll({ maxMessages: 100, maxBytes: 1 << 20, waitMs: 1000 });
