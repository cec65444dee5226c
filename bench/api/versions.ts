import { VersionResolver } from '../../src/api/versioning/resolve.ts';
import { API_VERSIONS } from '../../src/api/versioning/versions.ts';

const CALLS = 200_000;
const REQUESTS = [
  { url: '/api/v2/variants?filter=gene%3DBRCA1', headers: {} },
  { url: '/api/variants?limit=10', headers: { 'x-api-version': '^1.0 || >=2 <3' } },
  { url: '/api/files?api-version=1.x', headers: {} },
  { url: '/api/files', headers: { accept: 'application/vnd.vcf-agent+json; version="2"' } },
];

/** What finding the version costs a request. */
export async function benchVersions(): Promise<void> {
  const resolver = new VersionResolver(API_VERSIONS);
  const times = new Float64Array(CALLS);
  for (let i = 0; i < CALLS; i++) {
    const request = REQUESTS[i % REQUESTS.length]!;
    const begunMs = performance.now();
    resolver.resolve(request);
    times[i] = performance.now() - begunMs;
  }
  times.sort();
  const at = (share: number) => `${(times[Math.floor(share * (CALLS - 1))]! * 1000).toFixed(1)} µs`;
  console.log(
    `version resolution of ${CALLS} requests: p50 ${at(0.5)}, p99 ${at(0.99)}, p99.99 ${at(0.9999)}, most ${at(1)}`,
  );
}
