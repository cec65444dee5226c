import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NarrationProvider, ProviderAnswer, ProviderFailure } from '../../../src/analysis/providers/provider.ts';
import { Lane, type LaneOptions } from '../../../src/analysis/router/lane.ts';
import { NarrationRouter, type Routed, type RouterOptions } from '../../../src/analysis/router/router.ts';
import { VcfAgentError } from '../../../src/core/errors.ts';
import {
  ANY_PROVIDER,
  type AttemptFailureKind,
  type BudgetLimits,
  type Spending,
} from '../../../src/core/narratives.ts';
import { CircuitBreaker } from '../../../src/health/circuit-breaker.ts';
import { BreakerOptions, parseOptions } from '../../../src/health/options.ts';
import { createRandom } from '../../fuzz/random.ts';
import { FakeClock } from '../../simulation/fake-clock.ts';

/** What a provider does with a question: an answer or a failure after so long, or never anything. */
type Act = { readonly afterMs: number; readonly with: 'answer' | AttemptFailureKind } | 'silence';

interface Call {
  readonly provider: string;
  readonly begunMs: number;
  endedMs: number;
  gaveUp: boolean;
}

const ACT: Act = { afterMs: 1000, with: 'answer' };
function randomFrom(seed: number): () => number {
  const { next } = createRandom(seed);
  return () => next() / 2 ** 32;
}

const NO_LIMITS: BudgetLimits = { requests: null, tokens: null, costMicroUsd: null };

/** Budgets in memory, for schedules without a database: reserve and settle as the store has them. */
class MemoryBudgets {
  readonly spent = new Map<string, Spending>();

  async reserve(provider: string, spending: Spending, limits: BudgetLimits): Promise<boolean> {
    const next = this.#sum(provider, spending);
    const kinds = Object.keys(limits) as (keyof BudgetLimits)[];
    if (kinds.some((kind) => limits[kind] !== null && next[kind] > limits[kind])) return false;
    this.spent.set(provider, next);
    return true;
  }

  async settle(provider: string, difference: Spending): Promise<void> {
    this.spent.set(provider, this.#sum(provider, difference));
  }

  #sum(provider: string, { requests, tokens, costMicroUsd }: Spending): Spending {
    const known = this.spent.get(provider) ?? { requests: 0, tokens: 0, costMicroUsd: 0 };
    return {
      requests: known.requests + requests,
      tokens: known.tokens + tokens,
      costMicroUsd: known.costMicroUsd + costMicroUsd,
    };
  }
}

/** A router over providers that act as told, under a clock that stands still until it is told to go on. */
function rig(
  acts: Readonly<Record<string, (call: number) => Act>>,
  {
    lanes = {},
    breaker = {},
    seed = 1,
    lane: LaneKind = Lane,
    ...options
  }: Partial<RouterOptions> & {
    readonly lanes?: Readonly<Record<string, Partial<LaneOptions>>>;
    readonly breaker?: Partial<BreakerOptions>;
    readonly seed?: number;
    readonly lane?: typeof Lane;
  } = {},
) {
  const clock = new FakeClock();
  const budgets = new MemoryBudgets();
  const calls: Call[] = [];
  const random = randomFrom(seed);
  const all = Object.keys(acts).map((name) => {
    const provider: NarrationProvider = {
      name,
      model: 'm',
      baseUrl: '',
      prepare: async () => {},
      narrate: () => Promise.reject(new Error('not asked')),
    };
    const laneOptions = {
      priority: 1,
      weight: 1,
      concurrency: 4,
      requestsPerMinute: 60_000,
      timeoutMs: 5_000,
      limits: NO_LIMITS,
      usdPerMillionInput: 1,
      usdPerMillionOutput: 2,
      ...lanes[name],
    };
    const options = parseOptions('breaker', BreakerOptions, { slowCallMs: 60_000, ...breaker });
    return new LaneKind(provider, laneOptions, {
      clock,
      budgets,
      breaker: new CircuitBreaker(name, options, { clock }),
    });
  });
  const router = new NarrationRouter(
    all,
    { strategy: 'priority', hedgeAfterMs: 0, waitForTurnMs: 60_000, maxOutputTokens: 100, ...options },
    { clock, random },
  );
  const counts = new Map<string, number>();
  const ask = async ({ name }: NarrationProvider, { signal }: { readonly signal: AbortSignal }) => {
    const number = counts.get(name) ?? 0;
    counts.set(name, number + 1);
    const act = acts[name]!(number);
    const call: Call = {
      provider: name,
      begunMs: clock.monotonicMs(),
      endedMs: Number.POSITIVE_INFINITY,
      gaveUp: false,
    };
    calls.push(call);
    try {
      await clock.sleep(act === 'silence' ? 1e9 : act.afterMs, { signal });
      return replyOf(act);
    } catch (error) {
      call.gaveUp = true;
      throw error;
    } finally {
      call.endedMs = clock.monotonicMs();
    }
  };
  const route = (asked = ANY_PROVIDER, signal?: AbortSignal): Promise<Routed> =>
    router.route({ asked, characters: 300, ask }, { signal });
  return { clock, budgets, calls, route, router };
}

function replyOf(act: Act): ProviderAnswer | ProviderFailure {
  if (act === 'silence' || act.with === 'answer') return { ok: true, text: 'said', inputTokens: 50, outputTokens: 10 };
  return { ok: false, kind: act.with, reason: 'told so' };
}

const always = (act: Act) => () => act;
const failing = (kind: AttemptFailureKind, afterMs = 10): Act => ({ afterMs, with: kind });
const namesOf = (calls: readonly Call[]) => calls.map(({ provider }) => provider);

describe('failover', () => {
  for (const kind of ['server error', 'rate limited', 'refused', 'cut off', 'malformed', 'unavailable'] as const) {
    test(`should ask the next provider at once when one answers with "${kind}"`, async () => {
      const { clock, calls, route } = rig({ a: always(failing(kind)), b: always(ACT) });
      const routed = await clock.until(route());
      assert.equal(routed.answer?.provider.name, 'b');
      assert.deepEqual(routed.failures, [{ provider: 'a', model: 'm', kind, reason: 'told so' }]);
      assert.equal(calls[1]!.begunMs - calls[0]!.endedMs, 0);
      assert.equal(clock.sleeping, 0);
    });
  }

  test('should ask the next provider at the very end of the time that one has', async () => {
    const { clock, calls, route } = rig({ a: always('silence'), b: always(ACT) });
    const routed = await clock.until(route());
    assert.equal(routed.answer?.provider.name, 'b');
    assert.equal(routed.failures[0]!.kind, 'timeout');
    assert.deepEqual([calls[0]!.gaveUp, calls[1]!.begunMs], [true, 5_000]);
    assert.equal(clock.sleeping, 0);
  });

  test('should ask another beside one that is slow, take who is first, and give the other up', async () => {
    const { clock, calls, route } = rig({ a: always('silence'), b: always(ACT) }, { hedgeAfterMs: 700 });
    const routed = await clock.until(route());
    assert.equal(routed.answer?.provider.name, 'b');
    assert.deepEqual([calls[1]!.begunMs, clock.monotonicMs()], [700, 1_700]);
    await clock.advance(0);
    assert.equal(calls[0]!.gaveUp, true);
    assert.deepEqual(routed.failures, []);
    assert.equal(clock.sleeping, 0);
  });

  test('should go on with who is left when both of a hedge fail', async () => {
    const acts = { a: always(failing('server error', 2_000)), b: always(failing('server error', 100)), c: always(ACT) };
    const { clock, calls, route } = rig(acts, { hedgeAfterMs: 500 });
    const routed = await clock.until(route());
    assert.deepEqual(namesOf(calls), ['a', 'b', 'c']);
    assert.equal(routed.answer?.provider.name, 'c');
  });

  test('should end without an answer, and say why of each, when nobody answers', async () => {
    const { clock, route } = rig({ a: always(failing('server error')), b: always('silence') });
    const routed = await clock.until(route());
    assert.equal(routed.answer, undefined);
    assert.deepEqual(
      routed.failures.map(({ provider, kind }) => [provider, kind]),
      [
        ['a', 'server error'],
        ['b', 'timeout'],
      ],
    );
  });

  test('should ask only whom it is told to', async () => {
    const { clock, calls, route } = rig({ a: always(ACT), b: always(failing('server error')) });
    const routed = await clock.until(route('b'));
    assert.deepEqual([namesOf(calls), routed.answer], [['b'], undefined]);
    assert.deepEqual(await clock.until(route('nobody')), { failures: [] });
  });

  test('should ask one no more whose breaker is open, and again when its time is over', async () => {
    const acts = { a: (call: number) => (call < 3 ? failing('server error') : ACT), b: always(ACT) };
    const { clock, calls, route } = rig(acts, { breaker: { failureThreshold: 3, openMs: 30_000 } });
    for (let i = 0; i < 3; i++) await clock.until(route());
    calls.length = 0;
    await clock.until(route());
    assert.deepEqual(namesOf(calls), ['b']);
    await clock.advance(30_000);
    calls.length = 0;
    const routed = await clock.until(route());
    assert.deepEqual([namesOf(calls), routed.answer?.provider.name], [['a'], 'a']);
  });

  test('should not keep somebody waiting for a breaker to close when nobody else is left', async () => {
    const { clock, route } = rig({ a: always(failing('server error')) }, { breaker: { failureThreshold: 3 } });
    for (let i = 0; i < 3; i++) await clock.until(route());
    const begunMs = clock.monotonicMs();
    const routed = await clock.until(route());
    assert.equal(routed.failures[0]!.reason, 'its circuit breaker is open');
    assert.equal(clock.monotonicMs(), begunMs);
  });

  test('should leave one alone for as long as it asks for, and not take that for an illness', async () => {
    const acts = { a: (call: number) => (call === 0 ? failing('rate limited') : ACT), b: always(ACT) };
    const { clock, calls, route, router } = rig(acts);
    await clock.until(route());
    await clock.until(route());
    assert.deepEqual(namesOf(calls), ['a', 'b', 'b']);
    assert.equal(router.lanes[0]!.isShutOut, false);
    await clock.advance(5_000);
    await clock.until(route());
    assert.equal(namesOf(calls).at(-1), 'a');
  });

  test('should give everything up and reject as its signal when the caller gives up', async () => {
    const { clock, calls, route } = rig({ a: always('silence'), b: always(ACT) });
    const stop = new AbortController();
    const routed = route(ANY_PROVIDER, stop.signal);
    await clock.advance(100);
    const reason = new VcfAgentError('ABORTED', 'given up');
    stop.abort(reason);
    await assert.rejects(routed, (error) => error === reason);
    await clock.advance(0);
    assert.deepEqual([calls.length, calls[0]!.gaveUp, clock.sleeping], [1, true, 0]);
  });
});

describe('limits', () => {
  test('should never ask more at once than a provider takes, and make the rest wait', async () => {
    const { clock, calls, route } = rig({ a: always(ACT) }, { lanes: { a: { concurrency: 2 } } });
    const all = Promise.all(Array.from({ length: 6 }, () => route()));
    const routed = await clock.until(all);
    assert.ok(routed.every(({ answer }) => answer !== undefined));
    assert.equal(mostAtOnce(calls), 2);
    assert.equal(clock.monotonicMs(), 3_000);
  });

  test('should pass over one that is busy while another is free', async () => {
    const { clock, calls, route } = rig({ a: always(ACT), b: always(ACT) }, { lanes: { a: { concurrency: 1 } } });
    await clock.until(Promise.all([route(), route(), route()]));
    assert.deepEqual(namesOf(calls), ['a', 'b', 'b']);
  });

  test('should begin no more a minute than a provider may be asked', async () => {
    const { clock, calls, route } = rig(
      { a: always({ afterMs: 1, with: 'answer' }) },
      { lanes: { a: { requestsPerMinute: 30 } } },
    );
    await clock.until(Promise.all(Array.from({ length: 10 }, () => route())));
    const gaps = calls.slice(1).map(({ begunMs }, i) => begunMs - calls[i]!.begunMs);
    assert.ok(
      gaps.every((gap) => gap >= 2_000 - 1e-6),
      String(gaps),
    );
  });

  test('should give up waiting for a turn in time', async () => {
    const { clock, route } = rig(
      { a: always('silence') },
      { lanes: { a: { concurrency: 1, timeoutMs: 100_000 } }, waitForTurnMs: 3_000 },
    );
    const first = route();
    const second = await clock.until(route());
    assert.equal(second.failures[0]!.reason, 'it had no turn in time');
    assert.equal(clock.monotonicMs(), 3_000);
    await clock.until(first);
  });

  test('should ask nobody whose budget would be exceeded, and book what was really spent', async () => {
    const limits = { requests: null, tokens: 450, costMicroUsd: null };
    const { clock, calls, route, budgets } = rig({ a: always(ACT), b: always(ACT) }, { lanes: { a: { limits } } });
    for (let i = 0; i < 6; i++) await clock.until(route());
    // 200 are booked for each (300 characters, 100 tokens of answer), 60 are spent: the sixth would be 500.
    assert.deepEqual(namesOf(calls), ['a', 'a', 'a', 'a', 'a', 'b']);
    assert.deepEqual(budgets.spent.get('a'), { requests: 5, tokens: 300, costMicroUsd: 350 });
    const routed = await clock.until(route('a'));
    assert.equal(routed.failures[0]!.kind, 'budget used up');
  });

  test('should keep booked what may have been spent, and give back what was not', async () => {
    const { clock, route, budgets } = rig({ a: always('silence'), b: always(failing('refused')) });
    await clock.until(route());
    assert.equal(budgets.spent.get('a')!.tokens, 200);
    assert.deepEqual(budgets.spent.get('b'), { requests: 1, tokens: 0, costMicroUsd: 0 });
  });
});

describe('strategies', () => {
  const ask = async (options: Parameters<typeof rig>[1], times: number) => {
    const own = rig({ a: always(ACT), b: always(ACT), c: always(ACT) }, options);
    for (let i = 0; i < times; i++) await own.clock.until(own.route());
    return namesOf(own.calls);
  };

  test('should take turns under round-robin', async () => {
    assert.deepEqual(await ask({ strategy: 'round-robin' }, 6), ['a', 'b', 'c', 'a', 'b', 'c']);
  });

  test('should take the one that is to be asked first under priority', async () => {
    const lanes = { a: { priority: 3 }, b: { priority: 1 }, c: { priority: 2 } };
    assert.deepEqual(await ask({ strategy: 'priority', lanes }, 2), ['b', 'b']);
  });

  test('should take the one with most room under least-busy', async () => {
    const { clock, calls, route } = rig(
      { a: always(ACT), b: always(ACT) },
      { strategy: 'least-busy', lanes: { a: { concurrency: 2 }, b: { concurrency: 4 } } },
    );
    await clock.until(Promise.all(Array.from({ length: 6 }, () => route())));
    assert.equal(calls.filter(({ provider, begunMs }) => provider === 'b' && begunMs === 0).length, 4);
  });

  test('should share by weight under weighted', async () => {
    const calls = await ask(
      { strategy: 'weighted', lanes: { a: { weight: 6 }, b: { weight: 3 }, c: { weight: 1 } } },
      2_000,
    );
    const share = (name: string) => calls.filter((call) => call === name).length / calls.length;
    // Of 2,000 draws: within 4 standard deviations.
    assert.ok(Math.abs(share('a') - 0.6) < 0.045, String(share('a')));
    assert.ok(Math.abs(share('b') - 0.3) < 0.042, String(share('b')));
  });
});

function mostAtOnce(calls: readonly Call[]): number {
  return Math.max(
    0,
    ...calls.map(({ begunMs }) => calls.filter((other) => other.begunMs <= begunMs && other.endedMs > begunMs).length),
  );
}

const KINDS: readonly AttemptFailureKind[] = [
  'server error',
  'rate limited',
  'refused',
  'cut off',
  'malformed',
  'unavailable',
];

/** One drawn schedule; says what is wrong, undefined for nothing. */
async function runSchedule(seed: number, lane?: typeof Lane): Promise<string | undefined> {
  const random = randomFrom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const act = (): Act => {
    const kind = random();
    if (kind < 0.1) return 'silence';
    return { afterMs: below(8_000), with: kind < 0.5 ? KINDS[below(KINDS.length)]! : 'answer' };
  };
  const names = ['a', 'b', 'c', 'd'].slice(0, 1 + below(4));
  const lanes = Object.fromEntries(
    names.map((name) => [name, { concurrency: 1 + below(3), requestsPerMinute: 20 + below(600) }]),
  );
  const strategy = (['priority', 'round-robin', 'least-busy', 'weighted'] as const)[below(4)]!;
  const own = rig(Object.fromEntries(names.map((name) => [name, act])), {
    lanes,
    strategy,
    hedgeAfterMs: random() < 0.5 ? 0 : 1 + below(3_000),
    seed,
    ...(lane && { lane }),
  });
  const questions = 1 + below(12);
  const ends = await own.clock.until(Promise.all(Array.from({ length: questions }, () => own.route())));
  await own.clock.advance(0);
  for (const { answer, failures } of ends) {
    const told = failures.map(({ provider }) => provider);
    if (new Set(told).size !== told.length) return 'a provider failed the same question twice';
    if (answer === undefined && told.length !== names.length)
      return 'a question has no answer, and somebody was not asked';
  }
  for (const name of names) {
    const most = mostAtOnce(own.calls.filter(({ provider }) => provider === name));
    if (most > lanes[name]!.concurrency) return `${name} was asked ${most} questions at once`;
  }
  if (own.router.lanes.some(({ load }) => load !== 0)) return 'a lane counts calls that have ended';
  return own.clock.sleeping === 0 ? undefined : `${own.clock.sleeping} sleeps have leaked`;
}

test('should answer or account for every question, within every limit, on drawn schedules', async () => {
  const schedules = Number(process.env.SCHEDULES ?? 300);
  const seed = Number(process.env.SEED ?? 20261123);
  for (let i = 0; i < schedules; i++) {
    const wrong = await runSchedule(seed + i);
    assert.equal(wrong, undefined, `SEED=${seed + i} SCHEDULES=1: ${wrong}`);
  }
});

/** Takes whatever comes, however busy it is. */
class GreedyLane extends Lane {
  override get waitMs(): number {
    return 0;
  }
}

test('should be caught by the drawn schedules when a lane takes more than it may', async () => {
  const wrongs = await Promise.all(Array.from({ length: 40 }, (_, seed) => runSchedule(seed, GreedyLane)));
  assert.ok(wrongs.some((wrong) => wrong?.includes('questions at once')));
});
