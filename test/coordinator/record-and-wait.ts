// Records events as fast as it can, tells its parent how many after each turn of the loop, and waits to be killed.
import { SqliteFlightRecorder } from '../../src/coordinator/flight-recorder.ts';

const recorder = new SqliteFlightRecorder({ path: process.argv[2]!, maxEvents: 100_000 });
for (let count = 0; count < 500; count++) {
  recorder.record({
    kind: 'result',
    atMs: 0,
    envelopes: [`${count}`],
    result: 'delivered',
    rounds: 1,
    durationMs: 1,
  });
}
setImmediate(() => setImmediate(() => process.send?.(500)));
setInterval(() => undefined, 1000);
