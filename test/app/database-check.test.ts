import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseCheck } from '../../src/app/database-check.ts';
import { FakeClock } from '../simulation/fake-clock.ts';

function make() {
  const clock = new FakeClock();
  const database = { asked: 0, answer: (): Promise<unknown> => Promise.resolve() };
  const check = new DatabaseCheck(() => {
    database.asked += 1;
    return database.answer();
  }, clock);
  return { clock, database, check, answers: () => clock.until(check.answers()) };
}

test('should ask once when many want to know at once, and again only after a second', async () => {
  const { clock, database, check, answers } = make();
  assert.deepEqual(await Promise.all([check.answers(), check.answers(), answers()]), [true, true, true]);
  assert.equal(database.asked, 1);
  await clock.advance(900);
  assert.equal(await answers(), true);
  assert.equal(database.asked, 1);
  await clock.advance(200);
  database.answer = () => Promise.reject(new Error('connection refused'));
  assert.equal(await answers(), false);
  assert.equal(database.asked, 2);
});

test('should say no after a second and ask nothing more of a database when it hangs', async () => {
  const { clock, database, answers } = make();
  const { promise, resolve } = Promise.withResolvers<void>();
  database.answer = () => promise;
  for (let count = 0; count < 5; count++) {
    assert.equal(await answers(), false);
    await clock.advance(2_000);
  }
  assert.equal(database.asked, 1);
  resolve();
  await clock.advance(2_000);
  database.answer = () => Promise.resolve();
  assert.equal(await answers(), true);
  assert.equal(clock.sleeping, 0);
});
