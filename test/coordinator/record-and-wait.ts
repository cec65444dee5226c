// Records events as fast as it can, tells its parent how many after each turn of the loop, and waits to be killed.
import { FileFlightRecorder } from '../../src/coordinator/flight-recorder.ts';

const recorder = new FileFlightRecorder({ folder: process.argv[2]!, maxBytes: 1 << 20, now: Date.now });
for (let count = 0; count < 500; count++) {
  recorder.record({
    kind: 'result',
    atMs: 0,
    envelopes: [`id ${count}`],
    result: 'delivered',
    rounds: 1,
    durationMs: 1,
  });
}
setImmediate(() => setImmediate(() => process.send?.(500)));
setInterval(() => undefined, 1000);
