/** Enforces the import directions of the design: data flows one way, and so do imports. */
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** What each folder of src/ may import besides itself. `platforms/*` and `stores/*`: each adapter only itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  telemetry: ['core'],
  vcf: ['core'],
  codec: ['core', 'vcf'],
  delivery: ['core', 'codec'],
  health: ['core'],
  coordinator: ['core', 'delivery', 'health'],
  platforms: ['core', 'codec'],
  stores: ['core', 'codec'],
  ingest: ['core', 'codec', 'vcf', 'delivery'],
  consume: ['core', 'codec', 'vcf', 'delivery'],
  analysis: ['core', 'codec', 'vcf'],
  security: ['core'],
  app: [
    'core',
    'codec',
    'vcf',
    'delivery',
    'health',
    'coordinator',
    'platforms',
    'stores',
    'ingest',
    'consume',
    'analysis',
    'security',
    'config',
    'telemetry',
  ],
  api: ['core', 'app'],
  cli: ['core', 'vcf', 'analysis', 'app', 'api', 'config', 'telemetry'],
};

const IMPORT = /(?:^|[\s;}])(?:import|export)\s*(?:[^'"();]*?\sfrom\s*)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g;

/** Layer of a path below src/: `vcf/lines.ts` is `vcf`, `stores/postgres/store.ts` is `stores/postgres`. */
function layerOf(path: string): { layer: string; unit: string } {
  const [layer = '', system = ''] = path.split('/');
  return { layer, unit: layer === 'platforms' || layer === 'stores' ? `${layer}/${system}` : layer };
}

/**
 * Imports that point the wrong way, one line each (`src/vcf/a.ts imports src/app/b.ts`).
 * `files`: path below src/ with forward slashes → source text.
 */
export function findViolations(files: ReadonlyMap<string, string>): string[] {
  const violations: string[] = [];
  for (const [path, text] of files) {
    const from = layerOf(path);
    const allowed = ALLOWED[from.layer];
    if (allowed === undefined) {
      violations.push(`src/${path}: the folder is not in the table of scripts/check-imports.ts`);
      continue;
    }
    for (const match of text.matchAll(IMPORT)) {
      const specifier = match[1] ?? match[2] ?? '';
      if (!specifier.startsWith('.')) continue;
      const target = posix.join(posix.dirname(path), specifier);
      const to = layerOf(target);
      if (target.startsWith('..')) violations.push(`src/${path} imports ${specifier}, outside src`);
      else if (to.unit !== from.unit && !allowed.includes(to.layer)) {
        violations.push(`src/${path} imports src/${target}: ${from.unit} may not know ${to.unit}`);
      }
    }
  }
  return violations;
}

if (import.meta.main) {
  const src = join(import.meta.dirname, '..', 'src');
  const paths = globSync('**/*.ts', { cwd: src });
  const files = new Map(paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(src, path), 'utf8')]));
  const violations = findViolations(files);
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) process.exitCode = 1;
}
