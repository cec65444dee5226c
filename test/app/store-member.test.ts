import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreMember, type StoreMemberPorts } from '../../src/app/store-member.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import type { PartitionLag, PlatformConsumer, PollOptions, VariantStore } from '../../src/core/ports.ts';
import type { DeadLetterFolder } from '../../src/delivery/dead-letter.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

const UNREACHABLE = new VcfAgentError('PLATFORM_UNAVAILABLE', 'connection refused', { retryable: true });

/** A group whose other members do all the work: how far they are is set by the test. */
function make(drained: StoreMemberPorts['drained'] = 'every platform') {
  const clock = new FakeClock();
  const state = {
    lags: [] as PartitionLag[],
    error: undefined as Error | undefined,
    poll: undefined as Error | undefined,
  };
  const consumer: PlatformConsumer = {
    poll: async ({ waitMs, signal }: PollOptions) => {
      await clock.sleep(waitMs, { signal });
      if (state.poll !== undefined) throw state.poll;
      return [];
    },
    commit: async () => undefined,
    lag: async () => {
      if (state.error !== undefined) throw state.error;
      return state.lags;
    },
    close: async () => undefined,
  };
  const ports = { consumer, clock, store: {} as VariantStore, deadLetters: {} as DeadLetterFolder, drained };
  const member = new StoreMember(ports, { retryForMs: 1000, maxInFlightVariants: 1000 });
  const at = (platform: PartitionLag['platform'], lag: bigint, end: bigint) => ({ platform, partition: 0, lag, end });
  let isDrained = false;
  const drain = (signal?: AbortSignal) =>
    member.drained({ signal }).then(() => {
      isDrained = true;
    });
  return { clock, state, member, at, drain, isDrained: () => isDrained };
}

test('should be drained at once when nothing waits', async () => {
  const { state, member, at, drain } = make();
  state.lags = [at('kafka', 0n, 9n)];
  await drain();
  await member.close();
});

test('should be drained when what was there is applied, though more has come since', async () => {
  const { clock, state, member, at, drain, isDrained } = make();
  state.lags = [at('kafka', 4n, 10n), at('embedded', 0n, 3n)];
  const draining = drain();
  await clock.advance(1000);
  state.lags = [at('kafka', 6n, 15n), at('embedded', 5n, 8n)];
  await clock.advance(1000);
  assert.equal(isDrained(), false);
  state.lags = [at('kafka', 5n, 15n), at('embedded', 5n, 8n)];
  await clock.advance(1000);
  await draining;
  await member.close();
});

test('should not call another platform drained when partitions have the same number', async () => {
  const { clock, state, member, at, drain, isDrained } = make();
  state.lags = [at('kafka', 4n, 10n), at('iggy', 4n, 10n)];
  const draining = drain();
  state.lags = [at('kafka', 0n, 10n), at('iggy', 4n, 10n)];
  await clock.advance(1000);
  assert.equal(isDrained(), false);
  state.lags = [at('kafka', 0n, 10n), at('iggy', 0n, 10n)];
  await clock.advance(1000);
  await draining;
  await member.close();
});

test('should give up when nothing is applied for a minute, and not before', async () => {
  const { clock, state, member, at, drain } = make();
  state.lags = [at('kafka', 9n, 10n)];
  const refused = assert.rejects(drain(), { code: 'PLATFORM_TIMEOUT' });
  await clock.advance(50_000);
  state.lags = [at('kafka', 8n, 10n)];
  await clock.advance(50_000);
  assert.ok(clock.sleeping > 0);
  await clock.advance(20_000);
  await refused;
  await member.close();
});

test('should wait for a platform that has to be asked, and soon go on without it where it has not', async () => {
  const strict = make();
  strict.state.error = UNREACHABLE;
  const draining = strict.drain();
  await strict.clock.advance(30_000);
  assert.equal(strict.isDrained(), false);
  strict.state.error = undefined;
  await strict.clock.advance(1000);
  await draining;
  const lenient = make('reachable platforms');
  lenient.state.error = UNREACHABLE;
  const going = lenient.drain();
  await lenient.clock.advance(10_000);
  await going;
  lenient.state.error = new VcfAgentError('PLATFORM_AUTHENTICATION', 'wrong password');
  await assert.rejects(lenient.drain(), { code: 'PLATFORM_AUTHENTICATION' });
  await Promise.all([strict.member.close(), lenient.member.close()]);
});

test('should end with the failure of its own work', async () => {
  const { clock, state, member, at, drain } = make();
  state.lags = [at('kafka', 9n, 10n)];
  const refused = assert.rejects(drain(), { message: 'the log is broken' });
  state.poll = new Error('the log is broken');
  await clock.advance(1000);
  await refused;
  assert.equal(member.failed.aborted, true);
  await member.close();
  assert.equal(clock.sleeping, 0);
});

test('should stop waiting when it is told to', async () => {
  const { clock, state, member, at, drain } = make();
  state.lags = [at('kafka', 9n, 10n)];
  const stop = new AbortController();
  const refused = assert.rejects(drain(stop.signal), { message: 'enough' });
  await clock.advance(100);
  stop.abort(new Error('enough'));
  await refused;
  await member.close();
});
