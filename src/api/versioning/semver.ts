/** A version as SemVer 2.0.0 has it, without pre-releases: an API has none. */
export type Version = readonly [major: number, minor: number, patch: number];

/** From `from` on, up to and without `to`. */
interface Span {
  readonly from: Version;
  readonly to: Version;
}

/** Any of these. */
export type Range = readonly Span[];

const END = Number.POSITIVE_INFINITY;
const NEVER: Version = [END, 0, 0];
const FIRST: Version = [0, 0, 0];
const PART = String.raw`(?:0|[1-9]\d{0,8}|[xX*])`;
const PARTIAL = new RegExp(`^v?(${PART})(?:\\.(${PART}))?(?:\\.(${PART}))?$`);
const COMPARATOR = /^(\^|~|>=|<=|>|<|=)?(.+)$/;
const MAX_LENGTH = 100;

/** `2.0.0` and nothing else. */
export function parseVersion(text: string): Version | undefined {
  const parts = /^(\d+)\.(\d+)\.(\d+)$/.exec(text)?.slice(1).map(Number);
  return parts === undefined ? undefined : [parts[0]!, parts[1]!, parts[2]!];
}

/** `2`, `v2`, `^1.2`, `~2.0`, `>=1.0 <3`, `1.x || 2.x`, `1.0 - 2.0`: ranges as node-semver reads them. Undefined for what is none. */
export function parseRange(text: string): Range | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const spans: Span[] = [];
  for (const alternative of text.split('||')) {
    const span = spanOf(alternative.trim());
    if (span === undefined) return undefined;
    spans.push(span);
  }
  return spans;
}

export function satisfies(version: Version, range: Range): boolean {
  return range.some(({ from, to }) => compareVersions(version, from) >= 0 && compareVersions(version, to) < 0);
}

export function compareVersions(a: Version, b: Version): number {
  return compare(a[0], b[0]) || compare(a[1], b[1]) || compare(a[2], b[2]);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** What all comparators of it allow. */
function spanOf(text: string): Span | undefined {
  const [low, high, ...more] = text.split(/\s+-\s+/);
  if (high !== undefined && more.length === 0) return both(comparator(`>=${low}`), comparator(`<=${high}`));
  const comparators = text.replaceAll(/([\^~<>=])\s+/g, '$1').split(/\s+/);
  let span: Span | undefined = { from: FIRST, to: NEVER };
  for (const one of comparators) span = both(span, comparator(one));
  return span;
}

function both(a: Span | undefined, b: Span | undefined): Span | undefined {
  if (a === undefined || b === undefined) return undefined;
  return {
    from: compareVersions(a.from, b.from) > 0 ? a.from : b.from,
    to: compareVersions(a.to, b.to) < 0 ? a.to : b.to,
  };
}

function comparator(text: string): Span | undefined {
  const [, operator = '=', partial = ''] = COMPARATOR.exec(text) ?? [];
  const parts = PARTIAL.exec(partial)?.slice(1);
  if (parts === undefined) return undefined;
  const given = parts.map((part) => (part === undefined || /[xX*]/.test(part) ? undefined : Number(part)));
  const unknownAt = given.indexOf(undefined);
  const [major, minor = 0, patch = 0] = unknownAt < 0 ? given : given.slice(0, unknownAt);
  if (major === undefined) return { from: FIRST, to: NEVER };
  const known = unknownAt < 0 ? 3 : unknownAt;
  const from: Version = [major, minor, patch];
  const after = next(from, known);
  switch (operator) {
    case '>=':
      return { from, to: NEVER };
    case '>':
      return { from: after, to: NEVER };
    case '<':
      return { from: FIRST, to: from };
    case '<=':
      return { from: FIRST, to: after };
    case '~':
      return { from, to: next(from, Math.min(known, 2)) };
    case '^':
      return { from, to: next(from, Math.min(known, major > 0 ? 1 : minor > 0 ? 2 : 3)) };
    default:
      return { from, to: after };
  }
}

/** The first version that differs in one of its first `places`. */
function next([major, minor, patch]: Version, places: number): Version {
  if (places === 1) return [major + 1, 0, 0];
  return places === 2 ? [major, minor + 1, 0] : [major, minor, patch + 1];
}
