/** A version of the API, and how long it lives. */
export interface ApiVersion {
  /** As in the path. */
  readonly name: string;
  /** SemVer. */
  readonly version: string;
  /** From when on clients should move; RFC 9745. */
  readonly deprecatedAt?: Date | undefined;
  /** From when on it answers 410; RFC 8594. */
  readonly sunsetAt?: Date | undefined;
  /** Path of the guide to the next version. */
  readonly guide?: string | undefined;
}

export const GUIDE_V1_TO_V2 = '/api/guides/v1-to-v2';

/** Oldest first. Who names none gets the newest. */
export const API_VERSIONS: readonly ApiVersion[] = [
  {
    name: 'v1',
    version: '1.0.0',
    deprecatedAt: new Date('2026-11-23T00:00:00Z'),
    sunsetAt: new Date('2027-12-01T00:00:00Z'),
    guide: GUIDE_V1_TO_V2,
  },
  { name: 'v2', version: '2.0.0' },
];

/** Header fields of an answer of this version, whatever became of the request. */
export function lifecycleHeaders(
  { version, deprecatedAt, sunsetAt, guide }: ApiVersion,
  versions: readonly ApiVersion[],
): Readonly<Record<string, string>> {
  const links: string[] = [];
  if (guide !== undefined && deprecatedAt !== undefined)
    links.push(`<${guide}>; rel="deprecation"; type="text/markdown"`);
  if (guide !== undefined && sunsetAt !== undefined) links.push(`<${guide}>; rel="sunset"; type="text/markdown"`);
  const latest = versions.at(-1);
  if (deprecatedAt !== undefined && latest !== undefined) links.push(`</api/${latest.name}>; rel="successor-version"`);
  return {
    'X-API-Version': version,
    'X-API-Supported-Versions': versions.map((one) => one.version).join(', '),
    ...(deprecatedAt && { Deprecation: `@${Math.floor(deprecatedAt.getTime() / 1000)}` }),
    ...(sunsetAt && { Sunset: sunsetAt.toUTCString() }),
    ...(links.length > 0 && { Link: links.join(', ') }),
  };
}

export function isSunset({ sunsetAt }: ApiVersion, nowMs: number): boolean {
  return sunsetAt !== undefined && nowMs >= sunsetAt.getTime();
}
