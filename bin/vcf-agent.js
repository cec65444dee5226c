#!/usr/bin/env node
// Starts the program under Node 24, whatever Node (>= 18) started this: itself when new enough, else the binary that the
// npm package `node` brings. Plain JavaScript without dependencies for that reason.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, 'src', 'cli', 'main.ts');

/** The Node that the package `node` installed, wherever npm put it; undefined when its install script was blocked. */
function packagedNode() {
  try {
    const folder = dirname(module.createRequire(import.meta.url).resolve('node/package.json'));
    return [join(folder, 'bin', 'node'), join(folder, 'bin', 'node.exe')].find((path) => existsSync(path));
  } catch {
    return undefined;
  }
}

const isNewEnough = Number.parseInt(process.versions.node, 10) >= NODE_MAJOR;
const node = isNewEnough ? process.execPath : packagedNode();
if (node === undefined) {
  process.stderr.write(
    `vcf-agent needs Node ${NODE_MAJOR}, this is ${process.version}, and the npm package \`node\` is not installed.\nRun \`npm ci\` in ${root} (or \`npm rebuild node\`), then try again.\n`,
  );
  process.exit(4);
}

// Compiling what starts anew for every command takes half of its time. Node ignores a folder that it cannot write. In the
// environment, because threads look for it there.
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'vcf-agent');

async function startHere() {
  module.enableCompileCache();
  // Of node:sqlite, which is what we build on: nothing that a user could act on.
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (rest[0] !== 'ExperimentalWarning') emitWarning.call(process, warning, ...rest);
  };
  await import(pathToFileURL(main).href);
}

function startChild() {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // The child decides what a signal means and this process waits for it. A terminal sends Ctrl-C to both: the child takes
  // two that come together for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`vcf-agent could not start ${node}: ${error.message}\n`);
    process.exit(4);
  });
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0));
  });
}

if (isNewEnough) await startHere();
else startChild();
