import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pack } from '../../../../src/platforms/iggy/client/transport/quic/pack.ts';
import { identity } from './echo.ts';

const QUIC = join(import.meta.dirname, '../../../../src/platforms/iggy/client/transport/quic');
const MODULES = join(import.meta.dirname, '../../../../node_modules');

/** What somebody else would write, with the types that the package brings. */
const PROGRAM = `
import { connect, listen, type QuicConnection, QuicError } from 'quinn-node';

const identity = { cert: process.env.CERT!, key: process.env.KEY! };
const server = await listen({ identity });
const serving = (async () => {
  for await (const connection of server.connections) {
    for await (const stream of connection.incomingStreams) {
      await stream.write(await stream.readAll(1000));
      await stream.end();
    }
  }
})();
const certificate = { kind: 'ca', ca: identity.cert } as const;
const connection: QuicConnection = await connect({ host: '127.0.0.1', port: server.port, serverName: 'localhost', certificate });
const stream = await connection.openStream();
await stream.write(Buffer.from('hello'));
await stream.end();
console.log((await stream.readAll(1000)).toString());
connection.close();
await server.close();
await serving;
const refused = await connect({ host: '127.0.0.1', port: 1, certificate: { kind: 'off' } }).catch((error: unknown) => error);
console.log(refused instanceof QuicError && refused.code);
`;

test('should work and have types when the QUIC package is used by itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quic-package-'));
  try {
    const installed = join(folder, 'node_modules', 'quinn-node');
    mkdirSync(installed, { recursive: true });
    cpSync(join(QUIC, 'package.json'), join(installed, 'package.json'));
    pack(join(installed, 'dist'));
    symlinkSync(join(MODULES, '@types'), join(folder, 'node_modules', '@types'), 'junction');
    symlinkSync(join(MODULES, 'undici-types'), join(folder, 'node_modules', 'undici-types'), 'junction');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'program.ts'), PROGRAM);
    const run = (...args: readonly string[]) => {
      const env = { ...process.env, CERT: identity().cert, KEY: identity().key };
      return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env, timeout: 60_000 });
    };
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
    const checked = run(join(MODULES, 'typescript', 'bin', 'tsc'), ...options, 'program.ts');
    assert.equal(checked.status, 0, checked.stdout);
    const ran = run('--disable-warning=ExperimentalWarning', 'program.ts');
    assert.equal(ran.stdout, 'hello\nREFUSED\n', ran.stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
