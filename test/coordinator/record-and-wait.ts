// Records events, tells its parent a moment later, and waits to be killed. Nothing is flushed or closed.
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
setTimeout(() => process.send?.(500), 100);
setInterval(() => undefined, 1000);
