import { VcfAgentError } from '../../core/errors.ts';
import { compareVersions, parseRange, parseVersion, type Range, satisfies, type Version } from './semver.ts';
import type { ApiVersion } from './versions.ts';

/** What of a request says which version it wants. */
export interface VersionedRequest {
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Resolution {
  /** With the version in the path, and without the query parameter. */
  readonly url: string;
  /** Undefined for what belongs to no version, and for an error. */
  readonly version?: ApiVersion | undefined;
  readonly error?: VcfAgentError | undefined;
}

/** What somebody wrote, and where. */
interface Wish {
  readonly where: string;
  readonly text: string;
}

const PARAMETER = 'api-version';
const HEADER = 'x-api-version';
const ROOT = '/api/';
const IN_PATH = /^\/api\/v(\d[\w.]*)(\/.*)?$/;
/** `application/vnd.vcf-agent.v1+json`, `application/vnd.vcf-agent+json; version=1`. */
const MEDIA_TYPE = /application\/vnd\.vcf-agent(?:\.v(\d[\d.]*))?\+json(?:\s*;\s*version\s*=\s*"?([^",;]+)"?)?/i;
/** Below /api/, but of no version. */
const NEUTRAL = /^\/api\/(errors|guides)(\/|$)/;

/** Finds the version that a request is for: by path, header, query parameter, media type; all that are given have to agree. */
export class VersionResolver {
  readonly #versions: readonly { readonly api: ApiVersion; readonly version: Version }[];
  readonly #latest: ApiVersion;

  constructor(versions: readonly ApiVersion[]) {
    this.#versions = versions
      .map((api) => ({ api, version: parseVersion(api.version)! }))
      .sort((a, b) => compareVersions(b.version, a.version));
    this.#latest = this.#versions[0]!.api;
  }

  resolve({ url, headers }: VersionedRequest): Resolution {
    const end = url.indexOf('?');
    const path = end < 0 ? url : url.slice(0, end);
    if (!path.startsWith(ROOT) || NEUTRAL.test(path)) return { url };
    const query = takeParameter(end < 0 ? '' : url.slice(end + 1));
    const inPath = IN_PATH.exec(path);
    const rest = inPath === null ? path.slice(ROOT.length - 1) : (inPath[2] ?? '');
    const wishes = wishesOf(inPath?.[1], headers, query.taken);
    const suffix = query.rest === '' ? rest : `${rest}?${query.rest}`;
    try {
      const version = this.#find(wishes);
      return { url: `/api/${version.name}${suffix}`, version };
    } catch (error) {
      return { url, error: error as VcfAgentError };
    }
  }

  /** The newest that all of them allow. */
  #find(wishes: readonly Wish[]): ApiVersion {
    if (wishes.length === 0) return this.#latest;
    const ranges = wishes.map(rangeOf);
    const found = this.#versions.find(({ version }) => ranges.every((range) => satisfies(version, range)));
    if (found !== undefined) return found.api;
    const wanted = wishes.map(({ where, text }) => `${text} (${where})`).join(' and ');
    const known = this.#versions.map(({ api }) => api.version).join(', ');
    throw new VcfAgentError('API_VERSION_UNKNOWN', `no version of this API is ${wanted}; there is ${known}`);
  }
}

function rangeOf({ where, text }: Wish): Range {
  const range = parseRange(text.trim());
  if (range !== undefined) return range;
  throw new VcfAgentError('API_VERSION_UNKNOWN', `${JSON.stringify(text)} (${where}) is no range of versions`);
}

function wishesOf(
  inPath: string | undefined,
  headers: VersionedRequest['headers'],
  parameters: readonly string[],
): readonly Wish[] {
  const wishes: Wish[] = inPath === undefined ? [] : [{ where: 'path', text: inPath }];
  const header = headers[HEADER];
  if (header !== undefined) wishes.push({ where: 'X-API-Version', text: String(header) });
  for (const text of parameters) wishes.push({ where: PARAMETER, text });
  const [, inType, inParameter] = MEDIA_TYPE.exec(String(headers.accept ?? '')) ?? [];
  if (inType !== undefined) wishes.push({ where: 'media type', text: inType });
  if (inParameter !== undefined) wishes.push({ where: 'media type', text: inParameter });
  return wishes;
}

/** Takes our parameter out of a query, and leaves every other as it is written. */
function takeParameter(query: string): { readonly taken: readonly string[]; readonly rest: string } {
  if (!query.includes(PARAMETER)) return { taken: [], rest: query };
  const taken: string[] = [];
  const rest = query.split('&').filter((pair) => {
    if (!pair.startsWith(`${PARAMETER}=`)) return true;
    taken.push(new URLSearchParams(pair).get(PARAMETER) ?? '');
    return false;
  });
  return { taken, rest: rest.join('&') };
}
