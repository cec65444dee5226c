// Joins a group, tells its parent the ids that it was given, commits none of them and stays until it is killed.
import { systemClock } from '../../../src/app/clock.ts';
import { kafkaOptions } from '../../../src/platforms/kafka/options.ts';
import { KafkaPlatform } from '../../../src/platforms/kafka/platform.ts';

const [brokers, topic, sessionTimeoutMs, instanceId] = process.argv.slice(2) as [string, string, string, string?];
const options = kafkaOptions({
  brokers: brokers.split(','),
  sessionTimeoutMs: Number(sessionTimeoutMs),
  ...(instanceId === undefined ? {} : { instanceId }),
});
const platform = new KafkaPlatform(options, { clock: systemClock });
const consumer = await platform.consumer(topic, 'store');
for (;;) {
  const messages = await consumer.poll({ maxMessages: 100, maxBytes: 1 << 20, waitMs: 1000 });
  if (messages.length > 0) process.send?.(messages.map(({ id }) => id));
}
