/**
 * npm leaves out of package-lock.json the optional packages of other operating systems that its registry does not hold,
 * and `npm ci` then refuses the file. This writes the missing entries (name, exact version, and the system that their
 * names spell out), so that the lock file installs everywhere. `--check` only says whether something is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockEntry {
  version: string;
  cpu?: string[];
  dev?: boolean;
  libc?: string[];
  license?: string;
  optional?: boolean;
  os?: string[];
  engines?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x'];

/** What a package such as `@scope/binding-linux-x64-musl` is for, from its name. */
function entryFromName(name: string, version: string, parent: LockEntry): LockEntry {
  const words = name.slice(name.indexOf('/') + 1).split('-');
  const os = words.filter((word) => SYSTEMS.includes(word));
  const cpu = words.filter((word) => PROCESSORS.includes(word));
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`cannot tell the system of ${name} from its name`);
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.some((word) => word.startsWith('gnu')) && os[0] === 'linux'
      ? ['glibc']
      : undefined;
  return {
    version,
    cpu,
    ...(parent.dev === undefined ? {} : { dev: parent.dev }),
    ...(libc === undefined ? {} : { libc }),
    ...(parent.license === undefined ? {} : { license: parent.license }),
    optional: true,
    os,
  };
}

const path = join(import.meta.dirname, '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, LockEntry> };
const missing: Record<string, LockEntry> = {};
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] === undefined) missing[key] = entryFromName(name, version, entry);
  }
}

const count = Object.keys(missing).length;
if (process.argv.includes('--check')) {
  if (count > 0) {
    console.error(`package-lock.json lacks ${count} optional packages: run \`npm run lock\``);
    process.exitCode = 1;
  }
} else if (count > 0) {
  const sorted = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, undefined, 2)}\n`);
  console.error(`package-lock.json: ${count} optional packages added`);
}
