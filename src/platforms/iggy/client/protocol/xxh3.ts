import type { IHasher } from 'hash-wasm';

/** XXH3-64 with seed 0. */
export type Xxh3 = (pieces: readonly Uint8Array[]) => bigint;

let loading: Promise<Xxh3> | undefined;

/** Loaded once, and only by those who speak VSR: compiling the WebAssembly takes a few milliseconds. */
export function loadXxh3(): Promise<Xxh3> {
  loading ??= import('hash-wasm').then(async ({ createXXHash3 }) => hasherOf(await createXXHash3()));
  return loading;
}

function hasherOf(hasher: IHasher): Xxh3 {
  return (pieces) => {
    hasher.init();
    for (const piece of pieces) hasher.update(piece);
    return Buffer.from(hasher.digest('binary')).readBigUInt64BE();
  };
}
