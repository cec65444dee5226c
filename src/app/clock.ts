import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../core/ports.ts';

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (durationMs, options = {}) =>
    setTimeout(durationMs, undefined, options.signal ? { signal: options.signal } : {}),
};
