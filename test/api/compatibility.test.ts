import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { breakingChanges } from '../../scripts/openapi-compatibility.ts';
import { SNAPSHOTS } from '../../scripts/openapi-snapshot.ts';
import { openTestApi, type TestApi } from '../support/api.ts';
import type { Document } from '../support/openapi.ts';

const kept = (version: string): Document => JSON.parse(readFileSync(join(SNAPSHOTS, `${version}.json`), 'utf8'));

let t: TestApi;
before(async () => {
  t = await openTestApi();
});
after(() => t[Symbol.asyncDispose]());

for (const version of ['v1', 'v2']) {
  test(`should break nobody who keeps to ${version} as it was committed, and stand there as it is`, async () => {
    const now = await t.json<Document>(`/api/${version}/openapi.json`);
    assert.deepEqual(breakingChanges(kept(version), now), []);
    // What was added has to be promised, too: `npm run openapi`.
    assert.deepEqual(breakingChanges(now, kept(version)), [], 'the snapshot lacks what is there now: npm run openapi');
  });
}

/** As loose as JSON is. */
type Loose = ReturnType<typeof JSON.parse>;
type Change = (document: Loose) => void;

/** Each a change that somebody could make and that breaks a client. */
const PLANTED: Readonly<Record<string, { readonly change: Change; readonly says: RegExp }>> = {
  'an operation is removed': {
    change: ({ paths }) => delete paths['/api/v2/files/{fileId}'].delete,
    says: /^DELETE \/api\/v2\/files\/\{fileId\} is gone$/,
  },
  'a path is renamed': {
    change: ({ paths }) => {
      paths['/api/v2/tasks'] = paths['/api/v2/jobs'];
      delete paths['/api/v2/jobs'];
    },
    says: /^GET \/api\/v2\/jobs is gone$/,
  },
  'a field of an answer is removed': {
    change: ({ paths }) => {
      const { schema } = paths['/api/v2/files/{fileId}'].get.responses['200'].content['application/json'];
      delete schema.properties.variants;
      schema.required = schema.required.filter((name: string) => name !== 'variants');
    },
    says: /answer 200\.variants may be missing now/,
  },
  'a field of an answer may be null now': {
    change: ({ paths }) => {
      const { schema } = paths['/api/v2/files/{fileId}'].get.responses['200'].content['application/json'];
      schema.properties.name = { anyOf: [{ type: 'string' }, { type: 'null' }] };
    },
    says: /answer 200\.name may give null/,
  },
  'a field of an answer has another type': {
    change: ({ paths }) => {
      paths['/api/v2/files'].get.responses['200'].content[
        'application/json'
      ].schema.properties.items.items.properties.bytes = { type: 'string' };
    },
    says: /answer 200\.items\[\]\.bytes may give string/,
  },
  'a status has a new name': {
    change: ({ paths }) => {
      paths['/api/v2/jobs/{jobId}'].get.responses['200'].content['application/json'].schema.properties.status.enum.push(
        'paused',
      );
    },
    says: /answer 200\.status may give paused/,
  },
  'a media type is gone': {
    change: ({ paths }) => delete paths['/api/v2/variants'].get.responses['200'].content['text/vcf'],
    says: /answer 200 in text\/vcf is gone/,
  },
  'an input is new and required': {
    change: ({ paths }) =>
      paths['/api/v2/variants'].get.parameters.push({
        name: 'build',
        in: 'query',
        required: true,
        schema: { type: 'string' },
      }),
    says: /parameter build is new and required/,
  },
  'an input is gone': {
    change: ({ paths }) => {
      const { get } = paths['/api/v2/variants'];
      get.parameters = get.parameters.filter(({ name }: { name: string }) => name !== 'filter');
    },
    says: /parameter filter is gone/,
  },
  'an input is bounded more tightly': {
    change: ({ paths }) => {
      for (const parameter of paths['/api/v2/jobs'].get.parameters)
        if (parameter.name === 'limit') parameter.schema.maximum = 10;
    },
    says: /parameter limit takes no what is beyond maximum 10/,
  },
  'a field of a body is required now': {
    change: ({ paths }) => {
      for (const one of paths['/api/v2/variants'].post.requestBody.content['application/json'].schema.anyOf)
        one.required.push('id');
    },
    says: /body.*\.id is required now/,
  },
  'a field of a body is not taken any more': {
    change: ({ paths }) => {
      for (const one of paths['/api/v2/variants'].post.requestBody.content['application/json'].schema.anyOf) {
        delete (one.properties.variants?.items ?? one).properties.info;
      }
    },
    says: /body.*\.info is taken no more/,
  },
};

for (const [name, { change, says }] of Object.entries(PLANTED)) {
  test(`should notice that clients break when ${name}`, () => {
    const changed = structuredClone(kept('v2'));
    change(changed);
    const found = breakingChanges(kept('v2'), changed);
    assert.ok(
      found.some((line) => says.test(line)),
      found.join('\n') || 'nothing was found',
    );
  });
}

test('should let pass what breaks nobody', () => {
  const changed = structuredClone(kept('v2')) as Loose;
  changed.paths['/api/v2/new'] = changed.paths['/api/v2/jobs'];
  changed.paths['/api/v2/jobs'].get.parameters.push({
    name: 'more',
    in: 'query',
    required: false,
    schema: { type: 'string' },
  });
  const { schema } = changed.paths['/api/v2/files/{fileId}'].get.responses['200'].content['application/json'];
  schema.properties.colour = { type: 'string' };
  schema.required.push('colour');
  assert.deepEqual(breakingChanges(kept('v2'), changed), []);
});
