import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IggyError } from '../../../../src/platforms/iggy/client/index.ts';
import { SessionPool } from '../../../../src/platforms/iggy/client/session/pool.ts';
import type { Session } from '../../../../src/platforms/iggy/client/session/session.ts';
import { Slot } from '../../../../src/platforms/iggy/client/session/slot.ts';
import { JumpingClock } from './fake-clock.ts';

const refused = () => new IggyError('CONNECTION', 'refused', { retryable: true });

interface FakeSession extends Session {
  failure: IggyError | undefined;
}

function fakeSession(): FakeSession {
  return {
    protocol: 'legacy',
    serverVersion: undefined,
    failure: undefined,
    execute: () => Promise.reject(refused()),
    close() {
      this.failure = new IggyError('CLOSED', 'closed');
    },
  };
}

function slotOf(open: () => Promise<Session>, attempts = 3) {
  const clock = new JumpingClock();
  const reconnect = { attempts, initialDelayMs: 100, maxDelayMs: 400 };
  return { clock, slot: new Slot({ open, reconnect, clock, random: () => 0 }) };
}

describe('iggy client, reconnecting', () => {
  test('should wait longer after each failure, also of callers who come one after another', async () => {
    let attempts = 0;
    const { clock, slot } = slotOf(() => {
      attempts++;
      return Promise.reject(refused());
    });
    await assert.rejects(slot.acquire(), { code: 'CONNECTION' });
    assert.equal(attempts, 3);
    assert.deepEqual(clock.slept, [100, 200]);
    await assert.rejects(slot.acquire(), { code: 'CONNECTION' });
    assert.deepEqual(clock.slept, [100, 200, 400, 400, 400]);
  });

  test('should forget past failures when a connection came about', async () => {
    const outcomes = [refused(), undefined, refused(), undefined];
    const { clock, slot } = slotOf(() => {
      const outcome = outcomes.shift();
      return outcome === undefined ? Promise.resolve(fakeSession()) : Promise.reject(outcome);
    });
    const first = await slot.acquire();
    first.close();
    await slot.acquire();
    assert.deepEqual(clock.slept, [100, 100]);
  });

  test('should not try again what cannot help, nor what took a whole timeout', async () => {
    for (const error of [
      new IggyError('AUTHENTICATION', 'wrong password'),
      new IggyError('TIMEOUT', 'silent', { retryable: true }),
    ]) {
      let attempts = 0;
      const { slot } = slotOf(() => {
        attempts++;
        return Promise.reject(error);
      });
      await assert.rejects(slot.acquire(), { code: error.code });
      assert.equal(attempts, 1);
    }
  });

  test('should open one session for all who wait', async () => {
    let opened = 0;
    const { slot } = slotOf(async () => {
      opened++;
      return fakeSession();
    });
    const sessions = await Promise.all([slot.acquire(), slot.acquire(), slot.acquire()]);
    assert.equal(opened, 1);
    assert.equal(new Set(sessions).size, 1);
  });

  test('should close a session that came about after it was closed itself', async () => {
    const session = fakeSession();
    const opening = Promise.withResolvers<Session>();
    const { slot } = slotOf(() => opening.promise);
    const acquiring = slot.acquire();
    slot.close();
    opening.resolve(session);
    await assert.rejects(acquiring, { code: 'CLOSED' });
    assert.equal(session.failure?.code, 'CLOSED');
  });

  test('should give a lane the same session, and everything else the one with the least to do', async () => {
    const sessions: FakeSession[] = [];
    const open = async () => {
      const session = fakeSession();
      sessions.push(session);
      return session;
    };
    const reconnect = { attempts: 1, initialDelayMs: 1, maxDelayMs: 1 };
    const pool = new SessionPool(4, { open, reconnect, clock: new JumpingClock(), random: Math.random });
    const some = (lane?: string) => pool.use(lane, {}, (session) => session);
    const ofLane = await some('a partition');
    assert.equal(await some('a partition'), ofLane);
    const lanes = new Set(await Promise.all(Array.from({ length: 40 }, (_, index) => some(`lane ${index}`))));
    assert.equal(lanes.size, 4);
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    const used: Session[] = [];
    const busy = Array.from({ length: 4 }, () =>
      pool.use(undefined, {}, (session) => {
        used.push(session);
        return finished;
      }),
    );
    finish();
    await Promise.all(busy);
    assert.equal(new Set(used).size, 4);
  });
});
