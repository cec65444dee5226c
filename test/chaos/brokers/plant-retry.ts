// Plants a bug: an id counts as sent once it was tried, so that a second try, on whichever platform, is skipped as a duplicate.
import { Lane } from '../../../src/coordinator/lane.ts';

const tried = new Set<string>();
const send = Lane.prototype.send;
Lane.prototype.send = async function (topic, messages, stop) {
  const fresh = messages.filter(({ id }) => !tried.has(id));
  for (const { id } of messages) tried.add(id);
  if (fresh.length > 0) await send.call(this, topic, fresh, stop);
};
