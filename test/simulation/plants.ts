import type { DeadLetters } from '../../src/coordinator/dead-letters.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import type { Platform } from '../../src/core/ports.ts';
import type { SimPlatform } from './sim-platform.ts';
import type { Plants } from './world.ts';

/** Defects that such systems have had, each put in at the port where it would sit. */
export const PLANTS = {
  /** The classic: an id is "seen" once it was tried, so the retry of what never arrived is skipped as a duplicate. */
  'retry taken for a duplicate': {
    platform: (platform) =>
      sendingThrough(platform, (send) => {
        const tried = new Set<string>();
        return async (messages) => {
          const fresh = messages.filter(({ id }) => !tried.has(id));
          for (const { id } of messages) tried.add(id);
          if (fresh.length > 0) await send(fresh);
        };
      }),
  },
  /** What the coordinator remembers to save work is taken for the truth: the id was sent by somebody, so it must be there. */
  'memory taken for the ledger': { ledger: () => ({ has: async () => true }) },
  /** Who waits for a hung platform has not failed over. */
  'no hedge': { options: { hedgeAfterMs: 60_000 } },
  'no failback': { options: { failbackHoldMs: 600_000, maxFailbackHoldMs: 600_000 } },
  /** A send without an answer is called failed, nobody sends it anywhere else, and its caller is told that all is well. */
  'unknown send dropped': {
    platform: (platform) =>
      sendingThrough(platform, (send) => async (messages) => {
        await send(messages).catch((error) => {
          if (!(error instanceof VcfAgentError) || error.code !== 'PLATFORM_TIMEOUT') throw error;
        });
      }),
  },
  /** The dead letter of an envelope whose fate is unknown is not written. */
  'unknown send not buried': {
    deadLetters: (letters): DeadLetters => ({
      has: (name) => letters.has(name),
      drop: (name) => letters.drop(name),
      keep: async (letter) => (letter.code === 'PLATFORM_TIMEOUT' ? 'nowhere' : letters.keep(letter)),
    }),
  },
} as const satisfies Record<string, Plants>;

type Send = (messages: Parameters<Awaited<ReturnType<Platform['producer']>>['send']>[0]) => Promise<void>;

/** The platform with another way to send. */
function sendingThrough(platform: SimPlatform, change: (send: Send) => Send): Platform {
  const producer = async () => {
    const real = await platform.producer();
    return { send: change((messages) => real.send(messages)), close: () => real.close() };
  };
  return new Proxy(platform, {
    get: (target, name) => {
      if (name === 'producer') return producer;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
