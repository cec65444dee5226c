/**
 * Prints the SHA-256 of the crate's sources and of the artefact that was built of them: `build.sh` writes it to engine.json, a
 * test compares. A source that was changed without a build, or an artefact that was, is found.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['Cargo.toml', 'Cargo.lock', 'build.sh', 'src/*.rs', 'shims/*/Cargo.toml', 'shims/*/src/*.rs'];

export interface Digests {
  /** Of the names and contents of everything that the artefact is built from. */
  readonly sources: string;
  readonly artefact: string;
}

export function digests(folder = import.meta.dirname): Digests {
  const sources = createHash('sha256');
  const paths = globSync(SOURCES, { cwd: folder }).map((path) => path.replaceAll('\\', '/'));
  for (const path of paths.sort()) {
    const text = readFileSync(join(folder, path));
    sources.update(`${path}\0${text.length}\0`).update(text);
  }
  const artefact = createHash('sha256').update(readFileSync(join(folder, '..', 'engine.wasm')));
  return { sources: sources.digest('hex'), artefact: artefact.digest('hex') };
}

if (import.meta.main) console.log(JSON.stringify(digests(), undefined, 2));
