import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CircuitBreaker, type Permit } from '../../src/health/circuit-breaker.ts';
import { BreakerOptions, parseOptions } from '../../src/health/options.ts';
import { BreakerModel } from './breaker-model.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const RUNS = 2000;

interface Real {
  readonly breaker: CircuitBreaker;
  readonly permits: (Permit | undefined)[];
  readonly time: { nowMs: number };
}

type Command = fc.Command<BreakerModel, Real>;

/** Reads everything twice: what a reading changed would show in the second. */
function compare(model: BreakerModel, { breaker }: Real): void {
  for (let reading = 0; reading < 2; reading++) {
    const { state, rejected, opened, failuresInRow, trialsInFlight, trialsSucceeded, forMs } = breaker.status();
    assert.deepEqual(
      {
        state,
        rejected,
        opened,
        failuresInRow,
        trialsInFlight,
        trialsSucceeded,
        forMs,
        permits: breaker.wouldPermit(),
      },
      {
        state: model.state,
        rejected: model.rejected,
        opened: model.opened,
        failuresInRow: model.failuresInRow(),
        trialsInFlight: model.trialsInFlight(),
        trialsSucceeded: model.trialsSucceeded(),
        forMs: model.nowMs - model.sinceMs,
        permits: model.permits(),
      },
    );
  }
}

function command(name: string, run: (model: BreakerModel, real: Real) => void): Command {
  return {
    check: () => true,
    run: (model, real) => {
      run(model, real);
      compare(model, real);
    },
    toString: () => name,
  };
}

const acquire = fc.constant(
  command('acquire', (model, real) => {
    model.acquire();
    real.permits.push(real.breaker.tryAcquire());
    assert.equal(real.permits.at(-1) !== undefined, model.calls.at(-1) !== undefined);
  }),
);

const settle = fc
  .tuple(fc.nat({ max: 12 }), fc.constantFrom('succeeded', 'failed', 'failed', 'released'))
  .map(([back, outcome]) =>
    command(`${outcome} ${back} back`, (model, real) => {
      const index = real.permits.length - 1 - back;
      if (index < 0) return;
      real.permits[index]?.[outcome]();
      model.settle(index, outcome);
    }),
  );

const pass = fc.constantFrom(1, 50, 99, 100, 101, 400, 1000, 5000).map((durationMs) =>
  command(`pass ${durationMs} ms`, (model, real) => {
    real.time.nowMs += durationMs;
    model.nowMs += durationMs;
  }),
);

const trip = fc.constant(
  command('trip', (model, real) => {
    real.breaker.trip();
    model.trip();
  }),
);

const options = fc.record({
  failureThreshold: fc.integer({ min: 3, max: 10 }),
  openMs: fc.constantFrom(100, 1000),
  halfOpenPermits: fc.integer({ min: 1, max: 4 }),
  successThreshold: fc.integer({ min: 1, max: 4 }),
  windowCalls: fc.integer({ min: 1, max: 12 }),
  windowMs: fc.constantFrom(100, 1000, 100_000),
  minimumCalls: fc.integer({ min: 1, max: 8 }),
  failureRate: fc.constantFrom(0.3, 0.5, 1),
  slowCallMs: fc.constantFrom(50, 100, 5000),
  slowCallRate: fc.constantFrom(0.5, 1),
});

const programs = fc.commands(
  [acquire, acquire, settle, settle, settle, pass, fc.oneof({ weight: 9, arbitrary: pass }, trip)],
  {
    size: '+1',
  },
);

/** Runs random programs against both. `plant` puts a defect into the real one. */
function explore(runs: number, plant: (breaker: CircuitBreaker) => CircuitBreaker = (breaker) => breaker): void {
  const property = fc.property(options, programs, (given, commands) => {
    const time = { nowMs: 0 };
    const clock = { now: () => time.nowMs, monotonicMs: () => time.nowMs, sleep: async () => undefined };
    const parsed = parseOptions('breaker', BreakerOptions, given);
    const setup = () => ({
      model: new BreakerModel(parsed),
      real: { breaker: plant(new CircuitBreaker('b', parsed, { clock })), permits: [], time },
    });
    fc.modelRun(setup, commands);
  });
  fc.assert(property, { numRuns: runs, seed: SEED });
}

test('should do what the reference model does when random programs run on both', (t) => {
  t.diagnostic(`replay with SEED=${SEED}`);
  explore(RUNS);
});

test('should be caught when reading its status changes its state', () => {
  const plant = (breaker: CircuitBreaker) =>
    new Proxy(breaker, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          // The classic defect: asking an open breaker after its time half opens it.
          if (name === 'status' && target.state === 'OPEN' && target.wouldPermit()) target.tryAcquire()?.released();
          return Reflect.apply(value, target, args);
        };
      },
    });
  assert.throws(
    () => explore(RUNS, plant),
    ({ cause }: Error) => /HALF_OPEN/.test(String(cause)),
  );
});
