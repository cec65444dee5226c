// Plants a bug: a send that nobody has answered counts as done with. It is neither sent again nor anywhere else, and its
// caller is told that all is well.
import './no-second-chance.ts';
import { Lane } from '../../../src/coordinator/lane.ts';
import { isTimeout } from '../../../src/core/errors.ts';

// The other platform is not asked meanwhile, which would save it.
process.env.VCF_AGENT_COORDINATOR_HEDGE_AFTER_MS = '60000';

const send = Lane.prototype.send;
Lane.prototype.send = function (...args) {
  return send.apply(this, args).catch((error) => {
    if (!isTimeout(error)) throw error;
  });
};
