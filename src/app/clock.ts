import type { Cancellable, Clock } from '../core/ports.ts';

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep,
};

/**
 * Rejects with the signal's reason. Not Node's own: that makes an error with a stack for each sleep that is cut short, and most
 * are; and its timers end before sockets are read. After a moment in which this process was held up, an answer that came in
 * time, and lies there, would be called missing: here it is read first.
 */
function sleep(durationMs: number, { signal }: Cancellable = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    let turn: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      turn = setImmediate(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      });
    }, durationMs);
    const stop = () => {
      clearTimeout(timer);
      clearImmediate(turn);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
