/** Writes what the package is published with, JavaScript, types and the engine: `node pack.ts FOLDER`. Needs TypeScript. */
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Throws with what the compiler says. */
export function pack(folder: string): void {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const project = join(import.meta.dirname, 'tsconfig.package.json');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', project, '--outDir', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the package does not compile:\n${stdout}`);
  copyFileSync(join(import.meta.dirname, 'engine.wasm'), join(folder, 'engine.wasm'));
}

if (import.meta.main) pack(process.argv[2] ?? 'dist');
