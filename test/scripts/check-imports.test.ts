import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findViolations } from '../../scripts/check-imports.ts';

const check = (path: string, text: string): string[] => findViolations(new Map([[path, text]]));

test('should accept imports that point down', () => {
  assert.deepEqual(check('app/app.ts', "import { openVcf } from '../vcf/open.ts';\nimport 'node:fs';"), []);
  assert.deepEqual(check('stores/postgres/copy.ts', "import type { Envelope } from '../../core/envelope.ts';"), []);
  assert.deepEqual(check('stores/postgres/copy.ts', "import { sql } from './sql/statements.ts';"), []);
});

test('should report an import that points up, however it is written', () => {
  for (const text of [
    "import { openApp } from '../app/app.ts';",
    "import type {\n  App,\n} from '../app/app.ts';",
    "export * from '../app/app.ts';",
    "import '../app/app.ts';",
    "const app = await import('../app/app.ts');",
  ]) {
    assert.deepEqual(check('vcf/open.ts', text), ['src/vcf/open.ts imports src/app/app.ts: vcf may not know app']);
  }
});

test('should report an adapter that knows another adapter', () => {
  const text = "import { Log } from '../../platforms/embedded/log.ts';";
  assert.equal(check('stores/postgres/store.ts', text).length, 1);
  assert.equal(check('platforms/kafka/producer.ts', "import { Log } from '../embedded/log.ts';").length, 1);
});

test('should report a store that knows vcf, and a command that names an adapter', () => {
  assert.equal(check('stores/postgres/store.ts', "import { scanBounds } from '../../vcf/lines.ts';").length, 1);
  assert.equal(check('cli/commands/query.ts', "import { open } from '../../stores/postgres/store.ts';").length, 1);
});

test('should report a folder that nobody placed, and an import that leaves src', () => {
  assert.equal(check('misc/thing.ts', '').length, 1);
  assert.equal(check('core/ids.ts', "import { needs } from '../../test/support/needs.ts';").length, 1);
});
