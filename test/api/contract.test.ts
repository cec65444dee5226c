import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { Check, Errors as errorsOf } from 'typebox/schema';
import { encodeEnvelope } from '../../src/codec/envelope-codec.ts';
import { VcfAgentError } from '../../src/core/errors.ts';
import { DeadLetterFolder } from '../../src/delivery/dead-letter.ts';
import { openTestApi, SMALL_VCF, type TestApi } from '../support/api.ts';
import { unitOf } from '../support/envelope.ts';
import { type Document, type Operation, operationsOf, type Schema, valuesOf } from '../support/openapi.ts';

const RUNS = 20;
/** These begin work for each request. */
const FEW = 5;
const WORKING = new Set([
  'POST /api/v2/files',
  'POST /api/v2/files/{fileId}/prove',
  'POST /api/v2/dead-letters/{letterId}/replay',
]);

/** Right only in a state that a random call does not bring about: jobs.test.ts does. */
const HARD_TO_HIT = new Set(['POST /api/v2/jobs/{jobId}/cancel', 'POST /api/v2/jobs/{jobId}/retry']);

let t: TestApi;
/** Parameters that mean something here. */
const known: Record<string, unknown[]> = {};

before(async () => {
  t = await openTestApi();
  const job = await t.json<{ id: string }>('/files?name=small.vcf', { method: 'POST', body: SMALL_VCF });
  const done = await t.ended(job);
  assert.equal(done.status, 'succeeded', JSON.stringify(done));
  const upload = await t.json<{ id: string }>('/uploads', { method: 'POST', headers: { 'Upload-Length': '100000' } });
  const folder = new DeadLetterFolder((await t.own.rig.app.folders()).deadLetters);
  known.letterId = [];
  for (let i = 0; i < 40; i++) {
    const { envelope } = unitOf(['17 1 . A C . . .'], { source: `letter ${i}` });
    const { body } = encodeEnvelope(envelope, envelope.packed.bytes, { compressionLevel: 0 });
    const position = { platform: 'embedded', topic: 'vcf-variants', partition: 0, offset: 1n } as const;
    await folder.keep({ id: envelope.id, body, position }, new VcfAgentError('INPUT_LIMIT', 'too much'));
    known.letterId.push(envelope.id);
  }
  known.q = ['gene=BRCA1', 'chr17:1-50000000'];
  known.filter = [...known.q, 'info.DP>20 and not filter=PASS'];
  known['upload-offset'] = [0];
  known['upload-length'] = [100_000];
  known['idempotency-key'] = ['one'];
  known.fileId = [1];
  known.jobId = [job.id];
  known.uploadId = [upload.id];
  known.name = ['17-43045712-T-C', 'rs80357382', '17:43045800'];
  known.variantId = known.name;
});
after(() => t[Symbol.asyncDispose]());

interface Call {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

function callsOf({ parameters = [], requestBody }: Operation, isWild: boolean): fc.Arbitrary<Call> {
  const within = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const record = (place: string, valuesAt: (name: string, schema: Schema) => fc.Arbitrary<unknown>) => {
    const own = within(place);
    const values = Object.fromEntries(own.map(({ name, schema }) => [name, valuesAt(name, schema)]));
    const requiredKeys = isWild ? [] : own.filter(({ required }) => required).map(({ name }) => name);
    return fc.record(values, { requiredKeys });
  };
  const wild = (schema: Schema) =>
    isWild ? fc.oneof(valuesOf(schema), fc.string({ unit: 'binary', maxLength: 30 }), fc.integer()) : valuesOf(schema);
  const paramOf = (name: string, schema: Schema) => {
    const some = known[name] ?? [];
    return some.length === 0
      ? wild(schema)
      : fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...some) }, { weight: 1, arbitrary: wild(schema) });
  };
  const unknownQuery = isWild
    ? fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ unit: 'binary', maxLength: 8 }), { maxKeys: 1 })
    : fc.constant({});
  const params = fc.record(Object.fromEntries(within('path').map(({ name, schema }) => [name, paramOf(name, schema)])));
  const query = fc.tuple(record('query', paramOf), unknownQuery).map(([a, b]) => ({ ...b, ...a }));
  const headers = record('header', paramOf);
  const json = requestBody?.content['application/json']?.schema;
  const bytes = fc.oneof(
    fc.constant(SMALL_VCF),
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constant(SMALL_VCF.slice(0, 400)),
  );
  const body =
    json === undefined ? bytes : isWild ? fc.oneof(fc.jsonValue(), valuesOf(json).map(damaged)) : valuesOf(json);
  return fc.record({ params, query, headers, ...(requestBody && { body }) });
}

/** Nothing but what has to be given, and what is known to be right. */
function plainCall({ parameters = [], requestBody }: Operation): Call {
  const given = (place: string) =>
    Object.fromEntries(
      parameters
        .filter(({ in: at, name, required }) => at === place && (required || (at === 'header' && name in known)))
        .map(({ name }) => [name, known[name]?.[0]]),
    );
  const isJson = requestBody?.content['application/json'] !== undefined;
  const body = isJson ? { chrom: '1', pos: 1, ref: 'A', alt: 'C' } : SMALL_VCF;
  return { params: given('path'), query: given('query'), headers: given('header'), ...(requestBody && { body }) };
}

/** One thing less, or another type. */
function damaged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return [value];
  const [first, ...rest] = Object.entries(value);
  return first === undefined ? null : { ...Object.fromEntries(rest), [first[0]]: { of: first[1] } };
}

/** Gives the status. */
async function perform(method: string, path: string, operation: Operation, call: Call): Promise<number> {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) =>
    // Nothing, and dots alone, are another path.
    encodeURIComponent(String(call.params[name])).replace(/^\.{0,2}$/, 'x'),
  );
  const query = new URLSearchParams(
    Object.fromEntries(Object.entries(call.query).map(([name, value]) => [name, String(value)])),
  );
  const isJson = operation.requestBody?.content['application/json'] !== undefined;
  const type = isJson ? 'application/json' : (Object.keys(operation.requestBody?.content ?? {})[0] ?? '');
  const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type };
  for (const [name, value] of Object.entries(call.headers))
    headers[name] = String(value)
      .replaceAll(/[^\x20-\x7e]/g, '?')
      .trim();
  const response = await t.ask(`${filled}?${query}`, {
    method,
    headers,
    ...(call.body !== undefined && { body: isJson ? JSON.stringify(call.body) : (call.body as string) }),
  });
  const text = await response.text();
  const about = `${method} ${filled}?${query} ${JSON.stringify(call.body)?.slice(0, 500)} → ${response.status} ${text.slice(0, 600)}`;
  assert.notEqual(response.status, 500, about);
  assert.ok(response.headers.get('x-request-id'), about);
  const contentType = (response.headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
  const answer = operation.responses[String(response.status)] ?? operation.responses.default;
  assert.ok(answer, about);
  if (answer.content === undefined) {
    assert.equal(text, '', about);
    return response.status;
  }
  const schema = answer.content[contentType]?.schema;
  assert.ok(schema, `${about}: ${contentType} is not documented`);
  if (!contentType.endsWith('json') || contentType.endsWith('ndjson')) return response.status;
  const value = JSON.parse(text);
  assert.ok(
    Check(schema as never, value),
    `${about}: ${JSON.stringify(errorsOf(schema as never, value)).slice(0, 600)}`,
  );
  return response.status;
}

for (const version of ['v1', 'v2']) {
  test(`should answer as its document says whatever ${version} is asked`, async (context) => {
    const document = await t.json<Document>(`/api/${version}/openapi.json`);
    assert.equal(document.openapi, '3.1.0');
    for (const { method, path, operation } of operationsOf(document)) {
      await context.test(`${method} ${path}`, async () => {
        const numRuns = WORKING.has(`${method} ${path}`) ? FEW : RUNS;
        const statuses = new Set<number>();
        for (const isWild of [false, true]) {
          const property = fc.asyncProperty(callsOf(operation, isWild), async (call) => {
            statuses.add(await perform(method, path, operation, call));
          });
          await fc.assert(property, { numRuns, examples: isWild ? [] : [[plainCall(operation)]] });
        }
        assert.ok(
          HARD_TO_HIT.has(`${method} ${path}`) || [...statuses].some((status) => status < 300),
          `only ${[...statuses].join(', ')}: nothing was ever right`,
        );
      });
    }
    assert.deepEqual(
      t.lines.filter(({ event }) => event === 'api.failed'),
      [],
    );
  });
}
