// Plants a bug: the checkpoint moves when a send begins, before its acknowledgement. A kill in between loses envelopes.
import { type Checkpoint, CheckpointFolder } from '../../src/delivery/checkpoint.ts';
import { DeliveryTracker } from '../../src/delivery/tracker.ts';
import { EmbeddedProducer } from '../../src/platforms/embedded/producer.ts';

let folder: CheckpointFolder | undefined;
const read = CheckpointFolder.prototype.read;
CheckpointFolder.prototype.read = function (...args) {
  folder = this;
  return read.apply(this, args);
};

let writing = Promise.resolve();
const begin = DeliveryTracker.prototype.begin;
DeliveryTracker.prototype.begin = function (progress) {
  writing = writing.then(() => folder?.write(progress as Checkpoint));
  return begin.call(this, progress);
};

// The log answers late, as a busy disk would: the window that the bug needs.
const send = EmbeddedProducer.prototype.send;
EmbeddedProducer.prototype.send = async function (...args) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return send.apply(this, args);
};
