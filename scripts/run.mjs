// Runs a TypeScript file of this project under Node 24, whatever Node started this: installs the dependencies first when
// they are missing or older than the lock file. `node scripts/run.mjs <file.ts> [arguments]`
// Plain JavaScript without dependencies, because it runs before there is anything else (Node >= 18).
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const node24 = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

/** Packages of a lock file, or none when it cannot be read. */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

/** npm keeps what it installed in a lock file of its own: every required package must stand there in the wanted version. */
function isInstalled() {
  if (!existsSync(node24)) return false;
  const installed = lockedPackages(join(modules, '.package-lock.json'));
  const wanted = Object.entries(lockedPackages(join(root, 'package-lock.json')));
  return wanted.every(([path, entry]) => path === '' || entry.optional || installed[path]?.version === entry.version);
}

function install() {
  process.stderr.write('Installing dependencies (npm ci) ...\n');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status === 0 && existsSync(node24)) return;
  process.stderr.write(
    status === 0
      ? 'npm installed everything except Node 24. Its install script was blocked: run `npm rebuild node`, then try again.\n'
      : 'npm ci failed: see its message above. It needs the npm registry, and Node 18 or newer.\n',
  );
  process.exit(status || 1);
}

if (!isInstalled()) install();

const child = spawn(node24, ['--disable-warning=ExperimentalWarning', ...process.argv.slice(2)], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { NODE_COMPILE_CACHE: join(modules, '.cache', 'vcf-agent'), ...process.env },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
