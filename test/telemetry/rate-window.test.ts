import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateWindow } from '../../src/telemetry/rate-window.ts';

function make() {
  const time = { ms: 5_000 };
  return { time, window: new RateWindow(() => time.ms, { seconds: 60 }) };
}

test('should tell the mean of all time while there was less than was asked for', () => {
  const { time, window } = make();
  assert.equal(window.perSecond(10), 0);
  window.add(100);
  time.ms += 2_000;
  assert.equal(window.perSecond(10), 50);
  assert.equal(window.perSecond(60), 50);
});

test('should forget what is older than was asked for', () => {
  const { time, window } = make();
  window.add(1_000);
  time.ms += 30_000;
  window.add(60);
  assert.equal(window.perSecond(10), 6);
  assert.ok(window.perSecond(60) > 35);
  time.ms += 61_000;
  assert.equal(window.perSecond(60), 0);
});

test('should not count a second twice when nothing happened for longer than the window', () => {
  const { time, window } = make();
  for (let second = 0; second < 200; second++) {
    window.add(10);
    time.ms += 1_000;
  }
  assert.ok(Math.abs(window.perSecond(60) - 10) < 0.2);
  time.ms += 1_000_000;
  window.add(10);
  time.ms += 10_000;
  assert.equal(window.perSecond(10), 1);
});
