import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OutgoingMessage } from '../../../src/core/ports.ts';
import { PartitionQueue } from '../../../src/platforms/iggy/partition-queue.ts';
import { message } from '../../conformance/platforms/harness.ts';

/** A queue whose requests wait until they are let go, one by one. */
function held() {
  const requests: { readonly sizes: number[]; readonly settle: PromiseWithResolvers<void> }[] = [];
  const queue = new PartitionQueue((messages: readonly OutgoingMessage[]) => {
    const settle = Promise.withResolvers<void>();
    requests.push({ sizes: messages.map(({ body }) => body.length), settle });
    return settle.promise;
  });
  return { queue, requests };
}

const of = (size: number) => [message('1', `m${size}`, size)];
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('iggy partition queue', () => {
  test('should send at once when nothing is under way, and together what came meanwhile', async () => {
    const { queue, requests } = held();
    const sends = [queue.send(of(1), undefined), queue.send(of(2), undefined), queue.send(of(3), undefined)];
    assert.deepEqual(
      requests.map(({ sizes }) => sizes),
      [[1]],
    );
    requests[0]!.settle.resolve();
    await sends[0];
    await turn();
    assert.deepEqual(requests[1]!.sizes, [2, 3]);
    requests[1]!.settle.resolve();
    await Promise.all(sends);
  });

  test('should cut a request before it grows too large, and never hold back a single large send', async () => {
    const { queue, requests } = held();
    const MiB = 1024 * 1024;
    const sizes = [1, 20 * MiB, 10 * MiB, 5 * MiB, 2 * MiB];
    const sends = sizes.map((size) => queue.send(of(size), undefined));
    for (let index = 0; index < 4; index++) {
      await turn();
      requests[index]?.settle.resolve();
    }
    await Promise.all(sends);
    assert.deepEqual(
      requests.map((request) => request.sizes),
      [[1], [20 * MiB], [10 * MiB, 5 * MiB], [2 * MiB]],
    );
  });

  test('should reject everybody who waits when a request fails, and go on with the next send', async () => {
    const { queue, requests } = held();
    const sends = [queue.send(of(1), undefined), queue.send(of(2), undefined)];
    requests[0]!.settle.reject(new Error('gone'));
    for (const { status } of await Promise.allSettled(sends)) assert.equal(status, 'rejected');
    assert.equal(requests.length, 1);
    const next = queue.send(of(3), undefined);
    await turn();
    requests[1]!.settle.resolve();
    await next;
  });

  test('should not send what was aborted while it waited', async () => {
    const { queue, requests } = held();
    const abort = new AbortController();
    const first = queue.send(of(1), undefined);
    const second = queue.send(of(2), abort.signal);
    const reason = new Error('enough');
    abort.abort(reason);
    await assert.rejects(second, reason);
    requests[0]!.settle.resolve();
    await first;
    await turn();
    assert.equal(requests.length, 1);
  });
});
