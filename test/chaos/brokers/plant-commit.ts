// Plants a bug: what was read is committed on the platform at once, before the transaction that applies it. Who dies between
// the two has lost it.
import { MergedConsumer } from '../../../src/coordinator/merged-consumer.ts';

const poll = MergedConsumer.prototype.poll;
MergedConsumer.prototype.poll = async function (options) {
  const messages = await poll.call(this, options);
  await this.commit(messages.map(({ position }) => position));
  return messages;
};
