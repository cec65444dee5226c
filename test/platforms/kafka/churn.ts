// Leaves groups while they are being shared anew, each at another moment of that. Then there is nothing more to do.
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/app/clock.ts';
import { kafkaOptions } from '../../../src/platforms/kafka/options.ts';
import { KafkaPlatform } from '../../../src/platforms/kafka/platform.ts';
import { PATIENT } from './support.ts';

const MOMENTS = 20;
const BETWEEN_MS = 20;
const [brokers, topic] = process.argv.slice(2) as [string, string];

function open(heartbeatIntervalMs: number): KafkaPlatform {
  const options = kafkaOptions({ brokers: brokers.split(','), ...PATIENT, heartbeatIntervalMs });
  return new KafkaPlatform(options, { clock: systemClock });
}

/** A group is shared anew when the last of its members has heard of it. */
async function leaveAt(moment: number): Promise<void> {
  const group = `churn-${moment}`;
  await using prompt = open(20);
  await using late = open(1_000);
  await late.consumer(topic, group);
  const leaver = await prompt.consumer(topic, group);
  const joining = prompt.consumer(topic, group);
  await sleep(moment * BETWEEN_MS);
  await leaver.close();
  await joining;
}

await Promise.all(Array.from({ length: MOMENTS }, (_, moment) => leaveAt(moment)));
