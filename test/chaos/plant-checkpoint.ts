// Plants a bug: the checkpoint moves when a send begins, before its acknowledgement. A kill in between loses envelopes, if
// the checkpoint is then believed without asking the ledger.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Checkpoint, CheckpointFolder } from '../../src/delivery/checkpoint.ts';
import { DeliveryTracker } from '../../src/delivery/tracker.ts';
import { EmbeddedProducer } from '../../src/platforms/embedded/producer.ts';

let folder: CheckpointFolder | undefined;
const read = CheckpointFolder.prototype.read;
CheckpointFolder.prototype.read = function (...args) {
  folder = this;
  return read.apply(this, args);
};

CheckpointFolder.prototype.isBacked = () => true;

let writing = Promise.resolve();
DeliveryTracker.prototype.begin = (progress) => {
  writing = writing.then(() => folder?.write(progress as Checkpoint));
  return { delivered: () => undefined };
};

// The log takes one message after the other, as a slow disk would: the window that the bug needs.
let sending = Promise.resolve();
const send = EmbeddedProducer.prototype.send;
EmbeddedProducer.prototype.send = async function (...args) {
  sending = sending.then(() => sleep(50));
  await sending;
  return send.apply(this, args);
};
