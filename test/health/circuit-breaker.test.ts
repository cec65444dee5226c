import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BreakerChange, CircuitBreaker, type Permit } from '../../src/health/circuit-breaker.ts';
import { BreakerOptions, parseOptions } from '../../src/health/options.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

function make(options: Partial<BreakerOptions> = {}) {
  const clock = new FakeClock();
  const changes: BreakerChange[] = [];
  const breaker = new CircuitBreaker('iggy', parseOptions('breaker', BreakerOptions, options), {
    clock,
    onChange: (change) => changes.push(change),
  });
  const permit = (): Permit => {
    const given = breaker.tryAcquire();
    assert.ok(given, 'a permit was expected');
    return given;
  };
  const fail = (times: number) => {
    for (let count = 0; count < times; count++) permit().failed();
  };
  const succeed = (times: number) => {
    for (let count = 0; count < times; count++) permit().succeeded();
  };
  return { clock, changes, breaker, permit, fail, succeed };
}

test('should open when five calls fail in a row, and not before', () => {
  const { breaker, changes, fail, succeed } = make();
  fail(4);
  succeed(1);
  fail(4);
  assert.equal(breaker.state, 'CLOSED');
  fail(1);
  assert.equal(breaker.state, 'OPEN');
  assert.deepEqual(changes, [{ breaker: 'iggy', from: 'CLOSED', to: 'OPEN', reason: 'failures in a row' }]);
});

test('should refuse and count calls for 30 seconds when it is open', async () => {
  const { breaker, clock, fail } = make();
  fail(5);
  await clock.advance(29_999);
  assert.equal(breaker.tryAcquire(), undefined);
  assert.equal(breaker.tryAcquire(), undefined);
  assert.deepEqual([breaker.status().rejected, breaker.status().rejectedSinceOpened], [2, 2]);
  await clock.advance(1);
  assert.ok(breaker.tryAcquire());
  assert.equal(breaker.state, 'HALF_OPEN');
});

test('should not change when its status is read after its time', async () => {
  const { breaker, clock, changes, fail } = make();
  fail(5);
  await clock.advance(60_000);
  for (let count = 0; count < 3; count++) {
    assert.deepEqual([breaker.status().state, breaker.status().retryInMs, breaker.wouldPermit()], ['OPEN', 0, true]);
  }
  assert.equal(changes.length, 1);
});

test('should let three trials through at once and close after three successes when it is half open', async () => {
  const { breaker, clock, fail, permit } = make();
  fail(5);
  await clock.advance(30_000);
  const trials = [permit(), permit(), permit()];
  assert.equal(breaker.tryAcquire(), undefined);
  trials[0]!.succeeded();
  trials[1]!.succeeded();
  assert.equal(breaker.state, 'HALF_OPEN');
  trials[2]!.succeeded();
  assert.equal(breaker.state, 'CLOSED');
});

test('should open again when any trial fails, whatever the others did', async () => {
  const { breaker, clock, fail, permit } = make();
  fail(5);
  await clock.advance(30_000);
  const [first, second, third] = [permit(), permit(), permit()];
  first.succeeded();
  second.succeeded();
  third.failed();
  assert.deepEqual([breaker.state, breaker.status().reason], ['OPEN', 'trial failed']);
  assert.equal(breaker.status().retryInMs, 30_000);
});

test('should give the place of a trial back when its caller gave up', async () => {
  const { breaker, clock, fail, permit } = make({ halfOpenPermits: 1 });
  fail(5);
  await clock.advance(30_000);
  permit().released();
  assert.equal(breaker.state, 'HALF_OPEN');
  permit().succeeded();
});

test('should not count a call when it began before the state that it ends in', async () => {
  const { breaker, clock, fail, permit } = make({ successThreshold: 1 });
  const [slowFailure, slowSuccess] = [permit(), permit()];
  fail(5);
  await clock.advance(30_000);
  const trial = permit();
  slowSuccess.succeeded();
  slowFailure.failed();
  assert.equal(breaker.state, 'HALF_OPEN');
  trial.succeeded();
  assert.equal(breaker.state, 'CLOSED');
});

test('should open when half of the calls in the window fail and there are enough of them', () => {
  const { breaker, fail, succeed } = make({ minimumCalls: 20 });
  for (let count = 0; count < 9; count++) {
    fail(1);
    succeed(1);
  }
  fail(1);
  assert.equal(breaker.state, 'CLOSED');
  succeed(1);
  assert.deepEqual([breaker.state, breaker.status().reason], ['OPEN', 'failure rate']);
});

test('should open when most calls are slow, and again when a trial is slow', async () => {
  const { breaker, clock, permit } = make({ slowCallMs: 100, minimumCalls: 10, openMs: 1000 });
  for (let count = 0; count < 10; count++) {
    const call = permit();
    await clock.advance(100);
    call.succeeded();
  }
  assert.deepEqual([breaker.state, breaker.status().reason], ['OPEN', 'slow calls']);
  await clock.advance(1000);
  const trial = permit();
  await clock.advance(100);
  trial.succeeded();
  assert.deepEqual([breaker.state, breaker.status().reason], ['OPEN', 'trial was slow']);
});

test('should forget calls when they are older than the window', async () => {
  const { breaker, clock, fail, succeed } = make({ minimumCalls: 4, windowMs: 1000 });
  fail(2);
  succeed(1);
  await clock.advance(1001);
  succeed(3);
  fail(1);
  assert.equal(breaker.state, 'CLOSED');
});

test('should open at once and stay open for its whole time again when it is tripped', async () => {
  const { breaker, clock } = make();
  breaker.trip();
  await clock.advance(20_000);
  breaker.trip();
  await clock.advance(20_000);
  assert.deepEqual([breaker.state, breaker.wouldPermit(), breaker.status().opened], ['OPEN', false, 1]);
});

test('should refuse its options when the threshold is not between 3 and 10', () => {
  for (const failureThreshold of [2, 11]) {
    assert.throws(() => parseOptions('breaker', BreakerOptions, { failureThreshold }), {
      code: 'CONFIG_INVALID',
      message: /breaker\.failureThreshold/,
    });
  }
});
