import type { Platform } from '../../src/core/ports.ts';

/** The platform with some of its members replaced. */
export function changed(platform: Platform, changes: Partial<Platform>): Platform {
  return new Proxy(platform, {
    get(target, key) {
      if (key in changes) return changes[key as keyof Platform];
      // Its methods reach private members, which a proxy has not.
      const member = Reflect.get(target, key, target) as unknown;
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
