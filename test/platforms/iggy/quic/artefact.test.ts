import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { digests } from '../../../../src/platforms/iggy/client/transport/quic/crate/digests.ts';
import { loadEngine } from '../../../../src/platforms/iggy/client/transport/quic/engine.ts';

const QUIC = join(import.meta.dirname, '../../../../src/platforms/iggy/client/transport/quic');
const recorded = () => JSON.parse(readFileSync(join(QUIC, 'engine.json'), 'utf8'));

interface Described {
  readonly module: string;
  readonly name: string;
}

const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: { readonly Module: { imports(module: object): Described[] } };
};

describe('quic engine', () => {
  test('should be the artefact that was built from these sources', () => {
    assert.deepEqual(digests(), recorded(), 'run crate/build.sh: the sources or the artefact were changed');
  });

  test('should have other digests when a source or the artefact is another', () => {
    const folder = mkdtempSync(join(tmpdir(), 'quic-engine-'));
    try {
      cpSync(QUIC, folder, { recursive: true });
      const crate = join(folder, 'crate');
      assert.deepEqual(digests(crate), recorded());
      writeFileSync(join(crate, 'src', 'der.rs'), '// nothing');
      assert.notEqual(digests(crate).sources, recorded().sources);
      writeFileSync(join(folder, 'engine.wasm'), 'nothing');
      assert.notEqual(digests(crate).artefact, recorded().artefact);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('should take nothing from its host but clocks, randomness and a place for last words', async () => {
    const imports = WebAssembly.Module.imports(await loadEngine()).map(({ module, name }) => `${module}.${name}`);
    assert.deepEqual(imports.sort(), ['host.now_ms', 'host.random', 'host.report', 'host.wall_ms']);
  });
});
