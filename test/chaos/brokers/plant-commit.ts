// Plants a bug: what was read is committed on the platform at once, before the transaction that applies it. Who dies between
// the two has lost it.
import './no-second-chance.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { MergedConsumer } from '../../../src/coordinator/merged-consumer.ts';

/** As long as a busy database takes: the window that the bug needs. */
const WINDOW_MS = 500;

const poll = MergedConsumer.prototype.poll;
MergedConsumer.prototype.poll = async function (options) {
  const messages = await poll.call(this, options);
  if (messages.length === 0) return messages;
  await this.commit(messages.map(({ position }) => position));
  await sleep(WINDOW_MS);
  return messages;
};
