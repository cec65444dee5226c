import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VcfAgentError } from '../../src/core/errors.ts';
import { parseOptions, SignalOptions } from '../../src/health/options.ts';
import { PlatformSignals } from '../../src/health/signals.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

function make(options: Partial<SignalOptions> = {}) {
  const clock = new FakeClock();
  return { clock, signals: new PlatformSignals(parseOptions('signals', SignalOptions, options), clock) };
}

const unavailable = new VcfAgentError('PLATFORM_UNAVAILABLE', 'refused');
const timeout = new VcfAgentError('PLATFORM_TIMEOUT', 'no answer');

test('should be disconnected at the first refused connection and connected at the next acknowledgement', () => {
  const { signals } = make();
  signals.begin().failed(unavailable);
  assert.equal(signals.read().connected, false);
  signals.begin().acknowledged();
  assert.equal(signals.read().connected, true);
});

test('should grow silent while sends wait and nothing is answered', async () => {
  const { clock, signals } = make();
  assert.equal(signals.read().silentMs, 0);
  signals.begin();
  await clock.advance(300);
  const second = signals.begin();
  await clock.advance(100);
  assert.deepEqual([signals.read().silentMs, signals.read().inFlight], [400, 2]);
  second.acknowledged();
  assert.equal(signals.read().silentMs, 0, 'another send passed: it is one message that hangs');
  await clock.advance(50);
  assert.equal(signals.read().silentMs, 50);
});

test('should stay connected when a send times out that others have passed', async () => {
  const { clock, signals } = make();
  const hanging = signals.begin();
  await clock.advance(10);
  signals.begin().acknowledged();
  hanging.failed(timeout);
  assert.equal(signals.read().connected, true);
  const alone = signals.begin();
  await clock.advance(10);
  alone.failed(timeout);
  assert.equal(signals.read().connected, false);
});

test('should stay connected when a probe times out and a send was answered since it began', async () => {
  const { clock, signals } = make();
  const send = signals.begin();
  await clock.advance(10);
  send.acknowledged();
  signals.probeFailed(0, timeout);
  assert.equal(signals.read().connected, true);
  signals.probeFailed(10, timeout);
  assert.equal(signals.read().connected, false, 'nothing was answered since');
});

test('should be disconnected at a refused probe whatever was answered', async () => {
  const { clock, signals } = make();
  const send = signals.begin();
  await clock.advance(10);
  send.acknowledged();
  signals.probeFailed(0, unavailable);
  assert.equal(signals.read().connected, false);
});

test('should not call one failure after a pause a rate of 100 %', () => {
  const { signals } = make({ minimumCalls: 200 });
  signals.begin().failed(unavailable);
  assert.equal(signals.read().errorRate, 1 / 200);
});

test('should count unanswered sends in throughput and refused ones only in errors', () => {
  const { signals } = make({ minimumCalls: 1 });
  signals.begin().acknowledged();
  signals.begin().acknowledged();
  signals.begin().failed(new VcfAgentError('PLATFORM_ERROR', 'refused'));
  signals.begin().failed(timeout);
  const { errorRate, throughput } = signals.read();
  assert.deepEqual([errorRate, throughput], [0.5, 0.75]);
});

test('should give the 95th percentile within 9 %, and forget what is old', async () => {
  const { clock, signals } = make({ windowMs: 10_000 });
  for (let count = 0; count < 100; count++) {
    const send = signals.begin();
    await clock.advance(count < 94 ? 2 : 400);
    send.acknowledged();
  }
  const { latencyMs } = signals.read();
  assert.ok(latencyMs >= 400 && latencyMs < 440, `${latencyMs}`);
  await clock.advance(10_001);
  assert.equal(signals.read().latencyMs, 0);
});

test('should take the latency of probes while nothing is sent, and not take a probe for an answer', async () => {
  const { clock, signals } = make();
  signals.begin();
  await clock.advance(600);
  signals.probed(7);
  assert.deepEqual([signals.read().latencyMs, signals.read().silentMs], [7, 600]);
});

test('should keep its memory when sends never end well', () => {
  const { signals } = make({ windowCalls: 100 });
  for (let count = 0; count < 10_000; count++) signals.begin().abandoned();
  assert.equal(signals.read().inFlight, 0);
});
