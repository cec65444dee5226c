import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VersionResolver } from '../../../src/api/versioning/resolve.ts';
import { API_VERSIONS, isSunset, lifecycleHeaders } from '../../../src/api/versioning/versions.ts';

const resolver = new VersionResolver(API_VERSIONS);
const resolve = (url: string, headers: Record<string, string> = {}) => {
  const { url: to, version, error } = resolver.resolve({ url, headers });
  return error === undefined ? [to, version?.name] : error.code;
};

test('should give the newest version when a request names none', () => {
  assert.deepEqual(resolve('/api/files?limit=3'), ['/api/v2/files?limit=3', 'v2']);
});

test('should find the version in the path, a header, the query and the media type, as a range', () => {
  assert.deepEqual(resolve('/api/v1/files'), ['/api/v1/files', 'v1']);
  assert.deepEqual(resolve('/api/v1'), ['/api/v1', 'v1']);
  assert.deepEqual(resolve('/api/v2.0/files'), ['/api/v2/files', 'v2']);
  assert.deepEqual(resolve('/api/files', { 'x-api-version': '^1.0' }), ['/api/v1/files', 'v1']);
  assert.deepEqual(resolve('/api/files', { 'x-api-version': '>=1' }), ['/api/v2/files', 'v2']);
  assert.deepEqual(resolve('/api/files?a=1&api-version=%3C2&b=%26'), ['/api/v1/files?a=1&b=%26', 'v1']);
  assert.deepEqual(resolve('/api/files', { accept: 'text/html, application/vnd.vcf-agent.v1+json' }), [
    '/api/v1/files',
    'v1',
  ]);
  assert.deepEqual(resolve('/api/files', { accept: 'application/vnd.vcf-agent+json; version="1.x"' }), [
    '/api/v1/files',
    'v1',
  ]);
});

test('should leave alone what belongs to no version', () => {
  for (const url of ['/api', '/api/errors', '/api/guides/v1-to-v2', '/health/live', '/apiary/v1']) {
    assert.deepEqual(resolve(url), [url, undefined]);
  }
});

test('should refuse versions that there are not, are no ranges, or exclude each other', () => {
  for (const url of [
    '/api/v3/files',
    '/api/v1.5/x',
    '/api/files?api-version=',
    '/api/files?api-version=1&api-version=2',
  ]) {
    assert.equal(resolve(url), 'API_VERSION_UNKNOWN', url);
  }
  assert.equal(resolve('/api/v1/files', { 'x-api-version': '2' }), 'API_VERSION_UNKNOWN');
  assert.equal(resolve('/api/files', { 'x-api-version': 'newest' }), 'API_VERSION_UNKNOWN');
  assert.deepEqual(resolve('/api/v1/files', { 'x-api-version': '1.x' }), ['/api/v1/files', 'v1']);
});

test('should say when a version goes, as RFC 9745 and RFC 8594 write it', () => {
  const [v1, v2] = API_VERSIONS;
  const headers = lifecycleHeaders(v1!, API_VERSIONS);
  assert.equal(headers.Deprecation, '@1795392000');
  assert.equal(headers.Sunset, 'Wed, 01 Dec 2027 00:00:00 GMT');
  assert.match(
    headers.Link ?? '',
    /^<\/api\/guides\/v1-to-v2>; rel="deprecation".*rel="sunset".*rel="successor-version"$/,
  );
  assert.equal(headers['X-API-Supported-Versions'], '1.0.0, 2.0.0');
  assert.deepEqual(Object.keys(lifecycleHeaders(v2!, API_VERSIONS)), ['X-API-Version', 'X-API-Supported-Versions']);
  assert.equal(isSunset(v1!, Date.parse('2027-11-30T23:59:59Z')), false);
  assert.equal(isSunset(v1!, Date.parse('2027-12-01T00:00:00Z')), true);
  assert.equal(isSunset(v2!, Number.MAX_SAFE_INTEGER), false);
});
