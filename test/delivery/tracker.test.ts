import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeliveryTracker } from '../../src/delivery/tracker.ts';

test('should hold progress back when an earlier delivery is still open', () => {
  const tracker = new DeliveryTracker<number>();
  const [a, b, c] = [tracker.begin(1), tracker.begin(2), tracker.begin(3)];
  assert.equal(b.delivered(), undefined);
  assert.equal(a.delivered(), 2);
  assert.equal(c.delivered(), 3);
});

test('should never report progress past an open delivery when acknowledgements come in any order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(Array.from({ length: 30 }, (_, index) => index)), (order) => {
      const tracker = new DeliveryTracker<number>();
      const deliveries = Array.from({ length: 30 }, (_, index) => tracker.begin(index));
      const delivered = new Set<number>();
      let reported = -1;
      for (const index of order) {
        delivered.add(index);
        reported = deliveries[index]!.delivered() ?? reported;
        let expected = -1;
        while (delivered.has(expected + 1)) expected++;
        assert.equal(reported, expected);
      }
    }),
  );
});
