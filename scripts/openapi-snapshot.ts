/** Writes what each version of the API promises, as test/api/compatibility.test.ts compares it: `npm run openapi`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTestApi } from '../test/support/api.ts';

export const SNAPSHOTS = join(import.meta.dirname, '..', 'docs', 'openapi');

if (import.meta.main) {
  await using api = await openTestApi();
  mkdirSync(SNAPSHOTS, { recursive: true });
  for (const version of ['v1', 'v2']) {
    const document = await api.json(`/api/${version}/openapi.json`);
    writeFileSync(join(SNAPSHOTS, `${version}.json`), `${JSON.stringify(document, null, 1)}\n`);
  }
}
